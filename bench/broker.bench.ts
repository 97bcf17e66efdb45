import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { connectAsync } from "mqtt";
import { aedesScript } from "./aedes.ts";
import { printFigures } from "./figure.ts";
import { end, median, optionsOf, printTable, rounded, runScript } from "./measure.ts";
import { Mosquitto } from "./mosquitto.ts";
import type { RouteResult } from "./route.ts";

/**
 * The broker by itself, beside others. A part with nothing to do is left out: `--messages 0`.
 */
const options = optionsOf({ rounds: 3, messages: 200_000, retained: 100_000 });
const STDIO = { stdio: ["ignore", "pipe", "inherit"] as ["ignore", "pipe", "inherit"] };

/** To one subscriber outside, through brokers that do nothing else: ours, theirs, at QoS 0 and 1. */
async function routed(): Promise<number[]> {
  const brokers: Record<string, () => Promise<Peer | undefined>> = {
    Fieldline: () => ours(),
    mosquitto: () => mosquitto(),
    aedes: () => aedes(),
  };
  const rows = Object.keys(brokers).map((name) => ({ name, 0: [] as number[], 1: [] as number[] }));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const row of rows) {
      const peer = await brokers[row.name]?.();
      if (!peer) continue;
      row[0].push(await routedPerSecond(peer, 0));
      row[1].push(await routedPerSecond(peer, 1));
      await peer.close();
    }
  }
  printTable(
    rows.map((row) => ({
      "20 publishers, one subscriber": row.name,
      "QoS 0, messages/s": rounded(median(row[0])),
      "QoS 1, messages/s": rounded(median(row[1])),
    })),
  );
  return ([0, 1] as const).flatMap((qos) => rows.slice(0, 2).map((row) => median(row[qos])));
}

/** Nothing where the broker dropped some of them. */
async function routedPerSecond({ port }: Peer, qos: 0 | 1): Promise<number> {
  const wish = { port, qos, publishers: 20, window: 100, messages: options.messages };
  const { arrived, messagesPerSecond } = await runScript<RouteResult>("route.ts", wish);
  return arrived === 1 ? messagesPerSecond : Number.NaN;
}

/** A subscription to one topic of very many. */
async function retained(): Promise<number> {
  const topics = options.retained;
  const peer = await ours();
  const client = await connectAsync({ host: "127.0.0.1", port: peer.port });
  for (let done = 0; done < topics; done += 1_000) {
    const some = Array.from({ length: 1_000 }, (_, at) =>
      client.publishAsync(`plant/${at}/${done + at}`, "x", { qos: 1, retain: true }),
    );
    await Promise.all(some);
  }
  const times: number[] = [];
  for (let index = 0; index < 50; index += 1) {
    const before = performance.now();
    const came = new Promise((resolve) => client.once("message", resolve));
    await client.subscribeAsync(`plant/${index}/${Math.floor(topics / 2_000) * 1_000 + index}`);
    await came;
    times.push(performance.now() - before);
  }
  await client.endAsync();
  await peer.close();
  return median(times);
}

type Peer = { readonly port: number; close(): Promise<void> };

function ours(): Promise<Peer> {
  const script = fileURLToPath(new URL("broker-alone.ts", import.meta.url));
  return opened(spawn(process.execPath, ["--import", "tsx", script], STDIO));
}

async function aedes(): Promise<Peer | undefined> {
  const script = aedesScript();
  return script === undefined ? undefined : opened(spawn(process.execPath, [script], STDIO));
}

/** With nothing dropped, and without the 40 ms that Nagle's algorithm costs by default. */
function mosquitto(): Promise<Peer> {
  const limits = ["max_queued_messages 0", "max_inflight_messages 0"];
  return Mosquitto.open([...limits, "set_tcp_nodelay true"]);
}

async function opened(child: ChildProcess): Promise<Peer> {
  const port = await new Promise<number>((resolve) => {
    child.stdout?.once("data", (data) => resolve(Number(String(data).trim())));
  });
  return { port, close: () => end(child) };
}

const [ours0 = Number.NaN, theirs0 = Number.NaN, ours1 = Number.NaN, theirs1 = Number.NaN] =
  options.messages > 0 ? await routed() : [];
const retainedMs = options.retained > 0 ? await retained() : Number.NaN;
printFigures([
  { figure: "routed at QoS 1, times mosquitto", measured: ours1 / theirs1, atLeast: 2 },
  { figure: "routed at QoS 0, times mosquitto", measured: ours0 / theirs0, atLeast: 1.4 },
  {
    figure: `one of ${options.retained} retained topics is subscribed to, ms`,
    measured: retainedMs,
    atMost: 5,
  },
]);

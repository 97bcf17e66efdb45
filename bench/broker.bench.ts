import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { connectAsync } from "mqtt";
import { House } from "../test/house.ts";
import { aedesScript } from "./aedes.ts";
import type { Account, LoadOptions, LoadResult } from "./load.ts";
import {
  end,
  median,
  optionsOf,
  printTable,
  residentMegabytes,
  rounded,
  runScript,
} from "./measure.ts";
import { Mosquitto } from "./mosquitto.ts";
import type { RouteResult } from "./route.ts";
import { slowDisk } from "./slow-disk.ts";

/**
 * The broker: by itself beside others, and in the whole server where nothing else does as much.
 * A part with nothing to do is left out: `--messages 0 --idle 0`.
 */
const options = optionsOf({ rounds: 3, messages: 200_000, idle: 1_000, storm: 5_000 });
/** As many as one agent may have; more take another agent. */
const CLIENTS_PER_AGENT = 500;
const STDIO = { stdio: ["ignore", "pipe", "inherit"] as ["ignore", "pipe", "inherit"] };

/** To one subscriber outside, through brokers that do nothing else. */
async function routed(): Promise<void> {
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
}

/** Nothing where the broker dropped some of them. */
async function routedPerSecond({ port }: Peer, qos: 0 | 1): Promise<number> {
  const wish = { port, qos, publishers: 20, window: 100, messages: options.messages };
  const { arrived, messagesPerSecond } = await runScript<RouteResult>("route.ts", wish);
  return arrived === 1 ? messagesPerSecond : Number.NaN;
}

/** Into the history on disk: at a pace, in large messages, and onto a disk that is slow. */
async function ingest(): Promise<void> {
  const loads: Record<string, Partial<LoadOptions>> = {
    "20,000 messages/s, one a packet": { perSecond: 20_000, window: 100 },
    "100 values a message": { values: 100, messages: options.messages / 10 },
    "as fast as it goes": {},
  };
  const slow = slowDisk(5);
  const rows: Record<string, string | number>[] = [];
  for (const [name, load] of Object.entries(loads)) {
    rows.push(await ingestRow(name, load, {}));
  }
  if (slow) rows.push(await ingestRow("as fast as it goes, 5 ms a sync", {}, slow));
  console.log("");
  printTable(rows);
}

async function ingestRow(
  name: string,
  load: Partial<LoadOptions>,
  environment: Record<string, string>,
): Promise<Record<string, string | number>> {
  const results: LoadResult[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const house = await (await House.open([], undefined, environment)).signIn();
    const accounts = await mindsphereAgents(house, 100);
    const common = { port: house.ports.mqtt, clients: 100, window: 16, values: 4, accounts };
    const whole = { ...common, messages: options.messages, ...load };
    await runScript<LoadResult>("load.ts", { ...whole, messages: whole.messages / 10 });
    results.push(await runScript<LoadResult>("load.ts", { ...whole, startMs: whole.messages }));
    await house.close();
  }
  const of = (pick: (result: LoadResult) => number) => rounded(median(results.map(pick)));
  return {
    "100 clients, stored": name,
    "messages/s": of(({ messagesPerSecond }) => messagesPerSecond),
    "values/s": of(({ samples, seconds }) => samples / seconds),
    "p50 ms": of(({ p50Ms }) => p50Ms),
    "p99 ms": of(({ p99Ms }) => p99Ms),
  };
}

/** What a client costs that is there and says nothing. */
async function idle(): Promise<void> {
  const row: Record<string, string | number> = { "whole server": `MB for ${options.idle} clients` };
  for (const tls of [false, true]) {
    const house = await (await House.open(["--mqtts", "127.0.0.1:0"])).signIn();
    const accounts = await plainAgents(house, options.idle);
    const before = residentMegabytes(house.pid);
    const crowd = await Crowd.open(house, { tls, clients: options.idle, accounts });
    row[tls ? "TLS" : "plain"] = rounded(residentMegabytes(house.pid) - before);
    await crowd.close();
    await house.close();
  }
  console.log("");
  printTable([row]);
}

/** All are cut off at once, come back over TLS, and somebody who was there is served meanwhile. */
async function storm(): Promise<void> {
  const house = await (await House.open(["--mqtts", "127.0.0.1:0"])).signIn();
  const accounts = await plainAgents(house, options.storm);
  const crowd = await Crowd.open(house, { tls: true, clients: options.storm, accounts });
  const [account] = accounts;
  const there = await connectAsync({
    ...{ host: "127.0.0.1", port: house.ports.mqtt, clientId: "there" },
    ...{ username: account?.username ?? "", password: account?.password ?? "" },
  });
  const waits: number[] = [];
  const watching = setInterval(async () => {
    const before = performance.now();
    await there.publishAsync("crowd/there", "x", { qos: 1 });
    waits.push(performance.now() - before);
  }, 50);
  const seconds = await crowd.comeBack();
  clearInterval(watching);
  await there.endAsync();
  await crowd.close();
  await house.close();
  console.log("");
  printTable([
    {
      [`${options.storm} TLS clients, cut off at once`]: "whole server",
      "all back, s": rounded(seconds),
      "longest wait of one who was there, ms": rounded(Math.max(...waits)),
    },
  ]);
}

/** A subscription to one topic of very many. */
async function retained(): Promise<void> {
  const topics = 100_000;
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
    await client.subscribeAsync(`plant/${index}/${50_000 + index}`);
    await came;
    times.push(performance.now() - before);
  }
  await client.endAsync();
  await peer.close();
  console.log("");
  const name = `${topics} retained topics, one wanted`;
  printTable([{ [name]: "Fieldline", "median ms": rounded(median(times)) }]);
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

/** Many silent clients in a process of their own. */
class Crowd {
  readonly #child: ChildProcess;

  static async open(
    house: House,
    wish: { tls: boolean; clients: number; accounts: readonly Account[] },
  ): Promise<Crowd> {
    const port = wish.tls ? house.ports.mqtts : house.ports.mqtt;
    const script = fileURLToPath(new URL("crowd.ts", import.meta.url));
    const args = ["--import", "tsx", script, JSON.stringify({ port, ...wish })];
    const crowd = new Crowd(spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] }));
    await crowd.#line();
    return crowd;
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Cuts all off; the seconds until all are back. */
  async comeBack(): Promise<number> {
    this.#child.stdin?.write("again\n");
    return Number((await this.#line()).split(" ").at(-1));
  }

  close(): Promise<void> {
    return end(this.#child);
  }

  #line(): Promise<string> {
    return new Promise((resolve) => {
      this.#child.stdout?.once("data", (data) => resolve(String(data).trim()));
    });
  }
}

async function mindsphereAgents(house: House, count: number): Promise<Account[]> {
  return agents(house, count, (index) => ({
    ...{ kind: "mindsphere", tenant: "acme", name: `agent_${index}` },
  }));
}

function plainAgents(house: House, clients: number): Promise<Account[]> {
  const grant = { publish: ["crowd/#"], subscribe: ["crowd/#"] };
  const count = Math.ceil((clients + 1) / CLIENTS_PER_AGENT);
  return agents(house, count, (index) => ({ kind: "plain", name: `crowd-${index}`, grant }));
}

async function agents(
  house: House,
  count: number,
  wishOf: (index: number) => object,
): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let index = 0; index < count; index += 1) {
    const wish = { ...wishOf(index), credential: "password" };
    const issued = await house.call("POST", "/agents", wish);
    const { clientId } = issued.agent;
    accounts.push({ clientId, username: issued.username, password: issued.password });
  }
  return accounts;
}

if (options.messages > 0) {
  await routed();
  await ingest();
}
if (options.idle > 0) await idle();
if (options.storm > 0) await storm();
await retained();

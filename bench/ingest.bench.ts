import { House } from "../test/house.ts";
import { mixedAgents } from "./agents.ts";
import { printFigures } from "./figure.ts";
import type { LoadOptions, LoadResult } from "./load.ts";
import { cpuSecondsOf, median, optionsOf, printTable, rounded, runScript } from "./measure.ts";
import { MosquittoPeer } from "./mosquitto-peer.ts";
import { SlowSync } from "./slow-sync.ts";

/**
 * How many messages a second, QoS 1, the whole server takes: each is acknowledged when its values
 * are in the history on disk. Beside it a broker whose subscriber parses JSON and keeps nothing:
 * once as it comes, where it drops what the subscriber cannot take at once, and once where all of
 * it arrives.
 */
const options = optionsOf({ messages: 400_000, rounds: 3, clients: 200, window: 16 });
const WARM_UP = 40_000;
/** A real disk without a cache. */
const SLOW_MS = 5;

type Round = {
  readonly messagesPerSecond: number;
  readonly samplesPerSecond: number;
  readonly cpuSecondsPerMillion: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of the messages that came to the one who should have them. */
  readonly arrived: number;
};

const slow = SlowSync.build();
const rounds: Record<"ours" | "slow" | "written" | "dropping" | "keeping", Round[]> = {
  ours: [],
  slow: [],
  written: [],
  dropping: [],
  keeping: [],
};
for (let round = 0; round < options.rounds; round += 1) {
  rounds.ours.push(await fieldlineRound());
  if (slow) rounds.slow.push(await fieldlineRound([], slow.environment(SLOW_MS)));
  if (slow) {
    rounds.written.push(await fieldlineRound(["--mqtt-ack", "written"], slow.environment(SLOW_MS)));
  }
  rounds.dropping.push(await mosquittoRound("as it comes"));
  rounds.keeping.push(await mosquittoRound("unlimited"));
}
slow?.close();
printTable([
  rowOf("Fieldline: stored", rounds.ours),
  rowOf(`Fieldline, ${SLOW_MS} ms more a sync`, rounds.slow),
  rowOf(`Fieldline, ${SLOW_MS} ms more a sync, written`, rounds.written),
  rowOf("mosquitto as it comes: acknowledged", rounds.dropping),
  rowOf("mosquitto, no message dropped: parsed", rounds.keeping),
]);
printFigures([
  {
    figure: "messages/s, times mosquitto with a consumer that only parses",
    measured: ratio(rounds.ours, rounds.keeping, "messagesPerSecond"),
    atLeast: 3,
  },
  {
    figure: "processor time a message, of theirs",
    measured: ratio(rounds.ours, rounds.keeping, "cpuSecondsPerMillion"),
    atMost: 0.33,
  },
  {
    figure: `messages/s with ${SLOW_MS} ms more a sync, times theirs in memory`,
    measured: ratio(rounds.slow, rounds.keeping, "messagesPerSecond"),
    atLeast: 1,
  },
]);

async function fieldlineRound(
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Round> {
  const house = await (await House.open(args, undefined, environment)).signIn();
  const accounts = await mixedAgents(house, options.clients);
  const stored = async () => {
    const merged = await counted(house, 'values_dropped_total{reason="W_TOO_FAST"}');
    return (await counted(house, "samples_stored_total")) - merged;
  };
  const load = { ...options, port: house.ports.mqtt, accounts };
  await run({ ...load, messages: WARM_UP });
  const before = await stored();
  let cpuBefore = 0;
  const result = await run({ ...load, startMs: WARM_UP }, () => {
    cpuBefore = cpuSecondsOf(house.pid);
  });
  const cpuSeconds = cpuSecondsOf(house.pid) - cpuBefore;
  const arrived = ((await stored()) - before) / result.samples;
  await house.close();
  return roundOf(result, cpuSeconds, arrived);
}

async function mosquittoRound(queue: "as it comes" | "unlimited"): Promise<Round> {
  const peer = await MosquittoPeer.open(queue);
  const load = { ...options, port: peer.port };
  await run({ ...load, messages: WARM_UP });
  await peer.parsed();
  let cpuBefore = 0;
  const result = await run({ ...load, startMs: WARM_UP }, () => {
    cpuBefore = peer.cpuSeconds;
  });
  const { parsed, seconds } = await peer.parsed();
  const cpuSeconds = peer.cpuSeconds - cpuBefore;
  await peer.close();
  const arrived = parsed / result.acknowledged;
  const whole = { ...result, seconds, messagesPerSecond: parsed / seconds };
  return roundOf(queue === "unlimited" ? whole : result, cpuSeconds, arrived);
}

/** Processor time is counted from when all are connected: the peer lets in everybody unasked. */
function run(load: LoadOptions, onConnected?: () => void): Promise<LoadResult> {
  return runScript<LoadResult>("load.ts", load, onConnected);
}

function roundOf(result: LoadResult, cpuSeconds: number, arrived: number): Round {
  const { messagesPerSecond, acknowledged, samples, seconds, p50Ms, p99Ms } = result;
  const cpuSecondsPerMillion = (cpuSeconds / acknowledged) * 1e6;
  const samplesPerSecond = samples / seconds;
  return { messagesPerSecond, samplesPerSecond, cpuSecondsPerMillion, p50Ms, p99Ms, arrived };
}

async function counted(house: House, name: string): Promise<number> {
  const text = await (await house.request("GET", "/metrics")).text();
  const line = text.split("\n").find((one) => one.startsWith(`fieldline_${name} `));
  return Number(line?.split(" ").at(-1) ?? 0);
}

/** Median of the rounds: what happens to the machine happens to both. */
function ratio(ours: readonly Round[], theirs: readonly Round[], key: keyof Round): number {
  const all = ours.map((one, at) => one[key] / (theirs[at]?.[key] ?? Number.NaN));
  return all.length > 0 ? median(all) : Number.NaN;
}

function rowOf(name: string, measured: readonly Round[]) {
  const of = (key: keyof Round) => rounded(median(measured.map((round) => round[key])));
  return {
    [`${options.clients} clients, ${options.window} in flight`]: name,
    "messages/s": of("messagesPerSecond"),
    "values/s": of("samplesPerSecond"),
    "CPU s per million": of("cpuSecondsPerMillion"),
    "p50 ms": of("p50Ms"),
    "p99 ms": of("p99Ms"),
    arrived: `${rounded(of("arrived") * 100)} %`,
  };
}

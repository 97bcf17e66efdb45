import { House } from "../test/house.ts";
import type { Account, LoadOptions, LoadResult } from "./load.ts";
import { cpuSecondsOf, median, optionsOf, printTable, rounded, runScript } from "./measure.ts";
import { MosquittoPeer } from "./mosquitto-peer.ts";

/**
 * How many messages a second, QoS 1, the whole server takes: each is acknowledged when its values
 * are in the history on disk. Beside it a broker whose subscriber parses JSON and keeps nothing:
 * once as it comes, where it drops what the subscriber cannot take at once, and once where all of
 * it arrives.
 */
const options = optionsOf({ messages: 400_000, rounds: 3, clients: 200, window: 16 });
const WARM_UP = 40_000;

type Round = {
  readonly messagesPerSecond: number;
  readonly samplesPerSecond: number;
  readonly cpuSecondsPerMillion: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of the messages that came to the one who should have them. */
  readonly arrived: number;
};

const rounds: Record<"ours" | "dropping" | "keeping", Round[]> = {
  ours: [],
  dropping: [],
  keeping: [],
};
for (let round = 0; round < options.rounds; round += 1) {
  rounds.ours.push(await fieldlineRound());
  rounds.dropping.push(await mosquittoRound("as it comes"));
  rounds.keeping.push(await mosquittoRound("unlimited"));
}
printTable([
  rowOf("Fieldline: stored", rounds.ours),
  rowOf("mosquitto as it comes: acknowledged", rounds.dropping),
  rowOf("mosquitto, no message dropped: parsed", rounds.keeping),
]);
console.log(`\nmessages/s as multiples of mosquitto's, median of ${options.rounds} rounds:`);
console.log(
  `${ratioTo(rounds.dropping)} as it comes, ${ratioTo(rounds.keeping)} where all arrives`,
);

async function fieldlineRound(): Promise<Round> {
  const house = await (await House.open()).signIn();
  const accounts = await enrolAll(house);
  const stored = async () => {
    const merged = await counted(house, 'values_dropped_total{reason="W_TOO_FAST"}');
    return (await counted(house, "samples_stored_total")) - merged;
  };
  const load = { ...options, port: house.ports.mqtt, accounts };
  await run({ ...load, messages: WARM_UP });
  const [before, cpuBefore] = [await stored(), cpuSecondsOf(house.pid)];
  const result = await run({ ...load, startMs: WARM_UP });
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
  const cpuBefore = peer.cpuSeconds;
  const result = await run({ ...load, startMs: WARM_UP });
  const { parsed, seconds } = await peer.parsed();
  const cpuSeconds = peer.cpuSeconds - cpuBefore;
  await peer.close();
  const arrived = parsed / result.acknowledged;
  const whole = { ...result, seconds, messagesPerSecond: parsed / seconds };
  return roundOf(queue === "unlimited" ? whole : result, cpuSeconds, arrived);
}

function run(load: LoadOptions): Promise<LoadResult> {
  return runScript<LoadResult>("load.ts", load);
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

/** The agents that the load's clients are, each with its password. */
async function enrolAll(house: House): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let index = 0; index < options.clients; index += 1) {
    const wish =
      index % 2 === 0
        ? { kind: "mindsphere", tenant: "acme", name: `agent_${index}` }
        : { kind: "viasens", tenant: `net${index}`, name: "gateway" };
    const issued = await house.call("POST", "/agents", { ...wish, credential: "password" });
    const { clientId } = issued.agent;
    accounts.push({ clientId, username: issued.username, password: issued.password });
  }
  return accounts;
}

function ratioTo(theirs: readonly Round[]): number {
  const ratios = rounds.ours.map(({ messagesPerSecond }, at) => {
    return messagesPerSecond / (theirs[at]?.messagesPerSecond ?? Number.NaN);
  });
  return rounded(median(ratios));
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

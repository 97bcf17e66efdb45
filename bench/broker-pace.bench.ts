import { House } from "../test/house.ts";
import { mindsphereAgents } from "./agents.ts";
import { printFigures } from "./figure.ts";
import type { LoadOptions, LoadResult } from "./load.ts";
import { cpuSecondsOf, median, optionsOf, printTable, rounded, runScript } from "./measure.ts";
import { MosquittoPeer } from "./mosquitto-peer.ts";

/**
 * The whole server as devices use it: at a pace, one message a packet, and in large messages. Each
 * is acknowledged when its values are in the history on disk; the peer's broker acknowledges what
 * it has in memory, and its one subscriber parses JSON and keeps nothing.
 */
const options = optionsOf({ rounds: 3, messages: 200_000, clients: 100 });
/**
 * Of all messages, so that caches are warm, devices known and hot code compiled: that alone is
 * 0.1 us of processor time for each of the first two million values.
 */
const WARM_UP = 0.5;

const LOADS = {
  "20,000 messages/s, one a packet": {
    ...{ values: 4, perSecond: 20_000, window: 100, messages: options.messages },
  },
  "50 values a message": { values: 50, window: 16, messages: options.messages / 5 },
  "100 values a message": { values: 100, window: 16, messages: options.messages / 10 },
} satisfies Record<string, Partial<LoadOptions>>;

type Name = keyof typeof LOADS;
type Measured = LoadResult & { readonly cpuSecondsOfServer: number };

const results: { name: Name; who: string; rounds: Measured[] }[] = [];
for (const name of Object.keys(LOADS) as Name[]) {
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    ours.push(await fieldlineRound(name));
    theirs.push(await mosquittoRound(name));
  }
  results.push({ name, who: "Fieldline: stored", rounds: ours });
  results.push({ name, who: "mosquitto: acknowledged", rounds: theirs });
}
printTable(results.map(rowOf));
printFigures([
  {
    figure: "20,000 messages/s: p99 from publish to stored, ms",
    measured: ofOurs("20,000 messages/s, one a packet", ({ p99Ms }) => p99Ms),
    atMost: 5,
  },
  {
    figure: "50 values a message: values/s, durable",
    measured: ofOurs("50 values a message", ({ samples, seconds }) => samples / seconds),
    atLeast: 400_000,
  },
  {
    figure: "100 values a message: values/s, durable",
    measured: ofOurs("100 values a message", ({ samples, seconds }) => samples / seconds),
    atLeast: 2_000_000,
  },
]);

async function fieldlineRound(name: Name): Promise<Measured> {
  const house = await (await House.open()).signIn();
  const accounts = await mindsphereAgents(house, options.clients);
  const cpu = () => cpuSecondsOf(house.pid);
  const result = await measured(name, { port: house.ports.mqtt, accounts }, cpu);
  await house.close();
  return result;
}

async function mosquittoRound(name: Name): Promise<Measured> {
  const peer = await MosquittoPeer.open("unlimited");
  const result = await measured(name, { port: peer.port }, () => peer.cpuSeconds);
  await peer.close();
  return result;
}

async function measured(
  name: Name,
  where: Pick<LoadOptions, "port" | "accounts">,
  cpu: () => number,
): Promise<Measured> {
  const load = { ...where, clients: options.clients, ...LOADS[name] };
  const { messages } = load;
  await runScript<LoadResult>("load.ts", { ...load, messages: messages * WARM_UP });
  let before = 0;
  const result = await runScript<LoadResult>("load.ts", { ...load, startMs: messages }, () => {
    before = cpu();
  });
  return { ...result, cpuSecondsOfServer: cpu() - before };
}

function rowOf({ name, who, rounds }: (typeof results)[number]) {
  const of = (pick: (one: Measured) => number) => rounded(median(rounds.map(pick)));
  return {
    [`${options.clients} clients`]: name,
    "": who,
    "messages/s": of(({ messagesPerSecond }) => messagesPerSecond),
    "values/s": of(({ samples, seconds }) => samples / seconds),
    "CPU us a value": of((one) => (one.cpuSecondsOfServer / one.samples) * 1e6),
    "p50 ms": of(({ p50Ms }) => p50Ms),
    "p99 ms": of(({ p99Ms }) => p99Ms),
    "the generator is late, p99 ms": of(({ ownDelayP99Ms }) => ownDelayP99Ms),
  };
}

function ofOurs(wanted: Name, pick: (one: Measured) => number): number {
  const row = results.find(({ name, who }) => name === wanted && who.startsWith("Fieldline"));
  return median(row?.rounds.map(pick) ?? []);
}

import { House } from "../test/house.ts";
import { mixedAgents } from "./agents.ts";
import { printFigures } from "./figure.ts";
import type { LoadOptions, LoadResult } from "./load.ts";
import { cpuSecondsOf, median, optionsOf, printTable, rounded, runScript } from "./measure.ts";
import { Mosquitto } from "./mosquitto.ts";
import { SlowSync } from "./slow-sync.ts";

/**
 * How many messages a second come through another broker into the history: devices publish with
 * QoS 1 to mosquitto, Fieldline takes them in and acknowledges each to mosquitto when its values are
 * on disk. Once with the disk as it is, once with 5 ms more in front of every sync.
 */
const options = optionsOf({ messages: 200_000, rounds: 3, clients: 200, window: 16 });
const WARM_UP = 10_000;
const SETTINGS = ["max_inflight_messages 4096", "max_queued_messages 0", "set_tcp_nodelay true"];

type Round = {
  readonly stored: number;
  readonly acknowledged: number;
  readonly fieldlineCpu: number;
  readonly mosquittoCpu: number;
};

const slow = SlowSync.build();
const cases = [
  { name: "the disk as it is", environment: {} },
  ...(slow ? [{ name: "5 ms more a sync", environment: slow.environment(5) }] : []),
];
if (!slow) console.log("no C compiler: the slow disk is not measured");
const rows = [];
for (const { name, environment } of cases) {
  const rounds: Round[] = [];
  for (let round = 0; round < options.rounds; round += 1) rounds.push(await oneRound(environment));
  const of = (key: keyof Round) => rounded(median(rounds.map((round) => round[key])));
  rows.push({
    "mosquitto beside Fieldline, QoS 1": name,
    "stored, messages/s": of("stored"),
    "taken by mosquitto, messages/s": of("acknowledged"),
    "CPU s per million, Fieldline": of("fieldlineCpu"),
    mosquitto: of("mosquittoCpu"),
  });
}
slow?.close();
printTable(rows);
printFigures([
  {
    figure: "stored through another broker, 5 ms more a sync, messages/s",
    measured: Number(rows[1]?.["stored, messages/s"] ?? Number.NaN),
    atLeast: 10_000,
  },
]);

async function oneRound(environment: Record<string, string>): Promise<Round> {
  const mosquitto = await Mosquitto.open(SETTINGS);
  const broker = `mqtt://127.0.0.1:${mosquitto.port}`;
  const house = await (await House.open(["--broker", broker], undefined, environment)).signIn();
  // Mosquitto knows no agents here; Fieldline has to, for it asks whose each topic is.
  await mixedAgents(house, options.clients);
  const cpu = () => [house.pid, mosquitto.pid].map(cpuSecondsOf);
  const load = { ...options, port: mosquitto.port };
  await run({ ...load, messages: WARM_UP });
  await untilTaken(house, WARM_UP);
  const cpuBefore = cpu();
  const result = await run({ ...load, startMs: WARM_UP });
  const sent = performance.now();
  await untilTaken(house, WARM_UP + result.acknowledged);
  const seconds = result.seconds + (performance.now() - sent) / 1000;
  const perMillion = cpu().map((now, index) => {
    return ((now - (cpuBefore[index] ?? 0)) / result.acknowledged) * 1e6;
  });
  await house.close();
  await mosquitto.close();
  return {
    stored: result.acknowledged / seconds,
    acknowledged: result.messagesPerSecond,
    fieldlineCpu: perMillion[0] ?? 0,
    mosquittoCpu: perMillion[1] ?? 0,
  };
}

function run(load: LoadOptions): Promise<LoadResult> {
  return runScript<LoadResult>("load.ts", load);
}

async function untilTaken(house: House, messages: number): Promise<void> {
  for (;;) {
    const text = await (await house.request("GET", "/metrics")).text();
    const counts = text.matchAll(/^fieldline_messages_total\{[^}]*outcome="taken"\} (\d+)$/gm);
    const taken = [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    if (taken >= messages) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

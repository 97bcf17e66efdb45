import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { openEngines } from "../../test/engines.ts";
import type { AgentId, ChannelName, Timestamp } from "../domain/brand.ts";
import { qualityOf } from "../domain/reading.ts";
import type { Samples } from "../domain/samples.ts";
import { drivers } from "../driver/registry.ts";
import { Gauges } from "../lib/gauge.ts";
import type { JsonObject } from "../lib/json.ts";
import { silentLog as log } from "../lib/log.ts";
import { openIngest } from "./ingest.ts";

const NOW = Date.UTC(2026, 10, 22, 12) as Timestamp;
const CO2 = "co2.co2" as ChannelName;
const ALL_WORK = 255;
const NO_CO2 = 254;
const NO_FIR = 191;

test("a value that comes while its health bit is 0 is bad, until the bit is 1 again", async (context) => {
  const house = await open(context);
  await house.hear(health(ALL_WORK), co2(600));
  await house.hear(health(NO_CO2), co2(2000), humidity(49));
  await house.hear(health(ALL_WORK), co2(610));
  assert.deepEqual(await house.history("co2.co2"), ["600 good", "2000 bad", "610 good"]);
  assert.deepEqual(await house.history("humid.humidity"), ["49 good"]);
  assert.deepEqual(house.shown, await house.inOrder(), "who looks sees what is stored");
});

test("the reason is told with the device, and with the message that brought the value", async (context) => {
  const house = await open(context);
  await house.hear(health(NO_CO2), co2(600));
  await house.hear(co2(2000));
  const [warning] = house.warnings();
  assert.equal(warning?.code, "W_SENSOR_UNSOUND");
  assert.match(warning?.detail ?? "", /^co2\.co2: .*missing or faulty/);
  assert.equal(warning?.excerpt, co2(2000));
  const [newest] = house.messages();
  assert.deepEqual(
    newest?.readings.map(({ quality }) => quality),
    ["bad"],
  );
  assert.deepEqual(
    newest?.warnings.map(({ code }) => code),
    ["W_SENSOR_UNSOUND"],
  );
  assert.equal(house.isDoubted(CO2), true);
});

test("a sensor that never worked and speaks is not believed either", async (context) => {
  const house = await open(context);
  await house.hear(health(NO_CO2));
  await house.hear(co2(600));
  assert.deepEqual(await house.history("co2.co2"), ["600 bad"]);
});

test("before its first health a node is believed", async (context) => {
  const house = await open(context);
  await house.hear(co2(600));
  await house.hear(co2(610));
  assert.deepEqual(await house.history("co2.co2"), ["600 good", "610 good"]);
  assert.equal(house.isDoubted(CO2), false);
});

test("what a node said of its sensors holds over a restart of the server", async (context) => {
  const house = await open(context);
  await house.hear(health(NO_CO2), co2(600), temperature(21));
  await house.restart();
  await house.hear(co2(610), temperature(22));
  assert.deepEqual((await house.history("co2.co2")).at(-1), "610 bad");
  assert.deepEqual((await house.history("temperature.temperature")).at(-1), "22 good");
});

test("a temperature is bad when the sensor fails that the node was told to use", async (context) => {
  const house = await open(context);
  await house.hear(temperature(21), health(NO_FIR));
  await house.hear(temperature(22));
  house.told = { temperature: { source: 0 } };
  await house.hear(temperature(23));
  house.told = { temperature: { source: 1 } };
  await house.hear(temperature(24));
  assert.deepEqual(await house.history("temperature.temperature"), [
    "21 good",
    "22 good",
    "23 bad",
    "24 good",
  ]);
});

const health = (value: number) => message("health", "health", value);
const co2 = (value: number) => message("co2", "co2", value);
const humidity = (value: number) => message("humid", "humidity", value);
const temperature = (value: number) => message("temperature", "temperature", value);

function message(type: string, key: string, value: number): string {
  return JSON.stringify({ type, payload: { [key]: value } });
}

/** Ingest over the real engines, with one node. */
async function open(context: TestContext) {
  const { historian, store, close } = await openEngines();
  context.after(close);
  const shown: string[] = [];
  const house: { told: JsonObject | undefined } = { told: undefined };
  let now = NOW;
  const start = () =>
    openIngest({
      ...{ drivers, store, historian, gauges: new Gauges(), log, now: () => now },
      ...{ onChanged: () => {}, onConfirmed: () => {}, isDemo: () => false },
      ...{ send: async () => {}, record: async () => {} },
      onStored: (samples) => shown.push(...wordsOf(samples)),
      toldTo: () => house.told,
    });
  let ingest = await start();
  const everything = { from: 0, to: NOW + 1_000_000, limit: 1_000 };
  const rangeOf = (series: number) => historian.range({ series, ...everything });
  return Object.assign(house, {
    shown,
    /** One after the other, a second apart. */
    async hear(...payloads: readonly string[]) {
      for (const payload of payloads) {
        now = (now + 1_000) as Timestamp;
        const topic = "/sauter/viasens/12/5";
        const from = { agent: "gateway" as AgentId, receivedAt: now, retain: false };
        await ingest.receive([{ topic, payload: Buffer.from(payload), ...from }]);
      }
    },
    async restart() {
      await ingest.close();
      ingest = await start();
    },
    async history(name: string) {
      const [channel] = await store.channels.find({ where: { name: name as ChannelName } });
      return wordsOf(await rangeOf(channel?.series ?? 0));
    },
    /** All that is stored, in the order in which it came. */
    async inOrder() {
      const told: { at: number; words: string }[] = [];
      for (const { series } of await store.channels.find()) {
        const samples = await rangeOf(series);
        for (const [row, words] of wordsOf(samples).entries()) {
          told.push({ at: samples.at[row] ?? 0, words });
        }
      }
      return told.toSorted((a, b) => a.at - b.at).map(({ words }) => words);
    },
    warnings: () => ingest.devices().flatMap(({ id }) => ingest.diagnostics(id).warnings),
    messages: () => ingest.devices().flatMap(({ id }) => ingest.messages(id)),
    isDoubted: (channel: ChannelName) =>
      ingest.devices().some(({ id }) => ingest.isDoubted(id, channel, now)),
  });
}

function wordsOf({ count, value, quality }: Samples): string[] {
  return Array.from({ length: count }, (_, row) => {
    return `${value[row]} ${qualityOf(quality[row] ?? 0)}`;
  });
}

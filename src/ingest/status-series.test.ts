import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { openEngines } from "../../test/engines.ts";
import type { AgentId, ChannelName, Timestamp } from "../domain/brand.ts";
import { THE_HOUSE } from "../domain/event.ts";
import { valueAt } from "../domain/samples.ts";
import { drivers } from "../driver/registry.ts";
import type { Historian } from "../historian/historian.ts";
import { Gauges } from "../lib/gauge.ts";
import { silentLog } from "../lib/log.ts";
import type { Store } from "../store/store.ts";
import { type Ingest, openIngest } from "./ingest.ts";

const NOW = Date.UTC(2026, 10, 21, 12) as Timestamp;
const NO_CONNECTION = 2_150_891_520;
const INCOMPLETE = 12_189_696;

let historian: Historian;
let store: Store;
let close: () => Promise<void>;
let ingest: Ingest;
beforeEach(async () => {
  ({ historian, store, close } = await openEngines());
  ingest = await open();
});
afterEach(() => close());

test("a word that says more than a quality is kept at the time of its value", async () => {
  await say("a", [1, 0]);
  await say("a", [2, NO_CONNECTION], [3, INCOMPLETE]);
  assert.deepEqual(await wordsOf("a"), [
    [2, NO_CONNECTION],
    [3, INCOMPLETE],
  ]);
});

test("plain words make no series of their own", async () => {
  await say("a", [1, 0], [2, 2 ** 30], [3, 2 ** 31]);
  assert.deepEqual(await store.statusSeries.find(), []);
});

test("where there are words, plain ones count, too: what is said anew keeps none of before", async () => {
  await say("a", [1, NO_CONNECTION]);
  ingest = await open();
  await say("a", [1, 2 ** 31], [2, 0]);
  assert.deepEqual(await wordsOf("a"), [
    [1, 0],
    [2, 0],
  ]);
});

test("a device that takes another one's place brings its words along", async () => {
  await say("a", [1, 0]);
  await say("b", [5, NO_CONNECTION]);
  const replaced = await ingest.replace(THE_HOUSE, deviceOf("a").id, deviceOf("b").id);
  assert.ok(replaced.ok);
  assert.deepEqual(await wordsOf("b"), [[5, NO_CONNECTION]]);
});

function open(): Promise<Ingest> {
  return openIngest({
    ...{ drivers, store, historian },
    ...{ onStored: () => {}, onChanged: () => {}, onConfirmed: () => {} },
    ...{ send: async () => {}, record: async () => {}, isDemo: () => false, now: () => NOW },
    ...{ gauges: new Gauges(), log: silentLog },
  });
}

/** Values of the seconds of a minute, each with its status word. */
async function say(name: string, ...words: readonly (readonly [second: number, word: number])[]) {
  const timeseries = words.map(([second, word]) => {
    const values = [{ dataPointId: "level", value: second, qualityCode: String(word) }];
    return { timestamp: new Date(NOW + second * 1000).toISOString(), values };
  });
  const payload = Buffer.from(JSON.stringify({ timeseries }));
  const agent = `agent-${name}` as AgentId;
  const topic = `tc/t/t_${name}/o/mc_v3/ts`;
  await ingest.receive([{ topic, payload, agent, receivedAt: NOW, retain: false }]);
}

/** By the seconds of their values. */
async function wordsOf(name: string): Promise<unknown[]> {
  const level = "level" as ChannelName;
  const channel = ingest.device(deviceOf(name).id)?.channels.find((one) => one.name === level);
  const words = ingest.statusSeries.of(channel?.series ?? 0);
  assert.ok(words !== undefined);
  const everything = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 100 };
  const samples = await historian.range({ series: words, ...everything });
  return Array.from({ length: samples.count }, (_, row) => {
    return [((samples.at[row] ?? 0) - NOW) / 1000, valueAt(samples, row)];
  });
}

function deviceOf(name: string) {
  const device = ingest.devices().find(({ address }) => address === `t/t_${name}`);
  assert.ok(device, name);
  return device;
}

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { openEngines } from "../../test/engines.ts";
import type { AgentId, ChannelName, DeviceAddress, Timestamp } from "../domain/brand.ts";
import { type NewEvent, THE_HOUSE } from "../domain/event.ts";
import type { Reading } from "../domain/findings.ts";
import { LIMIT } from "../domain/limit.ts";
import type { ReceivedMessage } from "../domain/message.ts";
import type { Value } from "../domain/reading.ts";
import { valueAt } from "../domain/samples.ts";
import { drivers } from "../driver/registry.ts";
import { Gauges } from "../lib/gauge.ts";
import { silentLog as log } from "../lib/log.ts";
import { openIngest } from "./ingest.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const FAR = NOW + 2 * LIMIT.futureMs;
const MIB = 1024 * 1024;

test("values that were ahead of the clock are taken in when it is right, once", async (context) => {
  const house = await open(context);
  await house.hear([1, NOW], [2, FAR], [3, FAR + 1]);
  assert.deepEqual(await house.samples(), [[1, NOW]]);
  assert.deepEqual(house.ingest().ahead, { values: 2, from: FAR, to: FAR + 1 });
  await house.restart();
  assert.deepEqual(house.ingest().ahead, { values: 2, from: FAR, to: FAR + 1 });
  assert.deepEqual(await house.takeIn(), { taken: 0, left: 2 }, "the clock is as wrong as it was");
  assert.deepEqual(await house.samples(), [[1, NOW]]);

  house.setClock(FAR);
  await house.hear([4, FAR + 2]);
  assert.deepEqual(await house.takeIn(), { taken: 2, left: 0 });
  const all = [
    ...[[1, NOW] as const, [2, FAR] as const],
    ...[[3, FAR + 1] as const, [4, FAR + 2] as const],
  ];
  assert.deepEqual(await house.samples(), all);
  assert.deepEqual(await house.rejected(), [], "and the list says nothing of them");
  assert.deepEqual(await house.takeIn(), { taken: 0, left: 0 });
  assert.deepEqual(house.told("rejected.taken-in"), [2, 2, 0]);
  await house.restart();
  assert.deepEqual(house.ingest().ahead, { values: 0, from: null, to: null });
});

test("what is still ahead when others are taken in is kept on", async (context) => {
  const house = await open(context);
  await house.hear([0, NOW], [1, FAR], [2, 2 * FAR]);
  house.setClock(FAR);
  assert.deepEqual(await house.takeIn(), { taken: 1, left: 1 });
  assert.deepEqual(house.ingest().ahead, { values: 1, from: 2 * FAR, to: 2 * FAR });
  assert.equal((await house.rejected()).length, 1);
  await house.restart();
  house.setClock(2 * FAR);
  assert.deepEqual(await house.takeIn(), { taken: 1, left: 0 });
  assert.deepEqual((await house.samples()).length, 3);
});

test("values of every kind are what they were", async (context) => {
  const house = await open(context);
  const values: Value[] = [-0, 0.1, 2n ** 62n + 1n, true, "open", Number.NaN];
  for (const [index, value] of values.entries()) {
    const channel = `c${index}` as ChannelName;
    await house.say([value, NOW, channel], [value, FAR, channel]);
  }
  house.setClock(FAR);
  assert.deepEqual(await house.takeIn(), { taken: values.length, left: 0 });
  for (const index of values.keys()) {
    const [before, after] = await house.samples(`c${index}`);
    assert.ok(before && after && Object.is(after[0], before[0]), String(before?.[0]));
  }
});

test("of more than may be kept the oldest go, and that is counted", async (context) => {
  const house = await open(context);
  await house.say(["", NOW]);
  const long = "x".repeat(9 * MIB);
  for (let one = 0; one < 8; one += 1) await house.say([long, FAR + one]);
  const { values, from, to } = house.ingest().ahead;
  assert.deepEqual({ values, from, to }, { values: 7, from: FAR + 1, to: FAR + 7 });
  assert.equal(house.gauges.get('values_dropped_total{reason="ahead_limit"}'), 1);
});

test("who empties the list of rejected messages forgets these, too", async (context) => {
  const house = await open(context);
  await house.say([1, NOW], [2, FAR]);
  await house.ingest().clearRejected();
  assert.equal(house.ingest().ahead.values, 0);
  await house.restart();
  house.setClock(FAR);
  assert.deepEqual(await house.takeIn(), { taken: 0, left: 0 });
});

type Said = readonly [value: Value, at: number, channel?: ChannelName];

function readingOf([value, at, channel = "c0" as ChannelName]: Said): Reading {
  const device = "acme/acme_a" as DeviceAddress;
  const when = { at, isArrival: false, isPast: false, isLate: false };
  return { device, channel, ...when, value, quality: "good", word: 0 };
}

function messageOf([value, at]: Said): ReceivedMessage {
  const values = [{ dataPointId: "c0", value, qualityCode: "0" }];
  const timeseries = [{ timestamp: new Date(at).toISOString(), values }];
  return {
    topic: "tc/acme/acme_a/o/mc_v3/ts",
    payload: Buffer.from(JSON.stringify({ timeseries })),
    agent: "gateway" as AgentId,
    receivedAt: NOW as Timestamp,
    retain: false,
  };
}

/** Ingest over the real engines, to be closed and opened again over the same. */
async function open(context: TestContext) {
  const { historian, store, close } = await openEngines();
  context.after(close);
  const gauges = new Gauges();
  const events: NewEvent[] = [];
  let now = NOW;
  const start = () =>
    openIngest({
      ...{ drivers, store, historian, gauges, log, now: () => now },
      ...{ onStored: () => {}, onChanged: () => {}, onConfirmed: () => {}, isDemo: () => false },
      ...{ send: async () => {}, record: async (event: NewEvent) => events.push(event) },
    });
  let ingest = await start();
  return {
    gauges,
    ingest: () => ingest,
    async restart() {
      await ingest.close();
      ingest = await start();
    },
    /** A message each, of a MindSphere meter. */
    hear: (...said: readonly Said[]) => ingest.receive(said.map(messageOf)),
    say: (...said: readonly Said[]) =>
      ingest.backfill("mindsphere", "gateway" as AgentId, said.map(readingOf)),
    setClock(at: number) {
      now = at;
    },
    takeIn: () => ingest.takeInAhead(THE_HOUSE),
    rejected: () => store.rejected.find(),
    told: (kind: string) =>
      events.filter((one) => one.kind === kind).map(({ detail }) => detail["values"]),
    async samples(name = "c0") {
      const channels = await store.channels.find();
      const series = channels.find((one) => one.name === name)?.series ?? 0;
      const history = await historian.range({ series, from: 0, to: 3 * FAR, limit: 100 });
      return Array.from({ length: history.count }, (_, row) => [
        valueAt(history, row),
        history.at[row],
      ]);
    },
  };
}

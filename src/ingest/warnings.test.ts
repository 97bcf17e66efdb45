import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { openEngines } from "../../test/engines.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { valueAt } from "../domain/samples.ts";
import { EVER } from "../domain/time.ts";
import { drivers } from "../driver/registry.ts";
import { Gauges } from "../lib/gauge.ts";
import { silentLog as log } from "../lib/log.ts";
import { openIngest } from "./ingest.ts";

const NOW = Date.UTC(2026, 10, 22, 12) as Timestamp;
const TOPIC = "tc/acme/acme_a/o/mc_v3/ts";

test("a value that is said twice with one time stamp is one, and not odd", async (context) => {
  const house = await open(context);
  await house.hear(power(605, NOW), power(605, NOW));
  await house.hear(power(605, NOW), power(606, NOW + 1));
  assert.deepEqual(house.warnings(), []);
  assert.deepEqual(await house.samples(), [605, 606]);
});

test("of two values with one time stamp the later stays, and the device is doubted", async (context) => {
  const house = await open(context);
  await house.hear(power(605, NOW));
  await house.hear(power(12, NOW));
  const [warning] = house.warnings();
  assert.equal(warning?.code, "W_SAME_MOMENT");
  assert.match(
    warning?.detail ?? "",
    /^power: 605 and 12 at 2026-11-22T12:00:00.000Z: two devices/,
  );
  assert.equal(house.gauges.get('values_dropped_total{reason="W_SAME_MOMENT"}'), 1);
  assert.deepEqual(await house.samples(), [12]);
});

test("a warning carries the beginning of the message that brought it last", async (context) => {
  const house = await open(context);
  const early = power(605, NOW + 2 * LIMIT.futureMs);
  await house.hear(early);
  assert.deepEqual(excerpts(house.warnings()), [[early, early.length]]);
  const long = power(606, NOW + 3 * LIMIT.futureMs) + " ".repeat(LIMIT.rejectedPayloadBytes);
  await house.hear(power(605, NOW), long, power(605, NOW));
  const beginning = long.slice(0, LIMIT.rejectedPayloadBytes);
  assert.deepEqual(excerpts(house.warnings()), [[beginning, long.length]]);
});

test("what a driver finds odd carries its message too, also the first of a device", async (context) => {
  const house = await open(context);
  for (const value of [605, 606]) {
    const odd = `${power(value, NOW + value).slice(0, -1)},}`;
    await house.hear(odd);
    assert.deepEqual(excerpts(house.warnings()), [[odd, odd.length]]);
  }
  assert.equal(house.warnings()[0]?.times, 2);
});

test("a message with times far ahead is kept for an operator, its other values are stored", async (context) => {
  const house = await open(context);
  const far = NOW + 2 * LIMIT.futureMs;
  const mixed = `${power(605, NOW).slice(0, -2)},${power(606, far).slice('{"timeseries":['.length)}`;
  await house.hear(mixed);
  assert.deepEqual(await house.samples(), [605]);
  const early = power(607, far + 1);
  await house.hear(early, early);
  assert.deepEqual(await house.samples(), [605]);
  const rejected = await house.rejected();
  assert.deepEqual(
    rejected.map(({ code, times, excerpt, topic }) => ({ code, times, excerpt, topic })),
    [{ code: "time_in_future", times: 3, excerpt: early, topic: TOPIC }],
  );
  assert.match(rejected[0]?.detail ?? "", /^power: more than a day ahead of this server's clock/);
});

test("a value of a time that no clock says is not stored, told and kept; its neighbours are", async (context) => {
  const house = await open(context);
  const times = [EVER.from - 1, -1e300, 1e300, EVER.from];
  const samples = times.map((at, value) => ["power", at, value]);
  await house.hearOn("fl/1/hall-3/o/samples", [JSON.stringify({ device: "meter", samples })]);
  assert.deepEqual(await house.samples(), [3]);
  assert.deepEqual(
    house.warnings().map(({ code, detail, times: told }) => [code, detail, told]),
    [
      ["W_TIME_IN_FUTURE", "power: 1e+300 ms", 1],
      ["W_TIME_IMPOSSIBLE", "power: -1e+300 ms", 2],
    ],
  );
  const [rejected] = await house.rejected();
  assert.deepEqual(
    [rejected?.code, rejected?.detail],
    ["time_impossible", "power: not of the years 1 to 9999, not stored"],
  );
});

test("clocks that disagree are counted while none of their times is near", async (context) => {
  const house = await open(context);
  assert.deepEqual(house.timesSaid(), { ahead: 0, devices: 0 });
  await house.hear(power(605, NOW + 2 * LIMIT.futureMs));
  assert.deepEqual(house.timesSaid(), { ahead: 1, devices: 1 });
  await house.hearAs("acme_b", power(605, NOW));
  assert.deepEqual(house.timesSaid(), { ahead: 1, devices: 2 });
  await house.hear(power(605, NOW));
  assert.deepEqual(house.timesSaid(), { ahead: 0, devices: 0 }, "one of its times is right");
});

test("a warning of long ago says nothing of the clocks of now", async (context) => {
  const house = await open(context);
  await house.hear(power(605, NOW + 2 * LIMIT.futureMs));
  house.setClock(NOW + LIMIT.timesSaidMs);
  assert.deepEqual(house.timesSaid(), { ahead: 0, devices: 0 });
});

type Excerpt = { readonly excerpt: string; readonly bytes: number };

function excerpts(warnings: readonly Excerpt[]): [string, number][] {
  return warnings.map(({ excerpt, bytes }) => [excerpt, bytes]);
}

/** What a MindSphere meter says of one moment. */
function power(value: number, at: number): string {
  const values = [{ dataPointId: "power", value, qualityCode: "0" }];
  return JSON.stringify({ timeseries: [{ timestamp: new Date(at).toISOString(), values }] });
}

/** Ingest over the real engines, with one agent that speaks for one device. */
async function open(context: TestContext) {
  const { historian, store, close } = await openEngines();
  context.after(close);
  const gauges = new Gauges();
  let now: number = NOW;
  const ingest = await openIngest({
    ...{ drivers, store, historian, gauges, log, now: () => now },
    ...{ onStored: () => {}, onChanged: () => {}, onConfirmed: () => {}, isDemo: () => false },
    ...{ send: async () => {}, record: async () => {} },
  });
  const hearOn = (topic: string, payloads: readonly string[]) =>
    ingest.receive(
      payloads.map((payload) => ({
        topic,
        payload: Buffer.from(payload),
        agent: "gateway" as AgentId,
        receivedAt: NOW,
        retain: false,
      })),
    );
  return {
    gauges,
    hearOn,
    hear: (...payloads: readonly string[]) => hearOn(TOPIC, payloads),
    hearAs: (name: string, payload: string) => hearOn(TOPIC.replace("acme_a", name), [payload]),
    setClock: (at: number) => {
      now = at;
    },
    rejected: () => store.rejected.find(),
    timesSaid: () => ingest.timesSaid(),
    warnings: () => ingest.devices().flatMap(({ id }) => ingest.diagnostics(id).warnings),
    async samples() {
      const [channel] = await store.channels.find();
      const everything = { from: EVER.from, to: NOW + 1000, limit: 100 };
      const history = await historian.range({ series: channel?.series ?? 0, ...everything });
      return Array.from({ length: history.count }, (_, row) => valueAt(history, row));
    },
  };
}

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { type Engines, openEngines } from "../../test/engines.ts";
import type { AgentId, ChannelName, DeviceAddress, Timestamp } from "../domain/brand.ts";
import { THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Message, ReceivedMessage } from "../domain/message.ts";
import { type Samples, valueAt } from "../domain/samples.ts";
import { drivers } from "../driver/registry.ts";
import type { Historian } from "../historian/historian.ts";
import { Gauges } from "../lib/gauge.ts";
import { silentLog } from "../lib/log.ts";
import type { Store } from "../store/store.ts";
import { type Ingest, openIngest } from "./ingest.ts";

const NOW = Date.UTC(2026, 10, 21, 12) as Timestamp;
const GATEWAY = "gateway" as AgentId;

type World = {
  readonly ingest: Ingest;
  readonly store: Store;
  readonly historian: Historian;
  readonly happenings: string[];
  readonly sent: Message[];
  readonly shown: Samples[];
  readonly gauges: Gauges;
};

const closes: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closes) await close();
});

/** The real store, historian and drivers in a folder of their own, or those of another world. */
async function world(before?: World): Promise<World> {
  const log = silentLog;
  const { store, historian } = before ?? (await ownEngines());
  const happenings: string[] = [];
  const sent: Message[] = [];
  const shown: Samples[] = [];
  const gauges = new Gauges();
  const ingest = await openIngest({
    drivers,
    store,
    historian: {
      async append(samples) {
        const appended = await historian.append(samples);
        happenings.push("stored");
        return appended;
      },
      latest: (series) => historian.latest(series),
      range: (query) => historian.range(query),
    },
    onStored: (samples) => {
      happenings.push("shown");
      shown.push(samples);
    },
    onChanged: () => {},
    send: async (message) => sent.push(message),
    onConfirmed: () => {},
    record: async () => {},
    isDemo: () => false,
    now: () => NOW,
    gauges,
    log,
  });
  return { ingest, store, historian, happenings, sent, shown, gauges };
}

async function ownEngines(): Promise<Engines> {
  const engines = await openEngines();
  closes.push(engines.close);
  return engines;
}

function message(topic: string, payload: unknown, at: number = NOW): ReceivedMessage {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return {
    topic,
    payload: Buffer.from(text),
    agent: GATEWAY,
    receivedAt: at as Timestamp,
    retain: false,
  };
}

const humidity = (value: number, at: number = NOW) =>
  message("/sauter/viasens/12/5", { type: "humid", payload: { humidity: value } }, at);

describe("the walk up", () => {
  test("a sample is stored, then shown, and only then is its sender acknowledged", async () => {
    const { ingest, happenings } = await world();
    await ingest.receive([humidity(49)]);
    happenings.push("acknowledged");
    assert.deepEqual(happenings, ["stored", "shown", "acknowledged"]);
  });

  test("an unknown device waits in the inbox with its value", async () => {
    const { ingest, store, shown } = await world();
    await ingest.receive([humidity(49)]);
    const [device] = ingest.devices();
    assert.equal(device?.address, "12/5");
    assert.equal(device?.assetId, null);
    assert.equal(await store.devices.count({ assetId: null }), 1);
    assert.ok(device);
    const { messages, lastSeenAt } = ingest.diagnostics(device.id);
    assert.deepEqual([messages, lastSeenAt], [1, NOW]);
    assert.equal(shown[0] && valueAt(shown[0], 0), 49);
  });

  test("adopted, its history begins with its first message, typed and with a unit", async () => {
    const { ingest, store, historian } = await world();
    await ingest.receive([humidity(49, (NOW - 2000) as Timestamp)]);
    await ingest.receive([humidity(51, (NOW - 1000) as Timestamp)]);
    const [device] = ingest.devices();
    assert.ok(device);
    const adopted = await ingest.adopt(THE_HOUSE, device.id, { name: "R 101" });
    assert.ok(adopted.ok);
    const [point] = await store.points.find({ where: { assetId: adopted.value } });
    assert.equal(point?.variable.name, "Humidity");
    assert.match(point?.variable.unit ?? "", /%/);
    const series = point?.series ?? 0;
    const history = await historian.range({ series, from: 0, to: NOW, limit: 10 });
    assert.deepEqual([valueAt(history, 0), valueAt(history, 1)], [49, 51]);
  });

  test("a device is adopted once", async () => {
    const { ingest } = await world();
    await ingest.receive([humidity(49)]);
    const [device] = ingest.devices();
    assert.ok(device);
    assert.ok((await ingest.adopt(THE_HOUSE, device.id, {})).ok);
    const again = await ingest.adopt(THE_HOUSE, device.id, {});
    assert.equal(again.ok ? "adopted" : again.problem.code, "device_adopted");
  });

  test("newcomers in several batches at once are entered once each, in order", async () => {
    const { ingest, store, shown } = await world();
    const values = Array.from({ length: 40 }, (_, index) => index);
    await Promise.all(
      values.map((value) => ingest.receive([humidity(value, (NOW + value) as Timestamp)])),
    );
    assert.equal(await store.devices.count(), 1);
    assert.equal(await store.channels.count(), 1);
    const seen = shown.flatMap((samples) =>
      Array.from({ length: samples.count }, (_, row) => valueAt(samples, row)),
    );
    assert.deepEqual(seen, values);
  });

  test("a crowd of newcomers is entered a few hundred at a time, and others are served between", async () => {
    const { ingest, store } = await world();
    const crowd = Array.from({ length: 2_000 }, (_, index) =>
      message(`plant/m${index % 20}/v${index}`, "1"),
    );
    const entered: number[] = [];
    const { put } = store.channels;
    store.channels.put = async (...rows) => {
      entered.push(rows.length);
      await put(...rows);
    };
    const others: number[] = [];
    setImmediate(() => others.push(entered.length));
    await ingest.receive(crowd);
    assert.deepEqual([entered, others], [[400, 400, 400, 400, 400], [1]]);
    assert.deepEqual([await store.devices.count(), await store.channels.count()], [20, 2_000]);
  });

  test("a message that nobody understands is kept with its reason, and counted when it comes again", async () => {
    const { ingest, store } = await world();
    await ingest.receive([
      message("/sauter/viasens/12/5", "{not json"),
      message("mqtts/no/such/topic", "x"),
    ]);
    await ingest.receive([message("/sauter/viasens/12/5", "{not json")]);
    const rows = await store.rejected.find();
    assert.deepEqual(rows.map(({ code, times }) => [code, times]).toSorted(), [
      ["payload_malformed", 2],
      ["topic_unknown", 1],
    ]);
    assert.equal(ingest.agentSeen(GATEWAY).rejected, 3);
  });

  test("rejected messages are bounded, the oldest go first", async () => {
    const { ingest, store } = await world();
    const extra = 5;
    const count = LIMIT.rejectedMessages + extra;
    await ingest.receive(
      Array.from({ length: count }, (_, index) => message(`tc/no/${index}`, "x")),
    );
    const rows = await store.rejected.find();
    assert.equal(rows.length, LIMIT.rejectedMessages);
    assert.ok(!rows.some(({ topic }) => topic === "tc/no/0"));
    assert.ok(rows.some(({ topic }) => topic === `tc/no/${count - 1}`));
  });

  test("a time far ahead is dropped alone and shown with the device", async () => {
    const { ingest, shown } = await world();
    const series = (timestamp: string, value: number) => ({
      timestamp,
      values: [{ dataPointId: "power", value, qualityCode: "0" }],
    });
    const timeseries = [series("2026-11-21T11:00:00Z", 1), series("2099-01-01T00:00:00Z", 2)];
    await ingest.receive([message("tc/acme/acme_a/o/mc_v3/ts", { timeseries: [timeseries[0]] })]);
    await ingest.receive([message("tc/acme/acme_a/o/mc_v3/ts", { timeseries })]);
    const [device] = ingest.devices();
    assert.ok(device);
    assert.equal(ingest.diagnostics(device.id).warnings[0]?.code, "W_TIME_IN_FUTURE");
    assert.deepEqual(
      shown.map(({ count }) => count),
      [1, 1],
    );
  });

  test("what cannot be stored is not acknowledged", async () => {
    const { ingest, store, historian } = await world();
    await ingest.receive([humidity(1)]);
    const broken = await openIngest({
      ...{ drivers, store, onStored: () => assert.fail("shown"), onChanged: () => {} },
      historian: {
        append: () => Promise.reject(new Error("disk full")),
        latest: (series) => historian.latest(series),
        range: (query) => historian.range(query),
      },
      ...{ send: async () => {}, onConfirmed: () => {}, record: async () => {} },
      ...{ isDemo: () => false, now: () => NOW, gauges: new Gauges(), log: silentLog },
    });
    await assert.rejects(broken.receive([humidity(2)]), /disk full/);
  });

  test("readings of the past take the same way, without a message", async () => {
    const { ingest, historian, store, gauges } = await world();
    const device = "12/7" as DeviceAddress;
    const channel = "co2.co2" as ChannelName;
    const readings = [1, 2, 3].map((at) => ({
      device,
      channel,
      at,
      isArrival: false,
      isPast: false,
      isLate: false,
      value: 400 + at,
      quality: "good" as const,
      word: 0,
    }));
    await ingest.backfill("viasens", GATEWAY, readings);
    const [row] = await store.channels.find();
    const history = await historian.range({ series: row?.series ?? 0, from: 0, to: 10, limit: 10 });
    assert.equal(history.count, 3);
    assert.equal(gauges.get("samples_imported_total"), 3);
    assert.equal(gauges.get("samples_stored_total"), 0, "a rate of values is that of now");
  });
});

describe("values that say no time", () => {
  const series = async (store: Store) => (await store.channels.find())[0]?.series ?? 0;
  const samplesOf = async ({ store, historian }: World) => {
    const everything = { from: 0, to: NOW + LIMIT.futureMs, limit: 10_000 };
    const history = await historian.range({ series: await series(store), ...everything });
    return Array.from({ length: history.count }, (_, row) => [
      (history.at[row] ?? 0) - NOW,
      valueAt(history, row),
    ]);
  };
  /** As many values within the millisecond `at`, in batches of a hundred. */
  async function burst({ ingest }: World, count: number, at = NOW): Promise<void> {
    for (let sent = 0; sent < count; sent += 100) {
      const size = Math.min(100, count - sent);
      const batch = Array.from({ length: size }, (_, index) => humidity((sent + index) % 100, at));
      await ingest.receive(batch);
    }
  }
  const count = ({ gauges }: World) => gauges.get('values_dropped_total{reason="W_TOO_FAST"}');

  test("two of one millisecond are two samples, in their order", async () => {
    const room = await world();
    await room.ingest.receive([humidity(41), humidity(42)]);
    await room.ingest.receive([humidity(43)]);
    assert.deepEqual(await samplesOf(room), [
      [0, 41],
      [1, 42],
      [2, 43],
    ]);
    await room.ingest.receive([humidity(44, NOW + 500)]);
    assert.deepEqual((await samplesOf(room)).at(-1), [500, 44]);
  });

  test("a burst runs ahead of the clock by a second at most, then the newest one counts", async () => {
    const room = await world();
    await burst(room, LIMIT.arrivalAheadMs + 1);
    assert.equal(count(room), 0);
    await burst(room, 3);
    const samples = await samplesOf(room);
    assert.equal(samples.length, LIMIT.arrivalAheadMs + 1);
    assert.deepEqual(samples.at(-1), [LIMIT.arrivalAheadMs, 2]);
    assert.equal(count(room), 3);
    const [device] = room.ingest.devices();
    const [warning] = device ? room.ingest.diagnostics(device.id).warnings : [];
    assert.deepEqual([warning?.code, warning?.times], ["W_TOO_FAST", 3]);
  });

  test("a clock that was set back is followed at once", async () => {
    const room = await world();
    await burst(room, 2);
    await room.ingest.receive([humidity(50, NOW - 60_000)]);
    await room.ingest.receive([humidity(51, NOW - 60_000)]);
    assert.deepEqual((await samplesOf(room)).slice(0, 2), [
      [-60_000, 50],
      [-59_999, 51],
    ]);
  });

  test("a restart gives no time a second time", async () => {
    const room = await world();
    await burst(room, 3);
    const again = await world(room);
    await again.ingest.receive([humidity(60)]);
    assert.deepEqual((await samplesOf(again)).at(-1), [3, 60]);
  });

  test("what a device stamps itself and says twice is one sample", async () => {
    const room = await world();
    const values = [{ dataPointId: "power", value: 1, qualityCode: "0" }];
    const timeseries = [{ timestamp: new Date(NOW).toISOString(), values }];
    const said = message("tc/acme/acme_a/o/mc_v3/ts", { timeseries });
    await room.ingest.receive([said, said]);
    assert.deepEqual(await samplesOf(room), [[0, 1]]);
  });
});

describe("what a device declares", () => {
  test("a birth makes channels, a later one retires what is missing", async () => {
    const { ingest, store } = await world();
    const birth = (...names: string[]) =>
      message("mqtts/p/DBIRTH/e/d", { metrics: names.map((name) => ({ name, dataType: "Long" })) });
    await ingest.receive([birth("Énergie active/Phase 1", "b")]);
    await ingest.receive([birth("Énergie active/Phase 1", "c")]);
    const rows = await store.channels.find();
    assert.deepEqual(
      new Map(rows.map(({ name, retired }) => [name as string, retired])),
      new Map([
        ["Énergie active/Phase 1", false],
        ["b", true],
        ["c", false],
      ]),
    );
    assert.equal(rows.find(({ name }) => name.startsWith("Énergie"))?.proposal.unit, "Wh");
  });

  test("an answer is given, and given again to who subscribes late", async () => {
    const { ingest, sent } = await world();
    await ingest.receive([
      message("tc/acme/acme_a/o/amo_v3/i", { id: "1", data: { modelExternalId: "none" } }),
    ]);
    assert.ok(sent.length >= 1);
    const body = JSON.parse(Buffer.from(sent.at(-1)?.payload ?? []).toString());
    assert.equal(body.requestId, "1");
    assert.equal(body.data.status, "Failed");
    const before = sent.length;
    ingest.subscribed(GATEWAY, "tc/acme/acme_a/i/amo_v3/#");
    await new Promise(setImmediate);
    assert.equal(sent.length, before * 2);
  });

  test("what the house does not agree to is answered, and an operator sees it", async () => {
    const { ingest, store, sent } = await world();
    const wish = { id: "1", data: { modelExternalId: "none" } };
    await ingest.receive([
      message("tc/acme/acme_a/o/amo_v3/m", "<html>"),
      message("tc/acme/acme_a/o/amo_v3/i", wish),
    ]);
    const answers = sent.map(({ topic, payload }) => {
      return [topic, JSON.parse(Buffer.from(payload).toString()).data.status];
    });
    assert.deepEqual(answers, [
      ["tc/acme/acme_a/i/amo_v3/ms", "Failed"],
      ["tc/acme/acme_a/i/amo_v3/ip", "Failed"],
    ]);
    const rows = await store.rejected.find();
    assert.deepEqual(rows.map(({ code, excerpt }) => [code, excerpt]).toSorted(), [
      ["model_unknown", JSON.stringify(wish)],
      ["payload_malformed", "<html>"],
    ]);
  });
});

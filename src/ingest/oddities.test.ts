import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { openEngines } from "../../test/engines.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import type { ReceivedMessage } from "../domain/message.ts";
import { qualityOf } from "../domain/reading.ts";
import { type Samples, valueAt } from "../domain/samples.ts";
import { drivers } from "../driver/registry.ts";
import type { Historian } from "../historian/historian.ts";
import { Gauges } from "../lib/gauge.ts";
import { silentLog } from "../lib/log.ts";
import type { Store } from "../store/store.ts";
import { type Ingest, openIngest } from "./ingest.ts";

const NOW = Date.UTC(2026, 10, 21, 12) as Timestamp;

let historian: Historian;
let store: Store;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ historian, store, close } = await openEngines());
});
afterEach(() => close());

/** Readings of one value each, odd in one way each; by the warning that they bring. */
const ODD = {
  W_TRAILING_COMMA: '{"type":"humid","payload":{"humidity":49,}}',
  W_NUMERIC_STRING: '{"type":"humid","payload":{"humidity":"49"}}',
  W_ROUNDED: '{"type":"humid","payload":{"humidity":49.5}}',
  W_FIELD_UNKNOWN: '{"type":"humid","payload":{"humidity":49,"battery":3}}',
  W_TRAILING_NUL: '{"type":"humid","payload":{"humidity":49}}\0',
};
const PLAIN = '{"type":"humid","payload":{"humidity":49}}';
const IMPLAUSIBLE = '{"type":"humid","payload":{"humidity":101}}';

test("a tolerant house takes what is odd and tells each oddity", async () => {
  const ingest = await open({ isStrict: false });
  await ingest.receive(Object.values(ODD).map((text) => said(text)));
  assert.equal(await store.rejected.count({}), 0);
  assert.deepEqual(codesOf(ingest).toSorted(), Object.keys(ODD).toSorted());
});

test("a strict house refuses it by the oddity's name, and takes nothing of it", async () => {
  const ingest = await open({ isStrict: true });
  await ingest.receive(Object.values(ODD).map((text) => said(text)));
  const refused = await store.rejected.find();
  assert.deepEqual(new Set(refused.map(({ code }) => code)), new Set(["payload_malformed"]));
  const names = refused.map(({ detail }) => detail.split(" ")[0]);
  assert.deepEqual(names.toSorted(), Object.keys(ODD).toSorted());
  assert.deepEqual(ingest.devices(), []);
});

test("a strict house takes what is odd and as specified", async () => {
  const ingest = await open({ isStrict: true });
  await ingest.receive([said(IMPLAUSIBLE), said(PLAIN)]);
  assert.equal(await store.rejected.count({}), 0);
  assert.deepEqual(codesOf(ingest), ["W_IMPLAUSIBLE"]);
});

test("an order that a broker keeps shows with its device, and is no sign of its life", async () => {
  const ingest = await open({ isStrict: false });
  await ingest.receive([said(PLAIN)]);
  const topic = "/sauter/viasens/12/5/control";
  const order = { ...said('{"type":"led-ring","payload":{"mode":-1}}'), topic, retain: true };
  const later = (NOW + 60_000) as Timestamp;
  await ingest.receive([{ ...order, receivedAt: later }]);
  assert.deepEqual(codesOf(ingest), ["W_RETAINED_CONTROL"]);
  const [device] = ingest.devices();
  assert.ok(device);
  const { messages, lastSeenAt } = ingest.diagnostics(device.id);
  assert.deepEqual([messages, lastSeenAt], [1, NOW]);
});

test("a value that a broker keeps is no sign of life, and replaces none that came live", async () => {
  const ingest = await open({ isStrict: false });
  const at = (minutes: number) => (NOW + minutes * 60_000) as Timestamp;
  const kept = { ...said(PLAIN), retain: true };
  await ingest.receive([kept]);
  const [device] = ingest.devices();
  assert.ok(device);
  const heard = () => {
    const { messages, lastSeenAt } = ingest.diagnostics(device.id);
    return [messages, lastSeenAt];
  };
  assert.deepEqual(heard(), [1, null], "it is known, and was not heard");
  const [channel] = ingest.device(device.id)?.channels ?? [];
  assert.ok(channel);
  const newest = async () => {
    const { value, quality, count } = await historian.latest(Uint32Array.of(channel.series));
    return [count, value[0], quality[0]];
  };
  const before = await newest();
  assert.equal(before[0], 1, "better than nothing");
  await ingest.receive([{ ...said(PLAIN), receivedAt: at(1) }]);
  assert.deepEqual(heard(), [2, at(1)]);
  const live = await newest();
  assert.notDeepEqual(live, before);
  await ingest.receive([{ ...kept, receivedAt: at(2) }]);
  assert.deepEqual(heard(), [3, at(1)]);
  assert.deepEqual(await newest(), live);
  assert.ok(codesOf(ingest).includes("W_AGE_UNKNOWN"));
});

test("what a gateway kept says of then that its device spoke, and its newest is the latest", async () => {
  const ingest = await open({ isStrict: false });
  const topic = "fl/1/hall-3/o/samples";
  const at = (minutes: number) => NOW + minutes * 60_000;
  const words = (value: number, minutes: number, late: boolean) =>
    `{"device":"a","late":${late},"samples":[["level",${at(minutes)},${value}]]}`;
  const tell = (value: number, minutes: number, late: boolean) =>
    ingest.receive([{ ...said(words(value, minutes, late)), topic }]);
  await tell(1, -60, true);
  const [device] = ingest.devices();
  assert.ok(device);
  const [channel] = ingest.device(device.id)?.channels ?? [];
  assert.ok(channel);
  const known = async () => {
    const { value } = await historian.latest(Uint32Array.of(channel.series));
    return [value[0], ingest.diagnostics(device.id).lastSeenAt];
  };
  assert.deepEqual(await known(), [1, at(-60)]);
  await tell(2, -50, true);
  assert.deepEqual(await known(), [2, at(-50)]);
  await tell(3, -1, false);
  assert.deepEqual(await known(), [3, NOW]);
  await tell(4, -40, true);
  assert.deepEqual(await known(), [3, NOW]);
});

test("a plain device may have all its words kept: they are signs of its life", async () => {
  const ingest = await open({ isStrict: false });
  const word = { ...said("21.5"), topic: "esp/office/temperature", retain: true };
  await ingest.receive([word]);
  await ingest.receive([{ ...word, receivedAt: (NOW + 60_000) as Timestamp }]);
  const [device] = ingest.devices();
  assert.ok(device);
  assert.equal(ingest.diagnostics(device.id).lastSeenAt, NOW + 60_000);
});

test("an integer that needs more than 64 bits is kept as its digits, never as another one", async () => {
  const ingest = await open({ isStrict: false });
  const held = ["9223372036854775807", "-9223372036854775808"];
  const longer = ["9223372036854775808", "18446744073709551615", "-9223372036854775809"];
  for (const [index, digits] of [...held, ...longer].entries()) {
    const receivedAt = (NOW + index * 1_000) as Timestamp;
    await ingest.receive([{ ...said(digits), topic: "hall/meter/total", receivedAt }]);
  }
  assert.deepEqual(await valuesOf(ingest), [...held.map(BigInt), ...longer]);
});

test("an integer beyond 2^53 is rounded where its variable is a number, and that is told", async () => {
  const ingest = await open({ isStrict: false });
  const tell = await describedMeter(ingest, [{ name: "total", dataType: "DOUBLE" }]);
  const values = ["9007199254740992", "9007199254740993", 9_007_199_254_740_992];
  for (const [index, value] of values.entries()) {
    const timestamp = new Date(NOW + index).toISOString();
    const row = { timestamp, values: [{ dataPointId: "total", value }] };
    await tell("mc_v3/ts", { timeseries: [row] });
  }
  assert.deepEqual(await valuesOf(ingest), new Array(3).fill(2 ** 53));
  const [device] = ingest.devices();
  assert.ok(device);
  const [warning] = ingest.diagnostics(device.id).warnings;
  assert.deepEqual([warning?.code, warning?.times], ["W_ROUNDED", 1]);
  assert.match(warning?.detail ?? "", /^total: 9007199254740993 is kept as 9007199254740992/);
});

test("NaN and infinities are kept as they were said, are never good, and are told", async () => {
  const ingest = await open({ isStrict: false });
  const tell = await describedMeter(ingest, [{ name: "total", dataType: "DOUBLE" }]);
  const values = ["NaN", " nan", "Infinity", "-inf", "-INFINITY", 7];
  for (const [index, value] of values.entries()) {
    const timestamp = new Date(NOW + index).toISOString();
    const row = { timestamp, values: [{ dataPointId: "total", value, qualityCode: "0" }] };
    await tell("mc_v3/ts", { timeseries: [row] });
  }
  const [less, more] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  assert.deepEqual(await valuesOf(ingest), [Number.NaN, Number.NaN, more, less, less, 7]);
  assert.deepEqual(await qualitiesOf(ingest), [...new Array(5).fill("bad"), "good"]);
  assert.deepEqual(codesOf(ingest), ["W_NOT_FINITE"]);
});

test("what a plain device prints where it has no number makes no text of its channel", async () => {
  const ingest = await open({ isStrict: false });
  for (const [index, text] of ["nan", "21.5", "inf"].entries()) {
    const receivedAt = (NOW + index * 1_000) as Timestamp;
    await ingest.receive([{ ...said(text), topic: "hall/oven/temperature", receivedAt }]);
  }
  assert.deepEqual(await valuesOf(ingest), [Number.NaN, 21.5, Number.POSITIVE_INFINITY]);
  assert.deepEqual(await qualitiesOf(ingest), ["bad", "good", "bad"]);
});

test("an integer beyond 2^53 of a device that nobody has described is kept as it came", async () => {
  const ingest = await open({ isStrict: false });
  for (const [index, digits] of ["5", "9007199254740993", '"9007199254740995"'].entries()) {
    const receivedAt = (NOW + index * 1_000) as Timestamp;
    await ingest.receive([{ ...said(digits), topic: "hall/meter/total", receivedAt }]);
  }
  assert.deepEqual(await valuesOf(ingest), [5, 2n ** 53n + 1n, 2n ** 53n + 3n]);
  assert.deepEqual(codesOf(ingest), []);
});

test("a text that is longer than its variable, or no time, is kept whole and told", async () => {
  const ingest = await open({ isStrict: false });
  const tell = await describedMeter(ingest, [
    { name: "state", dataType: "STRING", length: 5 },
    { name: "since", dataType: "TIMESTAMP" },
  ]);
  const send = (timestamp: string, state: string, since: string) => {
    const values = [
      { dataPointId: "state", value: state },
      { dataPointId: "since", value: since },
    ];
    return tell("mc_v3/ts", { timeseries: [{ timestamp, values }] });
  };
  await send("2026-11-21T11:00:00Z", "open", "2026-11-21T10:00:00Z");
  assert.deepEqual(codesOf(ingest), []);
  await send("2026-11-21T11:01:00Z", "opened", "yesterday");
  assert.deepEqual(codesOf(ingest), ["W_TEXT"]);
  const [device] = ingest.devices();
  assert.ok(device);
  const [warning] = ingest.diagnostics(device.id).warnings;
  assert.equal(warning?.times, 2);
  const channels = ingest.device(device.id)?.channels ?? [];
  const newest = await historian.latest(Uint32Array.from(channels, ({ series }) => series));
  assert.deepEqual([...newest.texts].toSorted(), ["opened", "yesterday"]);
});

function open({ isStrict }: { readonly isStrict: boolean }): Promise<Ingest> {
  return openIngest({
    ...{ drivers, store, historian, isStrict },
    ...{ onStored: () => {}, onChanged: () => {}, onConfirmed: () => {} },
    ...{ send: async () => {}, record: async () => {}, isDemo: () => false, now: () => NOW },
    ...{ gauges: new Gauges(), log: silentLog },
  });
}

function said(text: string): ReceivedMessage {
  return {
    topic: "/sauter/viasens/12/5",
    payload: Buffer.from(text),
    agent: "gateway" as AgentId,
    receivedAt: NOW,
    retain: false,
  };
}

type Tell = (about: string, body: object) => Promise<void>;

/** An agent of MindSphere with an asset of these variables; what says more for it. */
async function describedMeter(
  ingest: Ingest,
  variables: readonly { name: string; dataType: string; length?: number }[],
): Promise<Tell> {
  const tell: Tell = (about, body) =>
    ingest.receive([{ ...said(JSON.stringify(body)), topic: `tc/acme/acme_meter/o/${about}` }]);
  await tell("amo_v4/mi", {
    id: "1",
    data: {
      typeModel: {
        aspectTypes: [{ id: "acme.S", name: "S", category: "dynamic", variables }],
        assetTypes: [
          {
            ...{ id: "acme.M", name: "M", parentTypeId: "core.basicasset" },
            aspects: [{ name: "s", aspectTypeId: "acme.S" }],
          },
        ],
      },
      instanceModel: { assets: [{ referenceId: "m", typeId: "acme.M", name: "Meter" }] },
      mappingModel: {
        mappings: variables.map(({ name }) => ({
          ...{ dataPointId: name, assetReferenceId: "m", aspectName: "s", variableName: name },
        })),
      },
    },
  });
  return tell;
}

async function valuesOf(ingest: Ingest): Promise<unknown[]> {
  const stored = await samplesOf(ingest);
  return Array.from({ length: stored.count }, (_, row) => valueAt(stored, row));
}

async function qualitiesOf(ingest: Ingest): Promise<unknown[]> {
  const stored = await samplesOf(ingest);
  return Array.from(stored.quality.subarray(0, stored.count), qualityOf);
}

/** All that the first channel of the only device has. */
function samplesOf(ingest: Ingest): Promise<Samples> {
  const [device] = ingest.devices();
  assert.ok(device);
  const series = ingest.device(device.id)?.channels[0]?.series ?? 0;
  return historian.range({ series, from: 0, to: NOW + 60_000, limit: 10 });
}

/** Of the only device. */
function codesOf(ingest: Ingest): string[] {
  const [device] = ingest.devices();
  assert.ok(device);
  return ingest.diagnostics(device.id).warnings.map(({ code }) => code);
}

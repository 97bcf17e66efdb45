import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId, DeviceAddress, Timestamp } from "../../domain/brand.ts";
import { Findings } from "../../domain/findings.ts";
import { NOTHING_KNOWN } from "../driver.ts";
import { decode } from "./decode.ts";
import { scanSeries } from "./scan-series.ts";

const DEVICE = "acme/acme_meter" as DeviceAddress;

test("a plain time series is scanned, with white space or without", () => {
  const values = [
    '{"dataPointId":"power","value":-0.5,"qualityCode":"0"}',
    '{ "dataPointId": "state",\n "value": "on" , "qualityCode": "1073741824" }',
    '{"dataPointId":"least","value":-0}',
    '{"dataPointId":"door","value":true},{"dataPointId":"none","value":null}',
    '{"dataPointId":"single","value":21.299999237060547}',
  ];
  const text = ` {"timeseries": [${row(values)},\t${row(values)}]}\r\n`;
  const scanned = scan(text);
  assert.ok(scanned);
  assert.deepEqual(scanned, decoded(withStranger(text)));
  assert.equal(scanned.length, 12);
  assert.ok(Object.is(scanned[2]?.value, -0));
});

test("values in another order, of other names or written with other gaps are read as they are", () => {
  const messages = [
    series([entry("first", "1"), entry("second", "2"), entry("third", "3")]),
    series([entry("first", "1"), entry("third", "3"), entry("second", "2")]),
    series([entry("first", "1"), '{"dataPointId":"second2","value":2}', entry("second", "2")]),
    series([entry("first", "1"), '{ "dataPointId":"second","value": 2 }', entry("third", "3")]),
    series([entry("firs", "1")]),
    series([entry("first", "1"), '{"dataPointId":"second","value":"a"}']),
  ];
  for (const text of [...messages, ...messages.toReversed()]) {
    assert.deepEqual(scan(text), decoded(withStranger(text)), text);
  }
  for (const text of messages) assert.equal(scan(text.slice(0, -3)), undefined);
});

test("what is not plain is left to the general reader, and nothing of it is told twice", () => {
  const odd = [
    entry("power", "12345678901234567"),
    entry("power", "1e3"),
    entry("power", "01"),
    entry("power", "1."),
    entry("power", "-"),
    entry("power", "[1]"),
    entry("température", "1"),
    entry("a\\u0062", "1"),
    entry("", "1"),
    '{"dataPointId":"power","dataPointId":"other","value":1}',
    '{"dataPointId":"power","value":1,"value":2}',
    '{"dataPointId":"power","value":1,"other":2}',
    '{"dataPointId":"power","value":1,"qualityCode":"what"}',
    '{"dataPointId":"power","value":1,}',
    '{"value":1,"dataPointId":"power"}',
    '{"dataPointId" :"power","value":1}',
    '{"dataPointId":"power"}',
    "{}",
  ];
  for (const one of odd) {
    assert.equal(scan(series([entry("first", "1"), one])), undefined, one);
  }
  for (const text of [
    series([]),
    `${series([entry("a", "1")])}\0`,
    "[]",
    "",
    '{"timeseries":[]}',
  ]) {
    assert.equal(scan(text), undefined, text);
  }
  const twice = decoded(series([entry("first", "1"), entry("second", "1e3")]));
  assert.deepEqual(
    twice?.map(({ channel }) => channel),
    ["first", "second"],
  );
});

test("whatever is scanned is what the general reader reads", () => {
  const random = randomOf(7);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  let scanned = 0;
  for (let round = 0; round < 4_000; round += 1) {
    const count = 1 + Math.floor(random() * 4);
    const values = Array.from({ length: count }, () => entry(pick(NAMES), pick(WORDS)));
    const text = round % 2 === 0 ? series(values) : spoilt(series(values), random);
    const fast = scan(text);
    if (fast === undefined) continue;
    scanned += 1;
    assert.deepEqual(fast, decoded(withStranger(text)), text);
  }
  assert.ok(scanned > 1_000, `${scanned} were scanned`);
});

const NAMES = ["power", "energy.total", "constructor", "__proto__", "a", "x".repeat(90)];
const WORDS = [
  ...["0", "-0", "7", "605", "-12", "0.1", "-87.125", "123456789012345", "0.000000000000001"],
  ...["21.299999237060547", "99999999999999.99", "true", "false", "null", '"on"', '""', '"0x1F"'],
  ...["1e5", "12345678901234567", "1.7976931348623157", "0.30000000000000004"],
];

/** A byte changed, doubled or left out. */
function spoilt(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const byte = String.fromCharCode(32 + Math.floor(random() * 96));
  const kept = random() < 0.5 ? at + 1 : at;
  return text.slice(0, at) + (random() < 0.7 ? byte : "") + text.slice(kept);
}

function entry(name: string, value: string): string {
  return `{"dataPointId":"${name}","value":${value},"qualityCode":"0"}`;
}

function row(values: readonly string[]): string {
  return `{"timestamp":"2022-12-01T20:05:10.123+01:00","values":[${values.join(",")}]}`;
}

function series(values: readonly string[]): string {
  return `{"timeseries":[${row(values)}]}`;
}

/** With a key that only the general reader passes over. */
function withStranger(text: string): string {
  return text.replace("{", '{"stranger":0,');
}

function scan(text: string) {
  const findings = new Findings();
  const isRead = scanSeries(Buffer.from(text), DEVICE, findings);
  assert.ok(isRead || findings.readings.length === 0);
  assert.equal(findings.warnings.length, 0);
  return isRead ? findings.readings : undefined;
}

function decoded(text: string) {
  const findings = new Findings();
  const message = {
    agent: "a" as AgentId,
    topic: `tc/${DEVICE}/o/mc_v3/ts`,
    payload: Buffer.from(text),
    receivedAt: 0 as Timestamp,
    retain: false,
  };
  const outcome = decode(message, findings, NOTHING_KNOWN);
  assert.equal(findings.warnings.length, 0, JSON.stringify(findings.warnings));
  return outcome.ok ? findings.readings : undefined;
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
}

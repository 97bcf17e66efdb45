import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import type { AgentId, DeviceAddress, Timestamp } from "../../domain/brand.ts";
import { Findings } from "../../domain/findings.ts";
import type { Value } from "../../domain/reading.ts";
import { NOTHING_KNOWN } from "../driver.ts";
import type { Metric } from "./payload.ts";
import { sparkplug } from "./sparkplug.ts";
import { writePayload } from "./write.ts";

const PUMP = "plant/edge/pump" as DeviceAddress;
const BEYOND = 9_007_199_254_740_993n;

test("whole numbers beyond 2^53 are exact, both ways", () => {
  for (const value of [BEYOND, -BEYOND, 9_223_372_036_854_775_807n, 7]) {
    assert.deepEqual(heard(value), [value]);
  }
});

test("protoc reads what the twin of a device says", {
  skip: spawnSync("protoc", ["--version"]).status !== 0,
}, () => {
  const [node, device, data] = said([BEYOND, -BEYOND]);
  assert.ok(node && device && data);
  assert.match(textOf(node), /name: "bdSeq"\s+timestamp: \d+\s+datatype: 4\s+long_value: 0/);
  assert.match(textOf(device), /name: "n"\s+alias: 0.*long_value: 9007199254740993.*seq: 1/s);
  assert.match(textOf(data), /alias: 0.*long_value: 18437736874454810623.*seq: 2/s);
  assert.doesNotMatch(textOf(data), /name|datatype/);
});

test("a device that gets a metric of another type is born again", () => {
  const twin = sparkplug.twin(PUMP);
  const topics = (value: Value) => twin.emit([reading(value)]).map(({ topic }) => topic);
  const birth = ["spBv1.0/plant/NBIRTH/edge", "spBv1.0/plant/DBIRTH/edge/pump"];
  assert.deepEqual(topics(1), birth);
  assert.deepEqual(topics(2), ["spBv1.0/plant/DDATA/edge/pump"]);
  assert.deepEqual(topics(2.5), birth);
  assert.deepEqual(topics(3), ["spBv1.0/plant/DDATA/edge/pump"]);
});

test("what is more than ten thousand values is left out, and told", () => {
  const metric: Metric = {
    ...{ name: "on", datatype: 11, isHistorical: false, isNull: false, properties: new Map() },
    value: { kind: "boolean", truth: true },
  };
  const payload = writePayload({ metrics: new Array<Metric>(10_001).fill(metric), seq: 1 });
  const message = { topic: "spBv1.0/plant/DDATA/edge/pump", payload };
  const findings = new Findings();
  const from = { agent: "a" as AgentId, receivedAt: 6 as Timestamp, retain: false };
  assert.ok(sparkplug.decode({ ...message, ...from }, findings, NOTHING_KNOWN).ok);
  assert.equal(findings.readings.length, 10_000);
  assert.ok(findings.warnings.some(({ code }) => code === "W_VALUES"));
});

test("the host says that it is there, and that it is not", () => {
  const at = 1_700_000_000_000 as Timestamp;
  const message = sparkplug.announce?.({ name: "fieldline", isHere: false, at });
  assert.ok(message);
  assert.equal(message.topic, "spBv1.0/STATE/fieldline");
  assert.equal(message.retain, true);
  const body = JSON.parse(Buffer.from(message.payload).toString());
  assert.deepEqual(body, { online: false, timestamp: at });
});

function reading(value: Value) {
  return { channel: "n", value, at: 5 as Timestamp, quality: "good" as const };
}

function said(values: readonly Value[]) {
  const twin = sparkplug.twin(PUMP);
  return values.flatMap((value) => twin.emit([reading(value)]));
}

/** What decode makes of a birth that brings this value. */
function heard(value: Value): (Value | null)[] {
  const message = said([value]).at(-1);
  assert.ok(message);
  const findings = new Findings();
  const from = { agent: "a" as AgentId, receivedAt: 6 as Timestamp, retain: false };
  const outcome = sparkplug.decode({ ...message, ...from }, findings, NOTHING_KNOWN);
  assert.ok(outcome.ok);
  return findings.readings.map((row) => row.value);
}

function textOf({ payload }: { readonly payload: Uint8Array }): string {
  const args = ["--decode=Payload", `--proto_path=${import.meta.dirname}`, "payload.proto"];
  return spawnSync("protoc", args, { input: payload }).stdout.toString();
}

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { AgentId, Timestamp } from "../../domain/brand.ts";
import { Findings } from "../../domain/findings.ts";
import { chances } from "../../lib/chance.ts";
import type { JsonObject } from "../../lib/json.ts";
import { NOTHING_KNOWN } from "../driver.ts";
import { decode } from "./decode.ts";
import { scanReading } from "./scan-reading.ts";
import { SENSORS } from "./sensors.ts";

const TOPIC = "/sauter/viasens/net-1/5";
/** Of a part of a payload: what a broken firmware, a broken line or another library writes. */
const PARTS = [
  ...['"', "{", "}", "[", "]", ",", ":", " ", "\t", "\n", "\0", "\\", "\\u0068", "é", "\ufeff"],
  ...["-", "-0", "0", "00", ".", ".5", "1e3", "1E-2", "9007199254740993", "123456789012345678"],
  ...["0.1234567890123456789", "true", "null", '"49"', "NaN", '"humid"', '"type":', '"payload":{'],
];

test("a sensor's value is scanned as nodes and as Python write it", () => {
  for (const { type, rule } of SENSORS) {
    const value = rule.choices?.[0]?.[0] ?? rule.likely?.[0] ?? 7;
    const said = { type, payload: { [rule.key]: value } };
    const compact = JSON.stringify(said);
    const spaced = compact.replaceAll(/[:,]/g, "$& ");
    for (const text of [compact, spaced, `${compact.slice(0, -2)} }\r\n} `]) {
      const { sensor, number } = scanReading(Buffer.from(text));
      assert.deepEqual([sensor?.type, number], [type, value], text);
      assert.deepEqual(told(text), told(reordered(said)), text);
    }
  }
});

test("whatever is written for a number is read as the general reader reads it", () => {
  const numbers = ["0", "-0", "49", "-40.5", "85.01", "255", "256", "1.5", "20.000000000000004"];
  for (const { type, rule } of SENSORS) {
    for (const number of [...numbers, "1e2", "01", "5.", "9007199254740993", '"49"', "null"]) {
      const intro = `{"type":"${type}","payload":{"${rule.key}":`;
      const general = `{ "payload":{"${rule.key}":${number}},"type":"${type}"}`;
      assert.deepEqual(told(`${intro}${number}}}`), told(general), general);
    }
  }
});

test("a payload with something changed in it is read alike by both readers, or by one", () => {
  const random = chances(7);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  let scannedCount = 0;
  for (let turn = 0; turn < 20_000; turn += 1) {
    const text = changed(pick(VECTORS), random, pick(PARTS));
    const { sensor, number } = scanReading(Buffer.from(text));
    if (!sensor) continue;
    scannedCount += 1;
    const json = JSON.parse(text);
    const said = {
      type: sensor.type,
      payload: { [sensor.rule.key]: json.payload[sensor.rule.key] },
    };
    assert.deepEqual(json, said, text);
    assert.ok(Object.is(number, said.payload[sensor.rule.key]), text);
    assert.deepEqual(told(text), told(reordered(said)), text);
  }
  assert.ok(scannedCount > 500, `${scannedCount} were scanned`);
});

/** The payloads of all examples that are texts or JSON. */
const VECTORS: readonly string[] = readdirSync(new URL("vectors/", import.meta.url))
  .filter((name) => name.startsWith("decode-"))
  .flatMap((name) => {
    const text = readFileSync(new URL(`vectors/${name}`, import.meta.url), "utf8");
    return payloadsIn(JSON.parse(text));
  });

function payloadsIn(found: unknown): string[] {
  if (typeof found !== "object" || found === null) return [];
  const { payload, ...others } = found as { payload?: unknown };
  const own = typeof payload === "string" ? [payload] : payload ? [JSON.stringify(payload)] : [];
  return [...own, ...Object.values(others).flatMap(payloadsIn)];
}

/** One place of it replaced, and what stood there left out or not. */
function changed(text: string, random: () => number, part: string): string {
  if (random() < 0.1) return text;
  const at = Math.floor(random() * (text.length + 1));
  const end = at + Math.floor(random() ** 3 * 6);
  return text.slice(0, at) + part + text.slice(end);
}

/** The same for the general reader only, which does not mind the order. */
function reordered({ type, payload }: { type: string; payload: JsonObject }): string {
  const value = Object.entries(payload).map(([key, one]) => `"${key}":${numberText(one)}`);
  return `{"payload":{${value.join()}},"type":"${type}"}`;
}

/** JSON.stringify knows no negative zero. */
function numberText(value: unknown): string {
  return Object.is(value, -0) ? "-0" : JSON.stringify(value);
}

/** All that the driver makes of it. */
function told(text: string) {
  const findings = new Findings();
  const message = {
    ...{ topic: TOPIC, payload: Buffer.from(text), retain: false },
    ...{ agent: "agent" as AgentId, receivedAt: 1_000 as Timestamp },
  };
  const outcome = decode(message, findings, NOTHING_KNOWN);
  const { readings, warnings } = findings;
  // Where the other has written something else, it stands elsewhere.
  const said = JSON.stringify(outcome).replace(/offset \d+/, "offset");
  return { said, readings: [...readings], warnings: [...warnings] };
}

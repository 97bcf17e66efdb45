import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { AgentId, DeviceAddress, Timestamp } from "../../domain/brand.ts";
import { Findings } from "../../domain/findings.ts";
import { isUnsound } from "../../domain/health.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import { compileSchema } from "../../lib/schema.ts";
import { NOTHING_KNOWN } from "../driver.ts";
import { viasens } from "./viasens.ts";

const node = viasens.twin("net-1/5" as DeviceAddress);
const configurationPacket = vector("the configuration packet, word for word");
const schemas = new Map(
  viasens.catalogue.commandTypes.map(({ name, parameters }) => [name, parameters]),
);

test("a form for settings starts with the specification's example", () => {
  const obeyed = node.obey(configurationPacket);
  assert.ok(obeyed.ok);
  assert.deepEqual(startOf(schemas.get("sensors-config")), obeyed.value.parameters);
  assert.deepEqual(
    JSON.stringify(startOf(schemas.get("sensors-config"))),
    JSON.stringify(obeyed.value.parameters),
    "and with its order",
  );
});

test("a form for the ring starts with the specification's examples", () => {
  assert.deepEqual(startOf(schemas.get("led-ring")), {
    mode: 1,
    duration: 10000,
    speed: 100,
    colors: ["0x0000FF", "0x00FF00", "0xFF0000"],
  });
  assert.deepEqual(startOf(schemas.get("led-ring-basic")), {
    pattern: 4,
    colors: [12, 48],
    period: 20,
    "duty-cycle": 5,
  });
});

test("what a form starts with passes its own check", () => {
  for (const schema of schemas.values()) assert.ok(compileSchema(schema)(startOf(schema)).ok);
});

test("the check of parameters knows the ranges of the specification", () => {
  const ring = startOf(schemas.get("led-ring"));
  const basic = startOf(schemas.get("led-ring-basic"));
  const passes = (name: string, parameters: JsonObject) =>
    compileSchema(schemas.get(name) ?? {})(parameters).ok;
  assert.ok(passes("led-ring", { mode: -1 }));
  assert.ok(!passes("led-ring", { mode: 1 }));
  for (const wrong of [{ mode: 103 }, { speed: 256 }, { duration: -1 }, { colors: ["red"] }]) {
    assert.ok(!passes("led-ring", { ...ring, ...wrong }), JSON.stringify(wrong));
  }
  for (const wrong of [{ pattern: 0 }, { colors: [12] }, { "duty-cycle": 11 }, { period: 2.5 }]) {
    assert.ok(!passes("led-ring-basic", { ...basic, ...wrong }), JSON.stringify(wrong));
  }
  assert.ok(!passes("sensors-config", { co2: { cov: 50 } }));
});

test("all 103 animations and their end, and all 18 patterns, have a name", () => {
  const choices = (name: string, key: string) => {
    const properties = schemas.get(name)?.["properties"] as Record<string, { oneOf: unknown[] }>;
    return properties[key]?.oneOf;
  };
  assert.deepEqual(choices("led-ring", "mode")?.slice(0, 3), [
    { const: -1, title: "Clear" },
    { const: 0, title: "Static" },
    { const: 1, title: "Blinking" },
  ]);
  assert.equal(choices("led-ring", "mode")?.length, 104);
  assert.equal(choices("led-ring-basic", "pattern")?.length, 18);
});

test("bit 7 of health is the NTC sensor, bit 0 CO2", () => {
  const health = viasens.catalogue.aspectTypes.find(({ id }) => id === "viasens.health");
  const bits = health?.variables[0]?.bits ?? [];
  assert.deepEqual([bits.length, bits[0], bits[7]], [8, "CO2", "Temperature NTC"]);
});

test("the source of temperature that is not chosen gives no value", () => {
  const idle = (source: number | undefined, mask: number) =>
    viasens.idleBits?.(source === undefined ? undefined : { temperature: { source } }, mask);
  assert.deepEqual([idle(0, 0), idle(1, 0)], [128, 64]);
  assert.deepEqual([idle(undefined, 127), idle(undefined, 191)], [128, 64], "either is enough");
  assert.deepEqual([idle(undefined, 63), idle(undefined, 255)], [0, 0]);
});

test("a node ignores the deleting of its kept settings", () => {
  const refused = node.obey({ ...configurationPacket, payload: new Uint8Array() });
  assert.equal(refused.ok ? "" : refused.problem.code, "payload_empty");
});

test("a node obeys only what is said to it", () => {
  const other = viasens.twin("net-1/6" as DeviceAddress).obey(configurationPacket);
  assert.equal(other.ok ? "" : other.problem.code, "topic_unknown");
  const payload = Buffer.from('{"type":"dance","payload":{}}');
  const unknown = node.obey({ topic: "/sauter/viasens/net-1/5/control", payload });
  assert.equal(unknown.ok ? "" : unknown.problem.code, "command_unknown");
});

test("a node sends one value a message, without asking the broker to keep it", () => {
  const at = 0 as Timestamp;
  const messages = node.emit([
    { channel: "humid.humidity", at, value: 49, quality: "good" },
    { channel: "motion.occupancy", at, value: 4, quality: "good" },
    { channel: "humid.dew-point", at, value: 9, quality: "good" },
    { channel: "co2.co2", at, value: null, quality: "bad" },
  ]);
  assert.deepEqual(
    messages.map(({ payload, ...rest }) => ({ ...rest, text: Buffer.from(payload).toString() })),
    [
      '{"type":"humid","payload":{"humidity":49}}',
      '{"type":"motion","payload":{"occupancy":4}}',
    ].map((text) => ({ topic: "/sauter/viasens/net-1/5", retain: false, qos: 1, text })),
  );
});

test("more bytes than the limit are refused", () => {
  const topic = "/sauter/viasens/net-1/5";
  const said = '{"type":"humid","payload":{"humidity":49}}';
  const decoded = (bytes: number) => {
    const message = { topic, payload: Buffer.from(said.padEnd(bytes)), agent: "a" as AgentId };
    const received = { ...message, receivedAt: 0 as Timestamp, retain: false };
    return viasens.decode(received, new Findings(), NOTHING_KNOWN);
  };
  assert.ok(decoded(LIMIT.viasensPayloadBytes).ok);
  const outcome = decoded(LIMIT.viasensPayloadBytes + 1);
  assert.ok(!outcome.ok);
  assert.equal(outcome.problem.code, "payload_too_large");
  assert.match(outcome.problem.detail, /^E_SIZE /);
});

type HealthVector = {
  readonly name: string;
  readonly cite: string;
  readonly health: number;
  /** Of the temperature, as the node was told; null where nobody knows. */
  readonly source: number | null;
  /** Types of message whose values are bad then. */
  readonly bad: readonly string[];
};

for (const { name, cite, health, source, bad } of healthVectors()) {
  test(`health: ${name} (${cite})`, () => {
    const told = source === null ? undefined : { temperature: { source } };
    const idle = viasens.idleBits?.(told, health) ?? 0;
    const doubted = viasens.catalogue.channels.filter(({ channel }) => {
      const sensor = viasens.sensorOf?.(channel);
      return sensor !== undefined && isUnsound(health, sensor, idle);
    });
    assert.deepEqual(
      doubted.map(({ channel }) => channel.split(".")[0]),
      bad,
    );
  });
}

test("firmware 2.1 is known by the version of its interface, and answers every order", () => {
  const told = ["1", "2", "3"].map((api) => viasens.answersOrders?.(api));
  assert.deepEqual(told, [false, true, true]);
});

test("the README explains every warning that a vector shows, and no other", () => {
  const folder = new URL("vectors/", import.meta.url);
  const vectors = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));
  const readme = readFileSync(new URL("README.md", import.meta.url), "utf8");
  const codesIn = (text: string) => [...new Set(text.match(/\bW_[A-Z]\w+/g))].sort();
  assert.deepEqual(codesIn(readme), codesIn(vectors.join()));
});

function healthVectors(): readonly HealthVector[] {
  return JSON.parse(readFileSync(new URL("vectors/health.json", import.meta.url), "utf8"));
}

function vector(name: string): { topic: string; payload: Uint8Array } {
  const file = new URL("vectors/decode-orders.json", import.meta.url);
  const all: { name: string; topic: string; text: string }[] = JSON.parse(
    readFileSync(file, "utf8"),
  );
  const found = all.find((other) => other.name.startsWith(name));
  assert.ok(found, name);
  return { topic: found.topic, payload: Buffer.from(found.text) };
}

/** What a form shows first. */
function startOf(schema: JsonObject | undefined): JsonObject {
  const properties = (schema?.["properties"] ?? {}) as Record<string, JsonObject>;
  return Object.fromEntries(
    Object.entries(properties).map(([key, inner]): [string, Json] => {
      return [key, inner["type"] === "object" ? startOf(inner) : (inner["default"] ?? null)];
    }),
  );
}

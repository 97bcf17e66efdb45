import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeviceAddress, Timestamp } from "../../domain/brand.ts";
import type { Message } from "../../domain/message.ts";
import type { Value } from "../../domain/reading.ts";
import { scorpIo } from "./scorp-io.ts";

test("a twin says what it has once, retained, and its values with QoS 1", () => {
  const twin = scorpIo.twin("p/e/d" as DeviceAddress);
  const [birth, data] = twin.emit([reading("Énergie active/Phase 1", 605)]);
  assert.ok(birth && data);
  assert.deepEqual([birth.topic, birth.retain, birth.qos], ["mqtts/p/DBIRTH/e/d", true, 1]);
  assert.deepEqual(bodyOf(birth), {
    metrics: [{ name: "Énergie active/Phase 1", dataType: "Long" }],
  });
  assert.deepEqual([data.topic, data.retain, data.qos], ["mqtts/p/DDATA/e/d", undefined, 1]);
  assert.deepEqual(bodyOf(data), {
    metrics: [{ name: "Énergie active/Phase 1", dataType: "Long", timestamp: 5, value: 605 }],
  });
  assert.equal(twin.emit([reading("Énergie active/Phase 1", 606)]).length, 1);
  assert.deepEqual(twin.emit([]), []);
});

test("it is born again when it has a new metric, or a Long turns out to be a Double", () => {
  const twin = scorpIo.twin("p/e/d" as DeviceAddress);
  twin.emit([reading("flow", 12)]);
  const types = (value: Value | null, name = "flow") => {
    const messages = twin.emit([reading(name, value)]);
    return messages.length === 2 && messages[0] ? typesIn(messages[0]) : undefined;
  };
  assert.deepEqual(types(true, "running"), ["Long", "Boolean"]);
  assert.deepEqual(types(12.5), ["Double", "Boolean"]);
  assert.equal(types(13), undefined);
  assert.equal(types(null), undefined);
  assert.deepEqual(types("idle", "state"), ["Double", "Boolean", "String"]);
  assert.deepEqual(types(null, "pressure"), ["Double", "Boolean", "String", "Double"]);
});

function reading(channel: string, value: Value | null) {
  return { channel, value, at: 5 as Timestamp, quality: "good" as const };
}

function bodyOf({ payload }: Message) {
  return JSON.parse(Buffer.from(payload).toString());
}

function typesIn(message: Message): string[] {
  return bodyOf(message).metrics.map(({ dataType }: { dataType: string }) => dataType);
}

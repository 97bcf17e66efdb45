import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId, DeviceAddress, Timestamp } from "../../domain/brand.ts";
import { Findings } from "../../domain/findings.ts";
import type { Message } from "../../domain/message.ts";
import type { Value } from "../../domain/reading.ts";
import { NOTHING_KNOWN, type TwinReading } from "../driver.ts";
import { fieldline } from "./fieldline.ts";

const DEVICE = "hall-3/viasens/12/5" as DeviceAddress;

test("integers of 64 bits and times between milliseconds come through exactly", () => {
  const said = [2n ** 53n + 1n, -(2n ** 63n), 1 / 3, Number.MIN_VALUE, "Zürich 🜁"].map(
    (value, index) => reading(value, 1_669_925_110_000 + index / 1_024),
  );
  assert.deepEqual(fieldline.twin(DEVICE).emit(said).flatMap(heard), said);
});

test("what is too much for one message is said in several, in order", () => {
  const said = Array.from({ length: 20_000 }, (_, index) => reading(index, index));
  const messages = fieldline.twin(DEVICE).emit(said);
  assert.ok(messages.length > 5);
  assert.ok(messages.every(({ payload }) => payload.length < 100_000));
  assert.deepEqual(messages.flatMap(heard), said);
});

test("what was kept and what is so now are never in one message", () => {
  const said = [false, true, true, false].map((isLate, index) => {
    return { ...reading(index, index), isLate };
  });
  const messages = fieldline.twin(DEVICE).emit(said);
  const texts = messages.map(({ payload }) => new TextDecoder().decode(payload));
  assert.deepEqual(
    texts.map((text) => text.includes('"late":true')),
    [false, true, false],
  );
  assert.deepEqual(
    messages.flatMap(heard),
    said.map(({ isLate: _, ...one }) => one),
  );
});

function reading(value: Value, at: number): TwinReading {
  return { channel: "total", at: at as Timestamp, value, quality: "good" };
}

function heard({ topic, payload }: Message): TwinReading[] {
  const findings = new Findings();
  const agent = "agent-1" as AgentId;
  const message = { topic, payload, agent, receivedAt: 0 as Timestamp, retain: false };
  assert.ok(fieldline.decode(message, findings, NOTHING_KNOWN).ok);
  return findings.readings.map(({ channel, at, value, quality }) => {
    return { channel, at: at as Timestamp, value, quality };
  });
}

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

test("numbers that JSON has not come through, and so does how good they are", () => {
  const numbers = [-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const said = [...numbers.map(reading), { ...reading(Number.NaN, 9), quality: "bad" } as const];
  assert.deepEqual(fieldline.twin(DEVICE).emit(said).flatMap(heard), said);
});

test("a number beside a value, or one that JSON has, is none of ours", () => {
  for (const row of ['["x",0,1,"bad",0,false,"NaN"]', '["x",0,null,"bad",0,false,"1"]']) {
    const text = `{"device":"viasens/12/5","samples":[${row}]}`;
    const message = { topic: "fl/1/hall-3/o/samples", payload: Buffer.from(text) };
    assert.equal(decoded(message, new Findings()).ok, false, row);
  }
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

function decoded(message: Pick<Message, "topic" | "payload">, findings: Findings) {
  const from = { agent: "agent-1" as AgentId, receivedAt: 0 as Timestamp, retain: false };
  return fieldline.decode({ ...message, ...from }, findings, NOTHING_KNOWN);
}

function heard({ topic, payload }: Message): TwinReading[] {
  const findings = new Findings();
  assert.ok(decoded({ topic, payload }, findings).ok);
  return findings.readings.map(({ channel, at, value, quality }) => {
    return { channel, at: at as Timestamp, value, quality };
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId, DeviceId, Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { MessageLog } from "./message-log.ts";

const pump = "pump" as DeviceId;
const fan = "fan" as DeviceId;

test("the newest messages of a device are kept, newest first, as copies", () => {
  const log = new MessageLog();
  const payload = Buffer.from("first");
  log.note(pump, message(0, payload));
  payload.fill(0);
  for (let each = 1; each <= LIMIT.loggedMessages; each += 1) {
    log.note(pump, message(each * 1_000));
    if (each === 1) assert.equal(textOf(log.of(pump, 0)[1]?.payload), "first");
  }
  const times = log.of(pump, 0).map(({ receivedAt }) => receivedAt / 1_000);
  assert.equal(times.length, LIMIT.loggedMessages);
  assert.deepEqual([times[0], times.at(-1)], [LIMIT.loggedMessages, 1]);
});

test("of a fast device some are kept, and all of them while somebody looks", () => {
  const log = new MessageLog();
  for (let at = 0; at < 2_000; at += 10) log.note(pump, message(at));
  assert.equal(log.of(pump, 2_000).length, 2 * LIMIT.loggedPerSecond);
  for (let at = 2_000; at < 2_100; at += 5) log.note(pump, message(at));
  const [newest] = log.of(pump, 2_000);
  assert.deepEqual([newest?.receivedAt, newest?.number], [2_095, 2 * LIMIT.loggedPerSecond + 20]);
});

test("the device that was silent for longest makes room, and one alone may be large", () => {
  const log = new MessageLog();
  const half = Buffer.alloc(LIMIT.loggedBytes / 2);
  log.note(fan, message(0, half));
  log.note(pump, message(1, half));
  assert.equal(log.of(fan, 0).length, 1);
  log.note(pump, message(1_000, Buffer.from("more")));
  assert.deepEqual([log.of(fan, 0).length, log.of(pump, 0).length], [0, 2]);
  log.forget(pump);
  assert.equal(log.of(pump, 0).length, 0);
});

function message(at: number, payload: Uint8Array = Buffer.from("x")) {
  const receivedAt = at as Timestamp;
  return { topic: "t", payload, agent: "a" as AgentId, receivedAt, retain: false };
}

function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString();
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMIT } from "../../domain/limit.ts";
import { Throttle } from "./throttle.ts";

const { messagesPerSecond, messagesPerBurst, bytesPerSecond, bytesPerBurst } = LIMIT;

test("a client's messages count by the second, however small", () => {
  const throttle = new Throttle(0);
  assert.equal(throttle.spend(messagesPerBurst - 1, 10, 0), 0);
  assert.equal(throttle.spend(messagesPerSecond / 2 + 1, 10, 0), 500);
  assert.equal(throttle.spend(0, 0, 501), 0);
});

test("a client's bytes count by the second, however few its messages", () => {
  const throttle = new Throttle(0);
  assert.equal(throttle.spend(1, bytesPerBurst - 1, 0), 0);
  assert.equal(throttle.spend(1, bytesPerSecond / 4 + 1, 0), 250);
  assert.equal(throttle.spend(0, 0, 251), 0);
});

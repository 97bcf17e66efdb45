import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMIT } from "../../domain/limit.ts";
import { DeliveryQueue } from "./delivery-queue.ts";
import { type Delivery, firstByte, routedMessage } from "./routed-message.ts";

test("what went in first comes out first, over many rounds", () => {
  const queue = new DeliveryQueue();
  let next = 0;
  let wanted = 0;
  for (let round = 0; round < 300; round += 1) {
    for (let index = 0; index < 20; index += 1) {
      queue.push(delivery(String(next)), 0);
      next += 1;
    }
    for (let index = 0; index < 15; index += 1) {
      assert.equal(queue.shift()?.message.topic, String(wanted));
      wanted += 1;
    }
  }
  assert.equal(queue.size, next - wanted);
});

test("above the number it holds, the oldest go", () => {
  const queue = new DeliveryQueue();
  let gone = 0;
  for (let index = 0; index < LIMIT.queuedPerSession + 5; index += 1) {
    gone += queue.push(delivery(String(index)), 0).length;
  }
  assert.equal(gone, 5);
  assert.equal(queue.size, LIMIT.queuedPerSession);
  assert.equal(queue.shift()?.message.topic, "5");
});

test("above the bytes it holds, as many go as make room", () => {
  const queue = new DeliveryQueue();
  const large = LIMIT.packetBytes;
  for (let index = 0; index < 100; index += 1) queue.push(delivery(String(index), large), 0);
  assert.ok(queue.bytes <= LIMIT.queuedBytesPerSession);
  assert.ok(queue.size >= Math.floor(LIMIT.queuedBytesPerSession / large) - 1);
});

test("an emptied queue holds no bytes", () => {
  const queue = new DeliveryQueue();
  for (let index = 0; index < 10; index += 1) queue.push(delivery("t", 100), 0);
  while (queue.shift()) assert.ok(queue.size >= 0);
  assert.deepEqual([queue.size, queue.bytes], [0, 0]);
});

test("what is not wanted any more is dropped, the rest stays in order", () => {
  const queue = new DeliveryQueue();
  for (const topic of ["a", "b", "a", "c"]) queue.push(delivery(topic), 0);
  queue.shift();
  queue.keepOnly(({ message }) => message.topic !== "a");
  assert.deepEqual([queue.shift()?.message.topic, queue.shift()?.message.topic], ["b", "c"]);
  assert.equal(queue.bytes, 0);
});

test("what has waited too long goes, oldest first, and no byte of it counts", () => {
  const backlog = { bytes: 0 };
  const queue = new DeliveryQueue(backlog);
  for (const second of [1, 2, 3]) queue.push(delivery(String(second)), second * 1000);
  const gone = queue.dropOlder(3000).map(({ message }) => message.topic);
  assert.deepEqual(gone, ["1", "2"]);
  assert.equal(backlog.bytes, queue.bytes);
  queue.clear();
  assert.equal(backlog.bytes, 0);
});

test("half of a queue is its older half", () => {
  const queue = new DeliveryQueue();
  for (const topic of ["a", "b", "c", "d"]) queue.push(delivery(topic), 0);
  assert.deepEqual(
    queue.halve().map(({ message }) => message.topic),
    ["a", "b"],
  );
  assert.equal(queue.shift()?.message.topic, "c");
});

function delivery(topic: string, bytes = 1): Delivery {
  const message = routedMessage({ topic, payload: Buffer.alloc(bytes) });
  return { message, first: firstByte(1, false), ids: [] };
}

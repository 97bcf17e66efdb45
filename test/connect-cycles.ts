import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { TestClock } from "../src/lib/clock.ts";
import { RawClient, TestHouse, until } from "./mqtt-peer.ts";

const AT_ONCE = 20;
const WARM_UP = 1_000;
const SETTLED_MS = 2_000;
const GROWTH_MAX = 4 * 1024 * 1024;

/** Clients that come, subscribe, publish and go leave nothing behind: not in memory, not in tables. */
export function comesAndGoes(cycles: number): void {
  test(`${cycles} connections that came and went leave memory where it was`, async (t) => {
    const clock = new TestClock();
    const house = new TestHouse(clock);
    const { broker, port } = await house.open(t);
    await rounds(house, port, clock, WARM_UP);
    await until(() => broker.clients().length === 0);
    const before = heapBytes();
    await rounds(house, port, clock, cycles);
    await until(() => broker.clients().length === 0);
    const grownBytes = heapBytes() - before;
    assert.ok(grownBytes < GROWTH_MAX, `${grownBytes} bytes more after ${cycles} connections`);
    assert.equal(house.gauges.get("mqtt_connections"), 0);
  });
}

async function rounds(
  house: TestHouse,
  port: number,
  clock: TestClock,
  cycles: number,
): Promise<void> {
  const one = async (name: string) => {
    const client = await RawClient.enter(port, { clientId: name });
    await client.subscribe(`${name}/#`, 1);
    client.publish(`${name}/a`, "x", { qos: 1, messageId: 1 });
    await client.next();
    await client.leave();
  };
  for (let done = 0; done < cycles; done += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => one(`client ${done + at}`)));
    // Sockets that were closed linger for a second.
    clock.advance(SETTLED_MS);
    // What the house remembers for tests is not the broker's.
    for (const list of [house.received, house.presence, house.subscribed, house.attempts]) {
      list.length = 0;
    }
  }
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}

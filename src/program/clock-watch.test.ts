import assert from "node:assert/strict";
import { test } from "node:test";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { ClockWatch } from "./clock-watch.ts";

function watchOf() {
  const clock = new TestClock();
  const events: string[] = [];
  const journal = { isFull: false };
  let said = { ahead: 0, devices: 0 };
  const watch = new ClockWatch({
    timesSaid: () => said,
    record: async ({ kind }) => {
      if (journal.isFull) throw new Error("database or disk is full");
      events.push(kind);
    },
    clock,
    log: silentLog,
  });
  const look = (ahead: number, devices: number) => {
    said = { ahead, devices };
    return watch.look();
  };
  return { watch, events, journal, look };
}

test("one device whose clock is ahead, or a few among many, are their own trouble", async () => {
  const { watch, events, look } = watchOf();
  await look(1, 1);
  await look(3, 6);
  assert.deepEqual([watch.reasons, events], [[], []]);
});

test("most devices together doubt this server's clock, told once with its end", async () => {
  const { watch, events, look } = watchOf();
  await look(2, 2);
  await look(4, 7);
  const reason =
    "clock: 4 of 7 devices send times that are more than a day ahead of this server's clock: check its clock";
  assert.deepEqual(watch.reasons, [reason]);
  assert.deepEqual(events, ["clock.behind"]);
  await look(0, 0);
  assert.deepEqual(watch.reasons, []);
  assert.deepEqual(events, ["clock.behind", "clock.fine"]);
});

test("health tells it also where the journal cannot be written", async () => {
  const { watch, journal, look } = watchOf();
  journal.isFull = true;
  await look(2, 2);
  assert.equal(watch.reasons.length, 1);
});

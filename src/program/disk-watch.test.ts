import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { TestClock } from "../lib/clock.ts";
import { Gauges } from "../lib/gauge.ts";
import { silentLog } from "../lib/log.ts";
import { DiskWatch, roomOf, type Sizes } from "./disk-watch.ts";

const MIB = 2 ** 20;
const DAY_MS = 86_400_000;
const LARGE = { free: 1e12, disk: 2e12 };

function watchOf(budget: number | null) {
  const clock = new TestClock();
  const gauges = new Gauges();
  const events: string[] = [];
  const since: unknown[] = [];
  const journal = { isFull: false };
  let looks = 0;
  let sizes: Sizes = { parts: { history: 0 }, ...LARGE };
  const watch = new DiskWatch({
    folder: "",
    budget,
    measure: async () => {
      looks += 1;
      return sizes;
    },
    reusable: async () => 0,
    record: async ({ kind, detail }) => {
      if (journal.isFull) throw new Error("database or disk is full");
      events.push(kind);
      since.push(detail["since"]);
    },
    clock,
    gauges,
    log: silentLog,
  });
  const grow = (history: number, disk = LARGE) => {
    sizes = { parts: { history }, ...disk };
  };
  const look = (history: number, disk = LARGE) => {
    grow(history, disk);
    return watch.look();
  };
  const code = () => watch.refusal?.code;
  return { watch, clock, gauges, events, since, journal, grow, look, code, looks: () => looks };
}

test("who asks is told what is so now, and many who ask at once cost one look", async () => {
  const { watch, gauges, clock, grow, look, looks } = watchOf(null);
  const told = () => gauges.find('disk_bytes{part="history"}');
  await look(10);
  grow(20);
  await watch.beSeen();
  assert.deepEqual([told(), looks()], [10, 1], "it is of a moment ago");
  clock.advance(2_000);
  await Promise.all([watch.beSeen(), watch.beSeen()]);
  assert.deepEqual([told(), looks()], [20, 2]);
});

test("it warns well before the budget is used up, refuses then, and recovers by itself", async () => {
  const { watch, events, look, code } = watchOf(100 * MIB);
  await look(50 * MIB);
  assert.deepEqual(watch.reasons, []);
  await look(91 * MIB);
  assert.match(watch.reasons[0] ?? "", /9 MiB are left of the budget of 100 MiB/);
  assert.equal(code(), undefined);
  await look(100 * MIB);
  assert.equal(code(), "disk_full");
  await look(99.5 * MIB);
  assert.equal(code(), "disk_full", "it does not flutter");
  await look(95 * MIB);
  assert.equal(code(), undefined);
  await look(10 * MIB);
  assert.deepEqual(events, ["disk.low", "disk.full", "disk.low", "disk.fine"]);
});

test("what the journal had no room for is told when it has, with the time when it began", async () => {
  const { clock, events, since, journal, look, code } = watchOf(100 * MIB);
  journal.isFull = true;
  const began = new Date(clock.now()).toISOString();
  await look(100 * MIB);
  assert.equal(code(), "disk_full", "samples are refused all the same");
  clock.advance(60_000);
  await look(100 * MIB);
  assert.deepEqual(events, []);
  journal.isFull = false;
  clock.advance(60_000);
  const ended = new Date(clock.now()).toISOString();
  await look(10 * MIB);
  assert.deepEqual(events, ["disk.full", "disk.fine"]);
  assert.deepEqual(since, [began, ended]);
});

test("without a budget the disk's own room counts, less what the system needs", async () => {
  const { watch, look, code } = watchOf(null);
  const disk = 1000 * MIB;
  await look(500 * MIB, { free: 100 * MIB, disk });
  assert.deepEqual(watch.reasons, []);
  await look(500 * MIB, { free: 50 * MIB, disk });
  assert.match(watch.reasons[0] ?? "", /of the disk/);
  await look(500 * MIB, { free: 10 * MIB, disk });
  assert.equal(code(), "disk_full");
});

test("what the history will use again counts as room", () => {
  const sizes = { parts: { history: 100, store: 20 }, ...LARGE };
  assert.deepEqual(roomOf(sizes, 100, 50), { used: 70, left: 80 });
});

test("days left follow from how fast it grows, and are a reason of their own", async () => {
  const { watch, clock, gauges, look } = watchOf(1_000 * MIB);
  await look(100 * MIB);
  clock.advance(DAY_MS);
  await look(500 * MIB);
  assert.equal(gauges.get("disk_days_left"), 1.25);
  assert.equal(gauges.get('disk_bytes{part="history"}'), 500 * MIB);
  assert.match(watch.reasons[0] ?? "", /for about 1 days/);
});

test("the folder is measured part by part", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-disk-"));
  mkdirSync(join(folder, "history", "log"), { recursive: true });
  writeFileSync(join(folder, "history", "log", "1.log"), "12345");
  writeFileSync(join(folder, "fieldline.db"), "123");
  writeFileSync(join(folder, "fieldline.db-wal"), "12");
  const gauges = new Gauges();
  const clock = new TestClock();
  const parts = { folder, budget: null, clock, gauges, log: silentLog };
  const watch = new DiskWatch({ ...parts, reusable: async () => 0, record: async () => {} });
  await watch.start();
  watch.close();
  assert.equal(gauges.get('disk_bytes{part="history"}'), 5);
  assert.equal(gauges.get('disk_bytes{part="fieldline.db"}'), 5);
  assert.ok(gauges.get("disk_left_bytes") > 0);
  rmSync(folder, { recursive: true });
});

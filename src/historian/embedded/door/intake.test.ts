import assert from "node:assert/strict";
import { test } from "node:test";
import type { Samples } from "../../../domain/samples.ts";
import { batchOf, ramp, rowsOf } from "../../tale.ts";
import { oldIn } from "../run/batch.ts";
import { type Bounds, boundsOf } from "../run/bounds.ts";
import { Intake } from "./intake.ts";
import { Trays } from "./trays.ts";

test("what is appended in one turn crosses as one, and each call is told of its own", async () => {
  const { brought, intake } = bringing(([first = 0, ...ends]) => [first, ...ends.map(() => 0)]);
  const rows = ramp(6);
  const appended = await Promise.all(
    [rows.slice(0, 1), rows.slice(1, 3), rows.slice(3)].map((some) => intake.add(batchOf(some))),
  );
  assert.deepEqual(
    brought.map(({ ends }) => ends),
    [[1, 3, 6]],
  );
  assert.deepEqual(
    brought.flatMap(({ samples }) => rowsOf(samples)),
    rows,
  );
  assert.deepEqual(appended, [{ tooOld: 1 }, { tooOld: 0 }, { tooOld: 0 }]);
  await intake.add(batchOf(rows));
  assert.equal(brought.length, 2);
});

test("texts of several calls stay with their samples", async () => {
  const { brought, intake } = bringing(() => []);
  const said = ["off", "on", "off"].map((value, at) => ({ ...ramp(3)[at], series: 1, at, value }));
  await Promise.all(said.map((row) => intake.add(batchOf([{ ...row, quality: "good" }]))));
  assert.deepEqual(
    brought.flatMap(({ samples }) => rowsOf(samples).map(({ value }) => value)),
    ["off", "on", "off"],
  );
  assert.deepEqual(brought[0]?.samples.texts, ["off", "on"], "each of them once");
});

test("what crosses together is told what its bounds are", async () => {
  const { brought, intake } = bringing(() => []);
  const rows = ramp(30).map((row, index) => ({ ...row, at: (index * 7) % 30 }));
  const calls = [rows.slice(0, 9), [], rows.slice(9)].map((some) => intake.add(batchOf(some)));
  intake.send();
  await Promise.all([
    ...calls,
    intake.add(batchOf([{ ...(ramp(1)[0] ?? assert.fail()), at: 0.5 }])),
  ]);
  for (const { samples, bounds } of brought) assert.deepEqual(bounds, boundsOf(samples));
  assert.deepEqual(
    brought.map(({ bounds }) => bounds.isWhole),
    [true, false],
  );
});

test("the columns are read at once, and the order is that of the calls, large ones included", async () => {
  const { brought, intake } = bringing(() => []);
  const rows = ramp(12_000);
  const small = batchOf(rows.slice(0, 10));
  const calls = [intake.add(small), intake.add(batchOf(rows.slice(10, 5_010)))];
  small.at.fill(0);
  for (let from = 5_010; from < rows.length; from += 1_000)
    calls.push(intake.add(batchOf(rows.slice(from, from + 1_000))));
  await Promise.all(calls);
  assert.deepEqual(
    brought.flatMap(({ samples }) => rowsOf(samples)),
    rows,
  );
  assert.deepEqual(
    brought.map(({ samples }) => samples.count),
    [10, 5_000, 4_000, 2_990],
  );
});

test("what is sent on before the turn is over goes without what follows", async () => {
  const { brought, intake } = bringing(() => []);
  const first = intake.add(batchOf(ramp(2)));
  intake.send();
  await Promise.all([first, intake.add(batchOf(ramp(3)))]);
  assert.deepEqual(
    brought.map(({ samples }) => samples.count),
    [2, 3],
  );
});

test("where they cannot be brought each of the calls fails", async () => {
  const refuse = () => Promise.reject(new Error("the disk is full"));
  const trays = new Trays();
  const intake = new Intake(trays, refuse);
  const calls = await Promise.allSettled([1, 2].map((count) => intake.add(batchOf(ramp(count)))));
  assert.deepEqual(
    calls.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.equal(trays.take(1), 0, "and the tray can be used again");
});

test("samples that come too late are counted for each call by itself", () => {
  const samples = batchOf(ramp(6));
  const until = samples.at[3] ?? 0;
  const days = { newestHorizon: until, horizonOf: () => until };
  assert.deepEqual(oldIn(samples, [1, 5, 6], days), [1, 3, 0]);
});

/** Nothing is given back: what was brought stays to be looked at. */
function bringing(tell: (ends: readonly number[]) => readonly number[]) {
  const brought: {
    readonly samples: Samples;
    readonly bounds: Bounds;
    readonly ends: readonly number[];
  }[] = [];
  const trays = new Trays();
  const intake = new Intake(trays, async ({ load, ends }) => {
    brought.push({ samples: trays.samplesOf(load), bounds: load.bounds, ends });
    return tell(ends);
  });
  return { brought, intake };
}

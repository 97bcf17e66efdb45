import assert from "node:assert/strict";
import { test } from "node:test";
import { KIND } from "../../../domain/samples.ts";
import { chances } from "../../../lib/chance.ts";
import { rollupOf } from "../../rollup.ts";
import { plainEnd } from "../../tally.ts";
import { Run } from "./run.ts";

/** In a column whose last bytes make no whole word; behind its rows lies what is not plain. */
function randomRun(random: () => number, count: number): Run {
  const run = new Run(count + Math.floor(random() * 7));
  run.kind.fill(KIND.text);
  run.quality.fill(2);
  const others = random() < 0.5 ? 0.2 : 0.02;
  for (let row = 0; row < count; row += 1) {
    run.at[row] = row * 1_000;
    run.value[row] = random() * 100;
    run.kind[row] = random() < others ? KIND.boolean : KIND.number;
    run.quality[row] = random() < others ? 1 : 0;
  }
  run.count = count;
  return run;
}

test("four rows at a time end plain numbers where they end row by row, also as a run grows", () => {
  const random = chances(11);
  for (let round = 0; round < 300; round += 1) {
    const run = randomRun(random, 1 + Math.floor(random() * 60));
    run.copy(randomRun(random, 30), 0, 30);
    for (let from = 0; from <= run.count; from += 1) {
      const to = from + Math.floor(random() * (run.count - from + 1));
      for (const isAll of [true, false]) {
        const { at, value, kind, quality } = run;
        const columns = { at, value, kind, quality };
        assert.equal(run.plainEnd(from, to, isAll), plainEnd(columns, from, to, isAll));
        assert.deepEqual(rollupOf(run, from, to, isAll), rollupOf(columns, from, to, isAll));
      }
    }
  }
});

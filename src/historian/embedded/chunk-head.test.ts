import assert from "node:assert/strict";
import { test } from "node:test";
import { KIND } from "../../domain/samples.ts";
import { chances } from "../../lib/chance.ts";
import { rollupOf } from "../rollup.ts";
import { encodeChunk, sumsOfChunk } from "./chunk.ts";
import { Run } from "./run.ts";

const ODD: readonly (readonly [value: number, kind: number])[] = [
  ...[Number.NaN, -0, 1 / 0, -1 / 0, 1 / 3].map((value) => [value, KIND.number] as const),
  [0, KIND.none],
  [1, KIND.boolean],
];

function randomRun(random: () => number, count: number): Run {
  const run = new Run(count);
  const [odds, bads] = [random() < 0.3 ? 0.1 : 0, random() < 0.5 ? 0.1 : 0];
  for (let row = 0; row < count; row += 1) {
    const plain = [Math.round(random() * 1e6) / 100, KIND.number] as const;
    const [value, kind] = random() < odds ? (ODD[row % ODD.length] ?? plain) : plain;
    run.at[row] = row * 1_000 + Math.floor(random() * 900);
    run.value[row] = value;
    run.kind[row] = kind;
    run.quality[row] = random() < bads ? 1 : 0;
  }
  run.count = count;
  return run;
}

function endsOf({ at, count }: Run) {
  return { firstAt: at[0] ?? 0, lastAt: at[count - 1] ?? 0, samples: count };
}

test("a chunk says at its head what its samples come to, bit for bit, of all and of the good", () => {
  const random = chances(7);
  for (let round = 0; round < 200; round += 1) {
    const run = randomRun(random, 1 + Math.floor(random() * 300));
    const bytes = encodeChunk(run, 0, run.count).slice();
    for (const isAll of [true, false]) {
      const said = sumsOfChunk(bytes, endsOf(run), isAll);
      assert.deepEqual(said, { ...endsOf(run), ...rollupOf(run, 0, run.count, isAll) });
    }
  }
});

test("no bit of a head changes unseen", () => {
  const run = randomRun(chances(8), 50);
  run.quality[3] = 1;
  const good = encodeChunk(run, 0, run.count).slice();
  const said = sumsOfChunk(good, endsOf(run), true);
  for (let bit = 0; bit < 125 * 8; bit += 1) {
    const bad = good.slice();
    bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    // What was of version 3 says nothing as an older one: its row has no sums, and that is damage.
    if (bad[0] === 2 || bad[0] === 1) assert.equal(sumsOfChunk(bad, endsOf(run), true), undefined);
    else if (bit < 121 * 8) {
      assert.throws(() => sumsOfChunk(bad, endsOf(run), true), /damaged/, `bit ${bit}`);
    } else assert.deepEqual(sumsOfChunk(bad, endsOf(run), true), said);
  }
});

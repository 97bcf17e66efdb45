import assert from "node:assert/strict";
import { test } from "node:test";
import { KIND } from "../../../domain/samples.ts";
import { chances } from "../../../lib/chance.ts";
import { rollupOf } from "../../rollup.ts";
import { oldChunk } from "../database/older-tale.ts";
import { Run } from "../run/run.ts";
import { type Blocks, blocksOf, encodeChunk } from "./chunk.ts";
import { TABLE_CELLS } from "./chunk-head.ts";
import { DamagedChunkError } from "./damage.ts";
import { sumsOfOldChunk } from "./old-chunk.ts";

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

function numbered(chunk: Uint8Array): (readonly [Blocks, number])[] {
  return (blocksOf(chunk) ?? []).flatMap((blocks) =>
    Array.from({ length: blocks.blocks }, (_, block) => [blocks, block] as const),
  );
}

test("a block says what its samples come to, bit for bit, over all and over the good", () => {
  const random = chances(7);
  for (let round = 0; round < 200; round += 1) {
    const run = randomRun(random, 1 + Math.floor(random() * 300));
    const blockSamples = 1 + Math.floor(random() * 80);
    let from = 0;
    const chunk = encodeChunk(run, 0, run.count, blockSamples).slice();
    for (const [blocks, block] of numbered(chunk)) {
      const to = Math.min(run.count, from + blockSamples);
      const ends = { firstAt: run.at[from], lastAt: run.at[to - 1], samples: to - from };
      for (const isAll of [true, false]) {
        assert.deepEqual(blocks.sumsOf(block, isAll), {
          ...ends,
          ...rollupOf(run, from, to, isAll),
        });
      }
      const read = new Run();
      blocks.decode(block, read);
      assert.deepEqual(read.value.slice(0, read.count), run.value.slice(from, to));
      from = to;
    }
    assert.equal(from, run.count);
  }
});

test("a head says the same in memory that other heads have had before", () => {
  const random = chances(10);
  const table = new Float64Array(TABLE_CELLS).fill(7);
  for (let round = 0; round < 200; round += 1) {
    const run = randomRun(random, 1 + Math.floor(random() * 600));
    const chunk = encodeChunk(run, 0, run.count, 1 + Math.floor(random() * 80)).slice();
    const [own] = blocksOf(chunk) ?? [];
    const [other] = blocksOf(chunk, table) ?? [];
    assert(own && other);
    for (let block = 0; block < own.blocks; block += 1) {
      for (const isAll of [true, false]) {
        assert.deepEqual({ ...other.sumsOf(block, isAll) }, { ...own.sumsOf(block, isAll) });
      }
      assert.equal(other.lastAtOf(block), own.lastAtOf(block));
    }
  }
});

test("a chunk of version 3 says at its head what its samples come to", () => {
  const random = chances(9);
  for (let round = 0; round < 100; round += 1) {
    const run = randomRun(random, 1 + Math.floor(random() * 300));
    const { at, count } = run;
    const ends = { firstAt: at[0] ?? 0, lastAt: at[count - 1] ?? 0, samples: count };
    for (const isAll of [true, false]) {
      const said = sumsOfOldChunk(oldChunk(run, 3), ends, isAll);
      assert.deepEqual(said, { ...ends, ...rollupOf(run, 0, count, isAll) });
    }
  }
});

test("no bit of a head changes unseen, and none of a block that is read", () => {
  const run = randomRun(chances(8), 50);
  run.quality[3] = 1;
  const good = encodeChunk(run, 0, run.count, 20).slice();
  const headBytes = new DataView(good.buffer).getUint32(1, true);
  for (let bit = 0; bit < good.length * 8; bit += 1) {
    const bad = good.slice();
    bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const reads = () => {
      for (const [blocks, block] of numbered(bad)) blocks.decode(block, new Run());
    };
    if (bit < headBytes * 8) assert.throws(() => blocksOf(bad), DamagedChunkError, `bit ${bit}`);
    else assert.throws(reads, DamagedChunkError, `bit ${bit}`);
  }
});

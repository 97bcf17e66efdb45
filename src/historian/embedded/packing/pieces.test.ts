import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { chances } from "../../../lib/chance.ts";
import { openSqlite } from "../../../lib/sqlite.ts";
import type { Row } from "../../expected.ts";
import { batchOf, inFolder, ramp, rowsOf, START } from "../../tale.ts";
import { decodeChunk, encodePiece, headOfPieces, PIECES_AT, piecesIn } from "../chunk/chunk.ts";
import type { Engine } from "../engine/engine.ts";
import { ofSeriesOne, openEngine } from "../engine/engine-tale.ts";
import { checkFolder } from "../folder/check.ts";
import { Run } from "../run/run.ts";

const SERIES = 20;
const LENGTH_BYTES = 4;

test("chunks that grew in pieces hold what came, in any order, and say so", () =>
  inFolder(async (folder) => {
    const random = chances(5);
    const engine = openEngine(join(folder, "live"), { chunkSamples: 64 });
    const all: Row[] = [];
    for (let round = 0; round < 60; round += 1) {
      const rows = Array.from({ length: 100 }, (_, row): Row => {
        const late = random() < 0.002 ? 5_000 : 0;
        const at = START + round * 1_000 + row * 10 - late;
        return { series: row % SERIES, at, value: anyValue(random), quality: anyQuality(random) };
      });
      await engine.append(batchOf(rows));
      while (engine.work(10) === 0);
      all.push(...rows);
    }
    for (let series = 0; series < SERIES; series += 1) {
      const own = new Map(all.filter((row) => row.series === series).map((row) => [row.at, row]));
      const expected = [...own.values()].toSorted((one, other) => one.at - other.at);
      const wanted = { series, from: 0, to: Number.MAX_VALUE, limit: 10_000 };
      assert.deepEqual(rowsOf(engine.range(wanted)), expected, `series ${series}`);
    }
    await engine.close();
    assert.deepEqual(faultsOf(join(folder, "live")), []);
  }));

test("few samples a flush are put behind those before them until there is a whole chunk", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"), { chunkSamples: 64 });
    const growth: [pieces: number, chunks: number][] = [];
    for (let round = 0; round < 9; round += 1) {
      await fill(engine, round);
      growth.push(growthOf(join(folder, "live", "history.db")));
    }
    assert.deepEqual(growth.map(([pieces]) => pieces).slice(0, 5), [0, 1, 2, 3, 4]);
    assert.ok(growth.some(([, chunks]) => chunks === 1));
    assert.deepEqual(ofSeriesOne(engine), ramp(9 * 10));
    await engine.close();
  }));

test("a chunk that grew before there were pieces grows on", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"), { chunkSamples: 64 });
    for (let round = 0; round < 2; round += 1) await fill(engine, round);
    await engine.close();
    const database = openSqlite(join(folder, "live", "history.db"));
    database.exec(`UPDATE chunk SET data = substr(data, ${PIECES_AT + LENGTH_BYTES + 1}) WHERE id < 0;
      DROP INDEX chunk_full;
      CREATE UNIQUE INDEX chunk_summary ON chunk(series, first_at, last_at,
        samples, countable, good, min, max, sum, first, last, increase, area);
      ALTER TABLE day DROP COLUMN sums;
      PRAGMA user_version = 6`);
    database.close();
    const again = openEngine(join(folder, "live"), { chunkSamples: 64 });
    for (let round = 2; round < 9; round += 1) await fill(again, round);
    assert.deepEqual(ofSeriesOne(again), ramp(9 * 10));
    await again.close();
    assert.deepEqual(faultsOf(join(folder, "live")), []);
  }));

test("a chunk that grows and that the disk has changed is refused", () => {
  const run = new Run();
  run.reserve(50);
  for (let row = 0; row < 50; row += 1) {
    run.at[row] = row * 10;
    run.value[row] = row * row;
  }
  run.count = 50;
  const pieces = [0, 25].map((from) => encodePiece(run, from, from + 25).slice());
  const good = Buffer.concat([headOfPieces(2), ...pieces]);
  const read = new Run();
  decodeChunk(good, read);
  assert.deepEqual(read.value.slice(0, 50), run.value.slice(0, 50));
  for (let bit = 0; bit < good.length * 8; bit += 3) {
    const bad = Uint8Array.from(good);
    bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => decodeChunk(bad, new Run()), /damaged/, `bit ${bit}`);
  }
  assert.throws(() => decodeChunk(good.subarray(0, PIECES_AT + 2), new Run()), /damaged/);
});

function anyValue(random: () => number): Row["value"] {
  const draw = random();
  if (draw < 0.05) return null;
  if (draw < 0.1) return "STOP";
  if (draw < 0.15) return draw < 0.12;
  return draw < 0.2 ? -0 : Math.floor(draw * 1e6) / 1_000;
}

function anyQuality(random: () => number): Row["quality"] {
  const draw = random();
  if (draw < 0.8) return "good";
  return draw < 0.9 ? "uncertain" : "bad";
}

/** Ten samples of series 1, and enough of others for them to leave memory. */
async function fill(engine: Engine, round: number): Promise<void> {
  const rows = ramp(round * 10 + 10).slice(round * 10);
  const others = ramp(90).map((row) => ({ ...row, at: row.at + round * 90, series: 2 }));
  await engine.append(batchOf([...rows, ...others]));
  while (engine.work(10) === 0);
}

/** Of series 1: the pieces of its open chunk, and its full ones. */
function growthOf(file: string): [pieces: number, chunks: number] {
  const database = openSqlite(file, { readOnly: true });
  try {
    const open = database.prepare("SELECT data FROM chunk WHERE id = -2").get()?.[0];
    const full = database.prepare("SELECT count(*) FROM chunk WHERE series = 1 AND id > 0").get();
    return [open instanceof Uint8Array ? piecesIn(open) : 0, Number(full?.[0])];
  } finally {
    database.close();
  }
}

function faultsOf(folder: string): readonly string[] {
  const checked = checkFolder(folder);
  assert.ok(checked.ok);
  return checked.value.faults;
}

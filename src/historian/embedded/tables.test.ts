import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { crc32 } from "node:zlib";
import type { Value } from "../../domain/reading.ts";
import type { Samples } from "../../domain/samples.ts";
import { chances } from "../../lib/chance.ts";
import { openSqlite, type SqlRow } from "../../lib/sqlite.ts";
import type { Row } from "../expected.ts";
import { rollupOf } from "../rollup.ts";
import { ALL, batchOf, inFolder, START } from "../tale.ts";
import { openEngine } from "./engine/engine-tale.ts";
import { type Rows, type Sums, TableReader, withTexts } from "./tables-tale.ts";

const DAY_MS = 86_400_000;
const COUNT = 3_000;
const FEW = 20;
const SIZES = { rowsFirst: 100_000, rowsMax: 100_000, chunkSamples: 1_024, segmentBytes: 2 ** 20 };
/** Lets nothing go, and brings what is in memory into chunks. */
const FOR_EVER = { rawMs: 1e12, hourlyMs: null, dailyMs: null };
const FULL = 1;
const GROWING = 2;

const random = chances(5);
const MIXED = ["open", "öffnet", true, null, 2n ** 60n, -1.5];
/** One for each form that values can have; the times of some have fractions, of some gaps. */
const VALUES: Readonly<Record<number, (row: number) => Value | null>> = {
  [FULL]: (row) => ((row * 37) % 1_000) / 10,
  [GROWING]: (row) => MIXED[row % MIXED.length] ?? null,
  3: () => Math.sin(random()) * 1e9,
  4: (row) => Math.fround(Math.cos(row)),
  5: (row) => Math.floor(row / 100),
  6: () => -0,
  7: (row) => row * 2 ** 36 + Math.floor(random() * 2 ** 34),
};
const SERIES = Object.keys(VALUES).map(Number);

function timeOf(series: number, row: number): number {
  const late = [0.25, 0, row % 7, (row * row) % 900][series % 4] ?? 0;
  return START + row * 10_000 + late;
}

function rowsOf(series: number, from: number, to: number): Row[] {
  return Array.from({ length: to - from }, (_, index) => {
    const value = VALUES[series]?.(from + index) ?? null;
    const quality = value === null || index % 50 === 3 ? "bad" : "good";
    return { series, at: timeOf(series, from + index), value, quality };
  });
}

type Told = {
  readonly batch: Samples;
  readonly segment: Buffer;
  readonly cursor: Buffer;
  readonly chunks: ReadonlyMap<number, Uint8Array[]>;
  readonly day: SqlRow;
  readonly read: ReadonlyMap<number, Samples>;
};
let told: Told;
/** All that are written today. */
const FORMS = ["at 0", "at 2", "at 3", "value 0", "value 2", "value 5", "value 6", "value 7"];
const formsMet = new Set<string>();

before(() =>
  inFolder(async (folder) => {
    told = await tell(folder);
  }),
);

/** Samples of a day, and of some series a few more; of each the next day begins. */
async function tell(folder: string): Promise<Told> {
  const engine = openEngine(folder, SIZES);
  await engine.outbox.follow("elsewhere");
  const batch = batchOf(SERIES.flatMap((one) => rowsOf(one, 0, one === GROWING ? FEW : COUNT)));
  await engine.append(batch);
  const segment = readFileSync(join(folder, "log", "0000000001.log"));
  while (!(await engine.retire(START, FOR_EVER)));
  await engine.append(
    batchOf([
      ...rowsOf(GROWING, FEW, 2 * FEW),
      { series: FULL, at: START + DAY_MS, value: 1, quality: "good" },
    ]),
  );
  await engine.outbox.take("elsewhere", 1, [{ first: 2, last: 2 }]);
  while (!(await engine.retire(START, FOR_EVER)));
  const read = new Map(SERIES.map((series) => [series, engine.range({ series, ...ALL })]));
  await engine.close();
  const cursor = readFileSync(join(folder, "outbox", "elsewhere.cur"));
  return { batch, segment, cursor, read, ...databaseIn(folder) };
}

function databaseIn(folder: string): Pick<Told, "chunks" | "day"> {
  const database = openSqlite(join(folder, "history.db"), { readOnly: true });
  const data = database.prepare("SELECT data FROM chunk WHERE series = ? ORDER BY first_at");
  const chunks = SERIES.map((one) => [one, data.all(one).map(([bytes]) => bytes)] as const);
  const day = database.prepare("SELECT at, countable, good, sums, hours FROM day WHERE series = ?");
  const row = day.get(FULL);
  database.close();
  assert.ok(row);
  return { chunks: new Map(chunks as [number, Uint8Array[]][]), day: row };
}

test("a segment of the log is what its table says, and so is its record", () => {
  const { segment, batch } = told;
  const reader = new TableReader(segment, 4);
  assert.equal(segment.toString("latin1", 0, 4), "FLr2");
  const end = 32 + reader.word();
  const said = reader.word();
  assert.equal(said, crc32(segment.subarray(12, end), crc32(segment.subarray(0, 8))));
  assert.deepEqual([reader.word(), reader.double(), reader.word()], [1, 1, batch.count]);
  const form = reader.byte();
  assert.deepEqual([form, reader.byte(), reader.byte(), reader.byte()], [1, 0, 0, 0]);
  assert.deepEqual(reader.differences(batch.count), [...batch.series]);
  const at = reader.list(batch.count, () => reader.double());
  const value = reader.list(batch.count, () => reader.double());
  const [kind, quality] = [reader.runs(batch.count), reader.runs(batch.count)];
  assert.deepEqual(withTexts({ at, kind, quality, value }, reader.strings()), rowsIn(batch));
  assert.equal(reader.at, end);
  assert.ok(segment.subarray(end).every((byte) => byte === 0));
});

test("a chunk is what its table says, block by block", () => {
  for (const [series, chunks] of told.chunks) {
    if (series === GROWING) continue;
    const samples = told.read.get(series);
    assert.ok(samples);
    assert.ok(chunks.length > 0);
    let from = 0;
    for (const bytes of chunks.filter(([first]) => first === 4)) from = agree(bytes, samples, from);
    assert.equal(from, COUNT);
  }
  assert.deepEqual([...formsMet].toSorted(), FORMS);
});

test("a chunk that grows is what its table says, piece by piece", () => {
  const [bytes = Buffer.alloc(0)] = told.chunks.get(GROWING) ?? [];
  const reader = new TableReader(bytes, 2);
  assert.deepEqual([...bytes.subarray(0, 2)], ["P".charCodeAt(0), 2]);
  const samples = told.read.get(GROWING);
  assert.ok(samples);
  let from = 0;
  for (let piece = 0; piece < 2; piece += 1) {
    const length = reader.word();
    from = agree(bytes.subarray(reader.at, reader.at + length), samples, from);
    reader.at += length;
  }
  assert.deepEqual([from, reader.at], [2 * FEW, bytes.length]);
});

/** Holds a chunk against samples from this row on; returns the row behind it. */
function agree(bytes: Uint8Array, samples: Samples, from: number): number {
  const reader = new TableReader(bytes);
  const { heads, blocks } = reader.chunk();
  let row = from;
  for (const [index, block] of blocks.entries()) {
    const head = heads[index];
    const end = row + block.at.length;
    assert.deepEqual(block, partOf(rowsIn(samples), row, end));
    assert.deepEqual([head?.firstAt, head?.lastAt], [block.at[0], block.at.at(-1)]);
    const { countable, good, ...sums } = rollupOf(samples, row, end);
    assert.deepEqual([head?.countable, head?.good, head?.overGood], [countable, good, sums]);
    const { countable: _, good: __, ...all } = rollupOf(samples, row, end, true);
    assert.deepEqual(head?.overAll, all);
    row = end;
  }
  assert.equal(reader.at, bytes.length);
  for (const form of reader.forms) formsMet.add(form);
  return row;
}

test("what a day comes to is what its tables say, hour by hour", () => {
  const [at, countable, good, sums, hours] = told.day;
  const samples = told.read.get(FULL);
  assert.ok(samples && sums instanceof Uint8Array && hours instanceof Uint8Array);
  const reader = new TableReader(sums);
  for (const isAll of [false, true]) {
    const said = reader.list(11, () => reader.double());
    assertNear(said, summedUp(samples, 0, COUNT, isAll));
    if (!isAll) assert.deepEqual([countable, good], [said[2], said[3]]);
  }
  assert.equal(reader.at, sums.length);
  assert.equal(at, START);
  assertHours(new TableReader(hours), samples);
});

function assertHours(reader: TableReader, samples: Samples): void {
  assert.equal(reader.byte(), 1);
  const hours = reader.list(reader.varint(), () => reader.byte());
  assert.deepEqual(hours, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const columns = reader.list(11, () => reader.values(reader.byte(), hours.length));
  for (const hour of hours) {
    const [from, to] = [hour * 360, Math.min(COUNT, (hour + 1) * 360)];
    const own = summedUp(samples, from, to, false);
    const said = columns.map((column, index) => (column[hour] ?? 0) + (index < 2 ? START : 0));
    assertNear(said, own);
  }
  reader.crcFrom(0);
  assert.equal(reader.at, reader.bytes.length);
}

test("a cursor is what its table says", () => {
  const { cursor } = told;
  assert.equal(cursor.length, 1_024);
  for (const [slot, turn] of [0, 1].entries()) {
    const bytes = cursor.subarray(slot * 512, slot * 512 + 512);
    const reader = new TableReader(bytes, 4);
    assert.equal(bytes.toString("latin1", 0, 4), "FLc1");
    assert.equal(reader.word(), crc32(bytes.subarray(8, 32)));
    assert.deepEqual([reader.double(), reader.double(), reader.double()], [turn, turn, 0]);
    if (turn === 1) {
      assert.equal(reader.word(), crc32(bytes.subarray(36, 56)));
      assert.deepEqual([reader.word(), reader.double(), reader.double()], [1, 2, 2]);
    }
    assert.ok(bytes.subarray(reader.at).every((byte) => byte === 0));
  }
});

/** In the order of the table of days. */
function summedUp(samples: Samples, from: number, to: number, isAll: boolean): number[] {
  const { countable, good, ...sums } = rollupOf(samples, from, to, isAll);
  const counts = (row: number) => isAll || samples.quality[row] === 0;
  let [first, last] = [from, to - 1];
  while (!counts(first)) first += 1;
  while (!counts(last)) last -= 1;
  const ends = [samples.at[first] ?? 0, samples.at[last] ?? 0, countable, good];
  const { min, max, sum, first: one, last: other, increase, area }: Sums = sums;
  return [...ends, min, max, sum, one, other, increase, area];
}

/** Sums depend on their order, in their last digits. */
function assertNear(said: readonly number[], own: readonly number[]): void {
  assert.equal(said.length, own.length);
  for (const [index, one] of said.entries()) {
    const other = own[index] ?? 0;
    assert.ok(Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(other)), `${index}: ${one}`);
  }
}

function rowsIn({ at, kind, quality, value, texts }: Samples): Rows {
  const rows = { at: [...at], kind: [...kind], quality: [...quality], value: [...value] };
  return withTexts(rows, texts);
}

function partOf({ at, kind, quality, value }: Rows, from: number, to: number): Rows {
  const part = <T>(column: T[]) => column.slice(from, to);
  return { at: part(at), kind: part(kind), quality: part(quality), value: part(value) };
}

import { crc32 } from "node:zlib";
import { silentLog } from "../../../lib/log.ts";
import type { Sqlite } from "../../../lib/sqlite.ts";
import { type Rollup, rollupOf } from "../../rollup.ts";
import { ByteWriter, VARINT_BYTES } from "../bytes/bytes.ts";
import { decodeChunk, headOfPieces } from "../chunk/chunk.ts";
import { writeColumns } from "../chunk/columns.ts";
import { Run } from "../run/run.ts";
import { isOpen } from "./chunk-ends.ts";
import { Chunks } from "./chunks.ts";
import type { StoredChunk } from "./stored-chunks.ts";

const EVER = [-1e12, Number.MAX_VALUE] as const;
const SUMS = ["min", "max", "sum", "first", "last", "increase", "area"] as const;
const SUM_COLUMNS = `countable = ?, good = ?, ${SUMS.map((name) => `${name} = ?`).join()}`;

/** Makes a database what version 5 had: sums in columns, and none in the bytes of chunks. */
export function asVersion5(database: Sqlite): void {
  const chunks = new Chunks(database, silentLog);
  chunksInColumns(database, chunks);
  daysInColumns(database, chunks);
  database.exec("ALTER TABLE day DROP COLUMN sums; PRAGMA user_version = 5");
}

/** Makes a database what version 8 had: chunks of one block, which have their sums before it. */
export function asVersion8(database: Sqlite): void {
  const chunks = new Chunks(database, silentLog);
  const put = database.prepare("UPDATE chunk SET data = ? WHERE id = ?");
  for (const chunk of allOf(chunks)) {
    const old = oldChunk(runOf(chunk), 3);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(old.length);
    put.run(isOpen(chunk) ? Buffer.concat([headOfPieces(1), length, old]) : old, chunk.id);
  }
  database.exec("PRAGMA user_version = 8");
}

/** Makes a database what version 10 had: totals that are written once. */
export function asVersion10(database: Sqlite): void {
  database.exec("DROP TABLE again; PRAGMA user_version = 10");
}

/** As versions 2 and 3 wrote it. */
export function oldChunk(run: Run, version: 2 | 3): Uint8Array {
  const out = new ByteWriter();
  out.byte(version);
  out.byte(0);
  out.reserve(VARINT_BYTES);
  out.varint(run.count);
  if (version === 3) writeSums(out, run);
  const forms = writeColumns(out, run, 0, run.count);
  out.bytes[1] = forms;
  if (version === 3) seal(out, headBytesOf(run));
  out.reserve(4);
  out.length += 4;
  seal(out, out.length);
  return out.bytes.slice(0, out.length);
}

function writeSums(out: ByteWriter, run: Run): void {
  const [good, all] = [rollupOf(run, 0, run.count), rollupOf(run, 0, run.count, true)];
  out.reserve(2 * VARINT_BYTES);
  out.varint(good.countable);
  out.varint(good.good);
  if (good.good > 0) writeRollup(out, good);
  if (good.good < good.countable) writeRollup(out, all);
  out.reserve(4);
  out.length += 4;
}

function writeRollup(out: ByteWriter, rollup: Rollup): void {
  const numbers = Float64Array.from(SUMS, (name) => rollup[name]);
  out.doubles(numbers, 0, numbers.length);
}

function headBytesOf(run: Run): number {
  const head = new ByteWriter();
  head.length = 2;
  head.varint(run.count);
  writeSums(head, run);
  return head.length;
}

function seal({ bytes, view }: ByteWriter, end: number): void {
  view.setUint32(end - 4, crc32(bytes.subarray(0, end - 4)), true);
}

function allOf(chunks: Chunks): StoredChunk[] {
  return [...chunks.stored.series()].flatMap((series) => [
    ...chunks.stored.forward(series, ...EVER),
  ]);
}

function runOf({ data }: StoredChunk): Run {
  const run = new Run();
  decodeChunk(data, run);
  return run;
}

function chunksInColumns(database: Sqlite, chunks: Chunks): void {
  const put = database.prepare(`UPDATE chunk SET ${SUM_COLUMNS}, data = ? WHERE id = ?`);
  for (const chunk of allOf(chunks)) {
    if (isOpen(chunk)) continue;
    const run = runOf(chunk);
    put.run(...columnsOf(rollupOf(run, 0, run.count)), oldChunk(run, 2), chunk.id);
  }
}

function daysInColumns(database: Sqlite, { days }: Chunks): void {
  const put = database.prepare(
    `UPDATE day SET first_at = ?, last_at = ?, ${SUM_COLUMNS}, every = ?
     WHERE series = ? AND at = ?`,
  );
  for (const series of days.series()) {
    for (const day of days.within(series, ...EVER)) {
      const [all] = days.within(series, day.at, day.at + 1, true);
      const every = all && all.good > day.good ? everyOf(all) : null;
      put.run(day.firstAt, day.lastAt, ...columnsOf(day), every, series, day.at);
    }
  }
}

function columnsOf(sums: Rollup): (number | null)[] {
  const values = SUMS.map((name) => (Number.isNaN(sums[name]) ? null : sums[name]));
  return [sums.countable, sums.good, ...values];
}

function everyOf(day: Rollup & Record<"firstAt" | "lastAt", number>): Uint8Array {
  const ends = [day.firstAt, day.lastAt, day.countable];
  return new Uint8Array(Float64Array.of(...ends, ...SUMS.map((name) => day[name])).buffer);
}

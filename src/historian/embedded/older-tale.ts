import { crc32 } from "node:zlib";
import { silentLog } from "../../lib/log.ts";
import type { Sqlite } from "../../lib/sqlite.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { skipHead } from "./chunk-head.ts";
import { Chunks } from "./chunks.ts";
import type { Tier } from "./tier.ts";

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

function chunksInColumns(database: Sqlite, chunks: Chunks): void {
  const put = database.prepare(`UPDATE chunk SET ${SUM_COLUMNS}, data = ? WHERE id = ?`);
  for (const series of chunks.series()) {
    for (const chunk of [...chunks.forward(series, ...EVER)]) {
      const sums = chunks.sumsOf(chunk, false);
      if (sums) put.run(...columnsOf(sums), version2(chunk.data), chunk.id);
    }
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

function columnsOf(sums: Omit<Tier, "at">): (number | null)[] {
  const values = SUMS.map((name) => (Number.isNaN(sums[name]) ? null : sums[name]));
  return [sums.countable, sums.good, ...values];
}

function everyOf(day: Tier): Uint8Array {
  const ends = [day.firstAt, day.lastAt, day.countable];
  return new Uint8Array(Float64Array.of(...ends, ...SUMS.map((name) => day[name])).buffer);
}

function version2(bytes: Uint8Array): Uint8Array {
  const body = new ByteReader(bytes, 2);
  const out = new ByteWriter();
  out.byte(2);
  out.byte(bytes[1] ?? 0);
  out.varint(skipHead(body));
  const old = Buffer.concat([out.bytes.subarray(0, out.length), bytes.subarray(body.at)]);
  old.writeUInt32LE(crc32(old.subarray(0, -4)), old.length - 4);
  return old;
}

import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  openSync,
  readSync,
} from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Series } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Point } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import {
  cellsOf,
  parquetColumns,
  rowOfCells,
  rowOfColumns,
  TABLE_HEAD,
  type TableRow,
} from "../domain/sample-table.ts";
import { type Samples, SamplesBuilder, sampleAt } from "../domain/samples.ts";
import { wordBeside } from "../domain/status-word.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import type { Historian, RangeQuery } from "../historian/historian.ts";
import { loadStatusSeries } from "../ingest/ingest.ts";
import { AssertionError } from "../lib/assert.ts";
import { Closer } from "../lib/closer.ts";
import { csvLine, csvRows } from "../lib/csv.ts";
import { parseIsoTime } from "../lib/iso-time.ts";
import { jsonLog } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { ParquetFile, parquetRows } from "../lib/parquet.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { configOf, type ExitCode, type Io, optionsOf } from "./io.ts";

type Opened = {
  readonly historian: Historian;
  readonly store: Store;
  readonly statusSeries: Awaited<ReturnType<typeof loadStatusSeries>>;
};
type Wish = { readonly points: readonly Point[]; readonly from: number; readonly to: number };

const PAGE_ROWS = 50_000;
const TOLD_EVERY = 1_000_000;
/** Tables of before have no status words. */
const HEADS = [TABLE_HEAD.join(), TABLE_HEAD.slice(0, -1).join()];
const FORMATS = ["csv", "parquet"] as const;
const EXPORT_USAGE =
  "usage: fieldline export --out FILE [--format csv|parquet] [--points ID,ID] [--from TIME] " +
  "[--to TIME] [--data DIR]";

/** `fieldline export`: samples of a folder that no server has open, as a table. */
export async function runExport(args: readonly string[], io: Io): Promise<ExitCode> {
  const { out, format = "csv", points, from, to, ...rest } = optionsOf(args);
  const [start, end] = [timeOf(from, Number.NEGATIVE_INFINITY), timeOf(to, Number.MAX_VALUE)];
  const kind = FORMATS.find((one) => one === format);
  if (!out || !kind || start === undefined || end === undefined) return usage(io, EXPORT_USAGE);
  if (existsSync(out)) return usage(io, `${out} exists already`);
  return inFolder(argumentsOf(rest), io, async (opened) => {
    const wanted = await pointsOf(opened.store, points);
    if (!wanted.ok) return wanted;
    const wish = { points: wanted.value, from: start, to: end };
    const rows = await (kind === "csv" ? writeCsv : writeParquet)(out, opened, wish);
    return success(`${rows} samples of ${wanted.value.length} points are in ${out}`);
  });
}

/** `fieldline import FILE`: what was exported, or made in its form; the same again is no harm. */
export async function runImport(args: readonly string[], io: Io): Promise<ExitCode> {
  const [file, ...options] = args;
  if (!file || file.startsWith("--")) return usage(io, "usage: fieldline import FILE [--data DIR]");
  if (!existsSync(file)) return usage(io, `there is no file ${file}`);
  return inFolder(options, io, async (opened) => {
    let stored = 0;
    try {
      for await (const { samples, rows } of batchesOf(file, opened)) {
        await opened.historian.append(samples);
        if (Math.floor((stored + rows) / TOLD_EVERY) > Math.floor(stored / TOLD_EVERY))
          io.complain(`${stored + rows} samples`);
        stored += rows;
      }
    } catch (reason) {
      if (reason instanceof AssertionError || !(reason instanceof Error)) throw reason;
      const detail = `${file}, ${reason.message}; ${stored} samples before it are stored`;
      return failure(problem("request_invalid", detail));
    }
    return success(`${stored} samples are stored`);
  });
}

async function writeCsv(out: string, opened: Opened, wish: Wish): Promise<number> {
  let rows = 0;
  const lines = async function* () {
    yield csvLine(TABLE_HEAD);
    for await (const page of pagesOf(opened, wish)) {
      rows += page.length;
      yield page.map((row) => csvLine(cellsOf(row))).join("");
    }
  };
  await pipeline(Readable.from(lines()), createWriteStream(out, { flags: "wx", flush: true }));
  return rows;
}

async function writeParquet(out: string, opened: Opened, wish: Wish): Promise<number> {
  let rows = 0;
  const file = new ParquetFile(out, parquetColumns([]));
  for await (const page of pagesOf(opened, wish)) {
    await file.write(parquetColumns(page));
    rows += page.length;
  }
  file.end();
  return rows;
}

async function* pagesOf(opened: Opened, wish: Wish): AsyncGenerator<TableRow[]> {
  const { points, from, to } = wish;
  for (const { id, series } of points) {
    for (let after: number | undefined; ; ) {
      const more = after === undefined ? {} : { after };
      const rows = await pageOf(opened, { series, from, to, limit: PAGE_ROWS, ...more });
      if (rows.length > 0) yield rows.map((row) => ({ ...row, point: id }));
      if (rows.length < PAGE_ROWS) break;
      after = rows.at(-1)?.at;
    }
  }
}

/** A status word is of the time of its value: the same range has all that are wanted. */
async function pageOf(
  { historian, statusSeries }: Opened,
  query: RangeQuery,
): Promise<Omit<TableRow, "point">[]> {
  const page = await historian.range(query);
  const series = statusSeries.of(query.series);
  const said = series === undefined ? undefined : await historian.range({ ...query, series });
  const words = new Map(Array.from(said?.at ?? [], (at, row) => [at, said?.value[row]] as const));
  return Array.from({ length: page.count }, (_, row) => {
    const sample = sampleAt(page, row);
    return { ...sample, statusWord: wordBeside(sample.quality, words.get(sample.at)) };
  });
}

type ReadBatch = { readonly samples: Samples; readonly rows: number };

async function* batchesOf(file: string, opened: Opened): AsyncGenerator<ReadBatch> {
  const points = await allPoints(opened.store);
  const known = new Map(points.map((point) => [String(point.id), point.series]));
  const batch = new SamplesBuilder(PAGE_ROWS);
  let rows = 0;
  for await (const { where, read } of isParquet(file) ? parquetPlaces(file) : csvPlaces(file)) {
    await addRow(batch, opened, rowAt(where, read, known));
    rows += 1;
    if (rows < PAGE_ROWS) continue;
    yield { samples: batch.take(), rows };
    rows = 0;
  }
  if (rows > 0) yield { samples: batch.take(), rows };
}

type Place = { readonly where: string; readonly read: () => TableRow };
type ReadRow = TableRow & { readonly series: Series };

function rowAt(where: string, read: Place["read"], known: ReadonlyMap<string, Series>): ReadRow {
  try {
    const row = read();
    const series = known.get(row.point);
    if (series === undefined) throw new Error(`there is no point '${row.point}'`);
    if (row.at > Date.now() + LIMIT.futureMs) throw new Error(`its time lies in the future`);
    return { ...row, series };
  } catch (reason) {
    throw new Error(`${where}: ${reason instanceof Error ? reason.message : String(reason)}`);
  }
}

/** Where a series has words, plain ones count, too: none of before stays. */
async function addRow(
  batch: SamplesBuilder,
  { statusSeries }: Opened,
  { series, at, value, quality, statusWord }: ReadRow,
): Promise<void> {
  if (statusWord !== null) await statusSeries.give([series]);
  batch.add(series, at, value, quality);
  const words = statusSeries.of(series);
  if (words !== undefined) batch.add(words, at, statusWord ?? 0, "good");
}

async function* csvPlaces(file: string): AsyncGenerator<Place> {
  let isHead = true;
  for await (const { cells, line } of csvRows(createReadStream(file, "utf8"))) {
    if (isHead && !HEADS.includes(cells.join())) {
      throw new Error(`line ${line}: the first line must be ${TABLE_HEAD.join(",")}`);
    }
    if (!isHead) yield { where: `line ${line}`, read: () => rowOfCells(cells) };
    isHead = false;
  }
}

async function* parquetPlaces(file: string): AsyncGenerator<Place> {
  let row = 0;
  for await (const columns of parquetRows(file)) {
    row += 1;
    yield { where: `row ${row}`, read: () => rowOfColumns(columns) };
  }
}

function isParquet(path: string): boolean {
  const magic = Buffer.alloc(4);
  const file = openSync(path, "r");
  try {
    readSync(file, magic, 0, magic.length, 0);
  } finally {
    closeSync(file);
  }
  return magic.toString("latin1") === "PAR1";
}

async function pointsOf(store: Store, list?: string): Promise<Outcome<readonly Point[], Problem>> {
  const all = await allPoints(store);
  if (list === undefined) return success(all);
  const ids = list.split(",");
  const missing = ids.find((id) => !all.some((point) => point.id === id));
  if (missing !== undefined) return failure(problem("point_unknown", `no point '${missing}'`));
  return success(all.filter(({ id }) => ids.includes(id)));
}

async function allPoints(store: Store): Promise<readonly Point[]> {
  return store.points.find();
}

function timeOf(text: string | undefined, fallback: number): number | undefined {
  if (text === undefined) return fallback;
  return /^-?\d+$/.test(text) ? Number(text) : parseIsoTime(text);
}

function argumentsOf(options: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(options).map(([name, text = ""]) => `--${name}=${text}`);
}

async function inFolder(
  options: readonly string[],
  io: Io,
  work: (opened: Opened) => Promise<Outcome<string, Problem>>,
): Promise<ExitCode> {
  const config = configOf(options, io);
  if (!config) return 2;
  const log = jsonLog(io.log, config["log-level"], Date.now);
  const closer = new Closer();
  const opened = await openFolder(config.data, log, closer);
  const done = opened.ok ? await work(opened.value).finally(() => closer.closeAll()) : opened;
  await closer.closeAll();
  if (done.ok) io.print(done.value);
  else io.complain(`${done.problem.code}: ${done.problem.detail}`);
  return done.ok ? 0 : 2;
}

async function openFolder(
  data: string,
  log: ReturnType<typeof jsonLog>,
  closer: Closer,
): Promise<Outcome<Opened, Problem>> {
  const historian = await openEmbeddedHistorian({ folder: join(data, "history") }, { log });
  if (!historian.ok) return historian;
  closer.add("historian", () => historian.value.close());
  const store = await openSqliteStore({ file: join(data, "fieldline.db") }, { log });
  if (!store.ok) return store;
  closer.add("store", () => store.value.close());
  const statusSeries = await loadStatusSeries(store.value);
  return success({ historian: historian.value, store: store.value, statusSeries });
}

function usage(io: Io, line: string): ExitCode {
  io.complain(line);
  return 2;
}

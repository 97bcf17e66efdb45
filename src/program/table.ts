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
import { SamplesBuilder, sampleAt } from "../domain/samples.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import type { Historian } from "../historian/historian.ts";
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

type Opened = { readonly historian: Historian; readonly store: Store };
type Wish = { readonly points: readonly Point[]; readonly from: number; readonly to: number };

const PAGE_ROWS = 50_000;
const TOLD_EVERY = 1_000_000;
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
    const rows = await (kind === "csv" ? writeCsv : writeParquet)(out, opened.historian, wish);
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
      for await (const batch of batchesOf(file, opened.store)) {
        await opened.historian.append(batch);
        if (Math.floor((stored + batch.count) / TOLD_EVERY) > Math.floor(stored / TOLD_EVERY))
          io.complain(`${stored + batch.count} samples`);
        stored += batch.count;
      }
    } catch (reason) {
      if (reason instanceof AssertionError || !(reason instanceof Error)) throw reason;
      const detail = `${file}, ${reason.message}; ${stored} samples before it are stored`;
      return failure(problem("request_invalid", detail));
    }
    return success(`${stored} samples are stored`);
  });
}

async function writeCsv(out: string, historian: Historian, wish: Wish): Promise<number> {
  let rows = 0;
  const lines = async function* () {
    yield csvLine(TABLE_HEAD);
    for await (const page of pagesOf(historian, wish)) {
      rows += page.length;
      yield page.map((row) => csvLine(cellsOf(row))).join("");
    }
  };
  await pipeline(Readable.from(lines()), createWriteStream(out, { flags: "wx", flush: true }));
  return rows;
}

async function writeParquet(out: string, historian: Historian, wish: Wish): Promise<number> {
  let rows = 0;
  const file = new ParquetFile(out, parquetColumns([]));
  for await (const page of pagesOf(historian, wish)) {
    await file.write(parquetColumns(page));
    rows += page.length;
  }
  file.end();
  return rows;
}

async function* pagesOf(historian: Historian, wish: Wish): AsyncGenerator<TableRow[]> {
  const { points, from, to } = wish;
  for (const { id, series } of points) {
    for (let after: number | undefined; ; ) {
      const more = after === undefined ? {} : { after };
      const page = await historian.range({ series, from, to, limit: PAGE_ROWS, ...more });
      const rows = Array.from({ length: page.count }, (_, row) => sampleAt(page, row));
      if (rows.length > 0) yield rows.map((row) => ({ ...row, point: id }));
      if (rows.length < PAGE_ROWS) break;
      after = rows.at(-1)?.at;
    }
  }
}

async function* batchesOf(file: string, store: Store) {
  const known = new Map((await allPoints(store)).map((point) => [String(point.id), point.series]));
  const batch = new SamplesBuilder(PAGE_ROWS);
  for await (const { where, read } of isParquet(file) ? parquetPlaces(file) : csvPlaces(file)) {
    addRow(batch, known, where, read);
    if (batch.count >= PAGE_ROWS) yield batch.take();
  }
  if (batch.count > 0) yield batch.take();
}

type Place = { readonly where: string; readonly read: () => TableRow };

function addRow(
  batch: SamplesBuilder,
  known: ReadonlyMap<string, Series>,
  where: string,
  read: Place["read"],
): void {
  try {
    const { point, at, value, quality } = read();
    const series = known.get(point);
    if (series === undefined) throw new Error(`there is no point '${point}'`);
    if (at > Date.now() + LIMIT.futureMs) throw new Error(`its time lies in the future`);
    batch.add(series, at, value, quality);
  } catch (reason) {
    throw new Error(`${where}: ${reason instanceof Error ? reason.message : String(reason)}`);
  }
}

async function* csvPlaces(file: string): AsyncGenerator<Place> {
  let isHead = true;
  for await (const { cells, line } of csvRows(createReadStream(file, "utf8"))) {
    if (isHead && cells.join() !== TABLE_HEAD.join()) {
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
  return success({ historian: historian.value, store: store.value });
}

function usage(io: Io, line: string): ExitCode {
  io.complain(line);
  return 2;
}

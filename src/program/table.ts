import { closeSync, createReadStream, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { type Problem, problem } from "../domain/problem.ts";
import {
  isTableHead,
  rowOfCells,
  rowOfColumns,
  TABLE_HEAD,
  type TableRow,
} from "../domain/sample-table.ts";
import { latestOf, timeFault } from "../domain/time.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import { AssertionError } from "../lib/assert.ts";
import { Closer } from "../lib/closer.ts";
import { csvRows } from "../lib/csv.ts";
import { parseIsoTime } from "../lib/iso-time.ts";
import { jsonLog } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { parquetRows } from "../lib/parquet.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import { BOND } from "./history.ts";
import { configOf, type ExitCode, type Io, optionsOf } from "./io.ts";
import { remoteOf } from "./remote.ts";
import { remotePlace } from "./remote-table.ts";
import { sumsWishOf } from "./sums-wish.ts";
import {
  SAMPLE_COLUMNS,
  SAMPLE_LINES,
  sumsWriter,
  TABLE_FORMATS,
  writeTable,
} from "./table-file.ts";
import { folderPlace, PAGE_ROWS, PlaceError, type TablePlace } from "./table-place.ts";
import { usageOf } from "./usage.ts";

const TOLD_EVERY = 1_000_000;

/** `fieldline export`: samples of a folder or of a running server, or sums of these, as a table. */
export async function runExport(args: readonly string[], io: Io): Promise<ExitCode> {
  const {
    out,
    format = "csv",
    points,
    from,
    to,
    every,
    calendar,
    tz,
    fns,
    ...rest
  } = optionsOf(args);
  const [start, end] = [timeOf(from, Number.NEGATIVE_INFINITY), timeOf(to, Number.MAX_VALUE)];
  const kind = TABLE_FORMATS.find((one) => one === format);
  if (!out || !kind || start === undefined || end === undefined) {
    return usage(io, usageOf("export"));
  }
  if (existsSync(out)) return usage(io, `${out} exists already`);
  const sums = sumsWishOf({ every, calendar, tz, fns });
  if (!sums.ok) return usage(io, sums.problem.detail);
  const wish = sums.value;
  if (wish && !(from && to)) return usage(io, usageOf("export"));
  const span = { from: start, to: end };
  return inPlace(argumentsOf(rest), io, async (place) => {
    const wanted = await pointsOf(place, points);
    if (!wanted.ok) return wanted;
    const told = new Progress(io, wanted.value.length);
    const pages = <Page extends Counted>(ofPoint: (point: string) => AsyncIterable<Page>) =>
      pagesOf(wanted.value, told, ofPoint);
    if (wish) {
      const sums = pages((point) => place.sums(point, span, wish));
      await writeTable(out, sumsWriter(kind, wish), sums);
    } else if (kind === "csv") {
      await writeTable(
        out,
        SAMPLE_LINES,
        pages((point) => place.lines(point, span)),
      );
    } else {
      await writeTable(
        out,
        SAMPLE_COLUMNS,
        pages((point) => place.pages(point, span)),
      );
    }
    const what = wish ? "sums" : "samples";
    return success(`${told.rows} ${what} of ${wanted.value.length} points are in ${out}`);
  });
}

/** `fieldline import FILE`: what was exported, or made in its form; the same again is no harm. */
export async function runImport(args: readonly string[], io: Io): Promise<ExitCode> {
  const [file, ...options] = args;
  if (!file || file.startsWith("--")) return usage(io, usageOf("import"));
  if (!existsSync(file)) return usage(io, `there is no file ${file}`);
  return inPlace(options, io, (place) => putAll(place, file, new Progress(io)));
}

async function putAll(
  place: TablePlace,
  file: string,
  told: Progress,
): Promise<Outcome<string, Problem>> {
  let tooOld = 0;
  try {
    for await (const batch of batchesOf(file, new Set(await place.points()))) {
      tooOld += (await place.put(batch)).tooOld;
      told.add(batch.length);
    }
  } catch (reason) {
    if (reason instanceof AssertionError || !(reason instanceof Error)) throw reason;
    const before = `${told.rows} samples before it are stored; the same again is no harm`;
    const code = reason instanceof PlaceError ? reason.problem.code : "request_invalid";
    return failure(problem(code, `${file}, ${reason.message}; ${before}`));
  }
  const old = tooOld > 0 ? `; ${tooOld} were older than what is kept` : "";
  return success(`${told.rows - tooOld} samples are stored${old}`);
}

/** Says now and then how far it has come. */
class Progress {
  rows = 0;
  readonly #io: Io;
  readonly #points: number | undefined;
  #point = 0;

  constructor(io: Io, points?: number) {
    this.#io = io;
    this.#points = points;
  }

  nextPoint(): void {
    this.#point += 1;
  }

  add(rows: number): void {
    const before = Math.floor(this.rows / TOLD_EVERY);
    this.rows += rows;
    if (Math.floor(this.rows / TOLD_EVERY) === before) return;
    const place = this.#points === undefined ? "" : `, point ${this.#point} of ${this.#points}`;
    this.#io.complain(`${this.rows} rows${place}`);
  }
}

/** A page of so many rows. */
type Counted = { readonly length: number };

async function* pagesOf<Page extends Counted>(
  points: readonly string[],
  told: Progress,
  ofPoint: (point: string) => AsyncIterable<Page>,
): AsyncGenerator<Page> {
  for (const point of points) {
    told.nextPoint();
    for await (const page of ofPoint(point)) {
      told.add(page.length);
      yield page;
    }
  }
}

async function* batchesOf(file: string, known: ReadonlySet<string>): AsyncGenerator<TableRow[]> {
  let batch: TableRow[] = [];
  for await (const { where, read } of isParquet(file) ? parquetPlaces(file) : csvPlaces(file)) {
    batch.push(rowAt(known, where, read));
    if (batch.length < PAGE_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

type Place = { readonly where: string; readonly read: () => TableRow };

function rowAt(known: ReadonlySet<string>, where: string, read: Place["read"]): TableRow {
  try {
    const row = read();
    if (!known.has(row.point)) throw new Error(`there is no point '${row.point}'`);
    const fault = timeFault(row.at, latestOf(Date.now()), "its time");
    if (fault) throw new Error(fault.detail);
    return row;
  } catch (reason) {
    throw new Error(`${where}: ${reason instanceof Error ? reason.message : String(reason)}`);
  }
}

async function* csvPlaces(file: string): AsyncGenerator<Place> {
  let isHead = true;
  for await (const { cells, line } of csvRows(createReadStream(file, "utf8"))) {
    if (isHead && !isTableHead(cells)) {
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

async function pointsOf(
  place: TablePlace,
  list?: string,
): Promise<Outcome<readonly string[], Problem>> {
  const all = await place.points();
  if (list === undefined) return success(all);
  const ids = new Set(list.split(","));
  const missing = [...ids].find((id) => !all.includes(id));
  if (missing !== undefined) return failure(problem("point_unknown", `no point '${missing}'`));
  return success(all.filter((id) => ids.has(id)));
}

function timeOf(text: string | undefined, fallback: number): number | undefined {
  if (text === undefined) return fallback;
  return /^-?\d+$/.test(text) ? Number(text) : parseIsoTime(text);
}

function argumentsOf(options: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(options).map(([name, text = ""]) => `--${name}=${text}`);
}

type Work = (place: TablePlace) => Promise<Outcome<string, Problem>>;

async function inPlace(options: readonly string[], io: Io, work: Work): Promise<ExitCode> {
  const { url, ...rest } = optionsOf(options);
  if (url === undefined) return inFolder(options, io, work);
  if (Object.keys(rest).length > 0) return usage(io, `--url goes without --${Object.keys(rest)}`);
  const remote = remoteOf(url, io);
  if (!remote.ok) return ended(io, remote);
  return ended(io, await guarded(() => work(remotePlace(remote.value))));
}

async function inFolder(options: readonly string[], io: Io, work: Work): Promise<ExitCode> {
  const config = configOf(options, io);
  if (!config) return 2;
  const log = jsonLog(io.log, config["log-level"], Date.now);
  const closer = new Closer();
  const opened = await openFolder(config.data, log, closer);
  const done = opened.ok
    ? await work(opened.value).finally(() => closer.closeAll())
    : await closer.closeAll().then(() => opened);
  return ended(io, done);
}

async function openFolder(
  data: string,
  log: ReturnType<typeof jsonLog>,
  closer: Closer,
): Promise<Outcome<TablePlace, Problem>> {
  const missing = notHere(data);
  if (missing) return failure(missing);
  const historian = await openEmbeddedHistorian({ folder: join(data, "history") }, { log });
  if (!historian.ok) return historian;
  closer.add("historian", () => historian.value.close());
  const store = await openSqliteStore({ file: join(data, "fieldline.db") }, { log });
  if (!store.ok) return store;
  closer.add("store", () => store.value.close());
  return success(await folderPlace(store.value, historian.value));
}

/** Why the samples of a house are not in this folder, or not all of them. */
function notHere(data: string): Problem | undefined {
  if (!existsSync(join(data, "fieldline.db"))) {
    return problem("folder_unreadable", `there is no data folder ${data}`);
  }
  if (!existsSync(join(data, "history", BOND))) return undefined;
  const detail = `the history of ${data} is in a database: start its server, and say --url`;
  return problem("database_other", detail);
}

async function guarded(
  work: () => Promise<Outcome<string, Problem>>,
): Promise<Outcome<string, Problem>> {
  try {
    return await work();
  } catch (reason) {
    if (!(reason instanceof PlaceError)) throw reason;
    return failure(reason.problem);
  }
}

function ended(io: Io, done: Outcome<string, Problem>): ExitCode {
  if (done.ok) io.print(done.value);
  else io.complain(`${done.problem.code}: ${done.problem.detail}`);
  return done.ok ? 0 : 2;
}

function usage(io: Io, line: string): ExitCode {
  io.complain(line);
  return 2;
}

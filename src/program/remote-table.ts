import type { Series } from "../domain/brand.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Value } from "../domain/reading.ts";
import { SampleLines } from "../domain/sample-lines.ts";
import {
  cellsOf,
  isTableHead,
  rowOfCells,
  SAMPLE_TABLE,
  type Said,
  TABLE_CELLS_HEADER,
  TABLE_HEAD,
  type TableRow,
} from "../domain/sample-table.ts";
import { SamplesBuilder } from "../domain/samples.ts";
import { PAGE_ROWS, type RowTaker } from "../domain/table-page.ts";
import { csvCells, csvLine, csvRows } from "../lib/csv.ts";
import { failure, type Outcome } from "../lib/outcome.ts";
import type { Remote } from "./remote.ts";
import { RemoteDoor } from "./remote-door.ts";
import { type SumsWish, stretchesOf } from "./sums-wish.ts";
import {
  type Columns,
  columnsPage,
  type Lines,
  PlaceError,
  type Span,
  type SumsRow,
  type TablePlace,
} from "./table-place.ts";

const EARLIEST = -8.64e15;
const LATEST = 8.64e15;
const HEAD_LINE = Buffer.from(csvLine(TABLE_HEAD));
const LINE_END = 0x0a;

type Page = { readonly items: readonly { readonly id: string }[]; readonly next: string | null };

/** A running server, a page a request: what breaks off in between is asked for again. */
export function remotePlace(remote: Remote): TablePlace {
  const door = new RemoteDoor(remote);
  return {
    async points() {
      const found = await allPoints(remote);
      door.meet(found);
      return found.ids;
    },
    lines: (point, span) => linesOf(remote, point, span),
    columns: (point, span) => columnsOf(remote, point, span),
    sums: (point, span, wish) => sumsOf(remote, point, span, wish),
    seriesOf: (point) => door.seriesOf(point),
    async put(page) {
      try {
        return await door.put({ page, from: 0, to: page.samples.count });
      } catch (reason) {
        if (!(reason instanceof PlaceError)) throw reason;
        return failure(reason.problem);
      }
    },
    giveUp: () => remote.giveUp(),
  };
}

/** With how many cells the server takes of a row; one that does not say takes what we have. */
async function allPoints(remote: Remote): Promise<{ ids: string[]; cells: number }> {
  const ids: string[] = [];
  let cells: number = TABLE_HEAD.length;
  for (let after: string | null = ""; after !== null; ) {
    const query = new URLSearchParams({ limit: "1000", ...(after !== "" && { after }) });
    const path = `/points?${query}`;
    const { headers, bytes } = sound(await remote.patient({ method: "GET", path }));
    const page = JSON.parse(bytes.toString()) as Page;
    ids.push(...page.items.map(({ id }) => id));
    cells = Number(headers.get(TABLE_CELLS_HEADER) ?? cells);
    after = page.next;
  }
  return { ids, cells };
}

/** Tables of CSV, each with its head. */
async function* tablesOf(
  remote: Remote,
  point: string,
  { from, to }: Span,
): AsyncGenerator<Buffer> {
  const [start, end] = [Math.max(from, EARLIEST), Math.min(to, LATEST)];
  for (let after: string | null = ""; after !== null; ) {
    const query = new URLSearchParams({
      from: String(Math.floor(start)),
      to: String(Math.floor(end)),
      limit: String(PAGE_ROWS),
      ...(after !== "" && { after }),
    });
    const path = `/points/${encodeURIComponent(point)}/history?${query}`;
    const { headers, bytes } = sound(
      await remote.patient({ method: "GET", path, accept: SAMPLE_TABLE }),
    );
    yield bytes;
    after = headers.get("fieldline-next");
  }
}

async function* columnsOf(remote: Remote, point: string, span: Span): AsyncGenerator<Columns> {
  for await (const table of tablesOf(remote, point, span)) {
    const rows = new StoredRows();
    checkHead(table);
    new SampleLines(rows).read(table, true);
    yield columnsPage({ point, ...rows.take() });
  }
}

/** What a server has stored, of whatever time. */
class StoredRows implements RowTaker {
  readonly isFull = false;
  readonly #samples = new SamplesBuilder(PAGE_ROWS);
  readonly #words = new Map<number, number>();
  #saysAfterwards = false;

  /** A page is of one point. */
  seriesOf(): Series {
    return 0 as Series;
  }

  put(series: Series, at: number, value: Value | null, said: Said): void {
    if (said.toldAfterwards !== null) this.#saysAfterwards = true;
    if (said.statusWord !== null) this.#words.set(at, said.statusWord);
    if (said.toldAfterwards) this.#samples.past(at);
    else this.#samples.time(at);
    this.#samples.put(series, value, said.quality);
  }

  take() {
    const [words, saysAfterwards] = [this.#words, this.#saysAfterwards];
    return { samples: this.#samples.take(), words, saysAfterwards };
  }
}

function checkHead(table: Buffer): void {
  const end = table.indexOf(LINE_END);
  const head = csvCells(table.toString("utf8", 0, end < 0 ? table.length : end));
  if (!isTableHead(head)) throw new PlaceError(newerServer(head));
}

async function* linesOf(remote: Remote, point: string, span: Span): AsyncGenerator<Lines> {
  for await (const table of tablesOf(remote, point, span)) yield await linesIn(table);
}

/** They are the file's own where the server knows the same columns. */
async function linesIn(table: Buffer): Promise<Lines> {
  const body = table.subarray(HEAD_LINE.length);
  const isOurs = table.subarray(0, HEAD_LINE.length).equals(HEAD_LINE);
  if (isOurs && !body.includes('"')) return { length: lineEnds(body), text: body };
  checkHead(table);
  const rows = await rowsOf(table.toString());
  const text = isOurs ? body : rows.map((row) => csvLine(cellsOf(row))).join("");
  return { length: rows.length, text };
}

function lineEnds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count += 1;
  return count;
}

async function rowsOf(text: string): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  let isHead = true;
  for await (const { cells } of csvRows(once(text))) {
    if (!isHead) rows.push(rowOfCells(cells));
    isHead = false;
  }
  return rows;
}

function newerServer(head: readonly string[]): Problem {
  const others = head.filter((name) => !(TABLE_HEAD as readonly string[]).includes(name));
  const what = `its samples have columns that this program does not know: ${others.join(", ")}`;
  const next = "use the fieldline command of the server's version";
  return problem("request_invalid", `the server is newer than this program: ${what}; ${next}`);
}

async function* sumsOf(
  remote: Remote,
  point: string,
  span: Span,
  wish: SumsWish,
): AsyncGenerator<readonly SumsRow[]> {
  const { by, functions } = wish;
  const buckets =
    "everyMs" in by ? { every: String(by.everyMs) } : { calendar: by.calendar, tz: by.timeZone };
  for (const { from, to } of stretchesOf(span, wish)) {
    const asked = { points: point, from: String(from), to: String(to), fns: functions.join() };
    const path = `/history/aggregate?${new URLSearchParams({ ...asked, ...buckets })}`;
    const { bytes } = sound(await remote.patient({ method: "GET", path, accept: "text/csv" }));
    const rows: SumsRow[] = [];
    for await (const { cells } of csvRows(once(bytes.toString()))) rows.push(cells);
    yield rows.slice(1); // Behind the head.
  }
}

/** Of what came whole. */
async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

/** What was asked for, or what is in the way, thrown. */
function sound<T>(done: Outcome<T, Problem>): T {
  if (done.ok) return done.value;
  throw new PlaceError(done.problem);
}

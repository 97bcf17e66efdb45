import type { Series } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { isPast } from "../domain/reading.ts";
import { cellsOf, lineOf, SAMPLE_TABLE, TABLE_HEAD } from "../domain/sample-table.ts";
import { type Samples, sampleAt } from "../domain/samples.ts";
import type { TablePage } from "../domain/table-page.ts";
import type { Kept } from "../import/import.ts";
import { csvCell, csvLine } from "../lib/csv.ts";
import { type Outcome, success } from "../lib/outcome.ts";
import type { Remote } from "./remote.ts";
import { NOTHING_KEPT, PlaceError, sumOf } from "./table-place.ts";

/** Of one request; leaves room for what stands around JSON. */
const BODY_BYTES = 0.9 * LIMIT.requestBytes;
const HEAD_LINE = csvLine(TABLE_HEAD);

/** What the server has said of its points, and with how many cells of a row it is content. */
type Known = { readonly ids: readonly string[]; readonly cells: number };

/** Rows of a page from one to another. */
type Stretch = { readonly page: TablePage; readonly from: number; readonly to: number };

/** Where samples go into a running server. */
export class RemoteDoor {
  readonly #remote: Remote;
  #ids: readonly string[] = [];
  /** Points by their places in that list: what the server calls them is not known here. */
  #places: ReadonlyMap<string, Series> = new Map();
  #cells: number = TABLE_HEAD.length;
  #takesTables = true;

  constructor(remote: Remote) {
    this.#remote = remote;
  }

  meet({ ids, cells }: Known): void {
    this.#ids = ids;
    this.#places = new Map(ids.map((id, place) => [id, place as Series]));
    this.#cells = cells;
    this.#takesTables = cells >= TABLE_HEAD.length;
  }

  seriesOf(point: string): Series | undefined {
    return this.#places.get(point);
  }

  /** In one request, or in halves where that would be too large. Settles when they are safe. */
  async put({ page, from, to }: Stretch): Promise<Outcome<Kept, Problem>> {
    const wish = this.#takesTables
      ? { path: "/samples/table", body: this.#linesOf(page, from, to), type: SAMPLE_TABLE }
      : { path: "/samples", body: this.#jsonOf(page, from, to), type: "application/json" };
    if (Buffer.byteLength(wish.body) <= BODY_BYTES || to - from === 1) {
      return this.#send(wish, { page, from, to });
    }
    const half = (from + to) >> 1;
    const first = await this.put({ page, from, to: half });
    if (!first.ok) return first;
    const second = await this.put({ page, from: half, to });
    return second.ok ? success(sumOf(first.value, second.value)) : second;
  }

  async #send(wish: Wish, stretch: Stretch): Promise<Outcome<Kept, Problem>> {
    const rows = stretch.to - stretch.from;
    const done = await this.#remote.patient({ method: "POST", ...wish });
    if (done.ok) return success(keptOf(JSON.parse(done.value.bytes.toString()) as Reply, rows));
    const { code } = done.problem;
    if (code === "sample_too_old") return success({ ...NOTHING_KEPT, fresh: rows, tooOld: rows });
    if (code !== "route_unknown" || !this.#takesTables) return done;
    this.#takesTables = false;
    return this.put(stretch);
  }

  #linesOf({ samples, words }: TablePage, from: number, to: number): string {
    let lines = HEAD_LINE;
    for (let row = from; row < to; row += 1) {
      lines += lineOf(csvCell(this.#idOf(samples, row)), samples, row, words.get(row));
    }
    return lines;
  }

  /** As a server takes them that is older; columns that it does not know must be empty. */
  #jsonOf({ samples, words }: TablePage, from: number, to: number): string {
    const rows = Array.from({ length: to - from }, (_, index) => {
      const row = from + index;
      const point = this.#idOf(samples, row);
      const toldAfterwards = isPast(samples.quality[row]);
      const statusWord = words.get(row) ?? null;
      const cells = cellsOf({ ...sampleAt(samples, row), point, statusWord, toldAfterwards });
      const lost = TABLE_HEAD.filter((_, at) => at >= this.#cells && cells[at] !== "");
      if (lost.length > 0) throw new PlaceError(olderServer(lost));
      return cells.slice(0, this.#cells);
    });
    return JSON.stringify({ rows });
  }

  #idOf({ series }: Samples, row: number): string {
    return this.#ids[series[row] ?? 0] ?? "";
  }
}

type Wish = { readonly path: string; readonly body: string; readonly type: string };

/** One that is older does not say what was new. */
type Reply = {
  readonly tooOld: number;
  readonly new?: number;
  readonly same?: number;
  readonly corrected?: number;
  readonly uncompared?: number;
};

function keptOf(reply: Reply, rows: number): Kept {
  const { tooOld, new: fresh = 0, same = 0, corrected = 0, uncompared } = reply;
  return { fresh, same, corrected, unknown: uncompared ?? rows, tooOld };
}

function olderServer(lost: readonly string[]): Problem {
  const what = `it does not know the columns ${lost.join(", ")}, which this table has`;
  const next = "bring the server up to date, or leave these columns out";
  return problem("request_invalid", `the server is older than this program: ${what}; ${next}`);
}

import type { Series } from "./brand.ts";
import { type Problem, type ProblemCode, problem } from "./problem.ts";
import type { Value } from "./reading.ts";
import type { Said, TableRow } from "./sample-table.ts";
import { type Samples, SamplesBuilder } from "./samples.ts";
import { latestOf, timeFault } from "./time.ts";

/** Rows of a page, and of a batch. */
export const PAGE_ROWS = 10_000;

/** Rows of a table in columns, in the order in which they stand there. */
export type TablePage = {
  readonly samples: Samples;
  /** Of rows whose status word says more than the quality. */
  readonly words: ReadonlyMap<number, number>;
  /** Whether the table says what was told afterwards; if it does not, what is stored stays so. */
  readonly saysAfterwards: boolean;
};

/** How the house calls a point; undefined where there is none of that id. */
type SeriesOf = (point: string) => Series | undefined;

/** Why a row cannot be taken, in a sentence. */
export class RowError extends Error {
  readonly problem: Problem;

  private constructor(told: Problem) {
    super(told.detail);
    this.problem = told;
  }

  static say(code: ProblemCode, sentence: string): RowError {
    return new RowError(problem(code, sentence));
  }

  /** Of what was thrown while a row was read. */
  static of(reason: unknown): RowError {
    if (reason instanceof RowError) return reason;
    return RowError.say("request_invalid", reason instanceof Error ? reason.message : `${reason}`);
  }

  static at(place: string, reason: unknown): RowError {
    const { code, detail } = RowError.of(reason).problem;
    return RowError.say(code, `${place}: ${detail}`);
  }
}

/** Whoever rows of a table are read for. */
export type RowTaker = Pick<PageBuilder, "isFull" | "seriesOf" | "put">;

/** Collects rows. Throws a `RowError` where one cannot be taken. */
export class PageBuilder {
  readonly #seriesOf: SeriesOf;
  readonly #latest: number;
  readonly #samples = new SamplesBuilder(PAGE_ROWS);
  #words = new Map<number, number>();
  #saysAfterwards = false;

  constructor(seriesOf: SeriesOf, now: number) {
    this.#seriesOf = seriesOf;
    this.#latest = latestOf(now);
  }

  get rows(): number {
    return this.#samples.count;
  }

  get isFull(): boolean {
    return this.rows >= PAGE_ROWS;
  }

  /** Throws where there is no such point. */
  seriesOf(point: string): Series {
    const series = this.#seriesOf(point);
    if (series === undefined) throw RowError.say("point_unknown", `there is no point '${point}'`);
    return series;
  }

  put(series: Series, at: number, value: Value | null, said: Said): void {
    const fault = timeFault(at, this.#latest, "its time");
    if (fault) throw RowError.say(fault.code, fault.detail);
    if (said.statusWord !== null) this.#words.set(this.#samples.count, said.statusWord);
    if (said.toldAfterwards !== null) this.#saysAfterwards = true;
    if (said.toldAfterwards) this.#samples.past(at);
    else this.#samples.time(at);
    this.#samples.put(series, value, said.quality);
  }

  take(): TablePage {
    const [words, saysAfterwards] = [this.#words, this.#saysAfterwards];
    if (words.size > 0) this.#words = new Map();
    this.#saysAfterwards = false;
    return { samples: this.#samples.take(), words, saysAfterwards };
  }
}

/** Of rows that have been looked at already. */
export function pageOf<Row extends Omit<TableRow, "point">>(
  rows: readonly Row[],
  seriesOf: (row: Row) => Series,
): TablePage {
  const page = new PageBuilder(() => undefined, Number.POSITIVE_INFINITY);
  for (const row of rows) page.put(seriesOf(row), row.at, row.value, row);
  return page.take();
}

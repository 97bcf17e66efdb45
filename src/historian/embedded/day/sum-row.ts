import { type Rollup, rolledUpBoth } from "../../rollup.ts";
import { growth } from "../../tally.ts";
import type { Run } from "../run/run.ts";
import { endsOf, type Rows, type Tier } from "./tier.ts";

/*
 * What samples come to, as a row of eleven numbers among others of its kind: every flush makes very
 * many, and objects would be garbage. firstAt, lastAt, countable, good, min, max, sum, first, last,
 * increase, area: as in the table `day` (days.ts), and as a `Summary` has them.
 */
export const SUM_ROW = 11;
export const [COUNTABLE, GOOD] = [2, 3];
const [FIRST_AT, LAST_AT, MIN, MAX, SUM, FIRST, LAST, INCREASE, AREA] = [
  0, 1, 4, 5, 6, 7, 8, 9, 10,
];

/** What rows of a run come to, as two of these rows: the good ones, and all that count. */
export function sumRows(rows: Float64Array, run: Run, from: number, to: number): void {
  const { good, every } = rolledUpBoth(run, from, to);
  putEnds(rows, 0, run, { from, to, isAll: false });
  putNumbers(rows, 0, good);
  if (good === every) copyRow(rows, SUM_ROW, rows, 0);
  else {
    putEnds(rows, SUM_ROW, run, { from, to, isAll: true });
    putNumbers(rows, SUM_ROW, every);
  }
}

function putEnds(rows: Float64Array, at: number, run: Run, of: Rows): void {
  const [first, last] = endsOf(run, of);
  rows[at + FIRST_AT] = run.at[first] ?? 0;
  rows[at + LAST_AT] = run.at[last] ?? 0;
}

export function putRow(rows: Float64Array, at: number, of: Tier): void {
  rows[at + FIRST_AT] = of.firstAt;
  rows[at + LAST_AT] = of.lastAt;
  putNumbers(rows, at, of);
}

function putNumbers(rows: Float64Array, at: number, of: Rollup): void {
  rows[at + COUNTABLE] = of.countable;
  rows[at + GOOD] = of.good;
  rows[at + MIN] = of.min;
  rows[at + MAX] = of.max;
  rows[at + SUM] = of.sum;
  rows[at + FIRST] = of.first;
  rows[at + LAST] = of.last;
  rows[at + INCREASE] = of.increase;
  rows[at + AREA] = of.area;
}

export function copyRow(rows: Float64Array, at: number, of: Float64Array, from: number): void {
  for (let index = 0; index < SUM_ROW; index += 1) rows[at + index] = of[from + index] ?? 0;
}

/** The other follows the one, and is put to it: `together` of rollup.ts, where no two overlap. */
export function linkRow(rows: Float64Array, at: number, of: Float64Array, from: number): void {
  const number = (index: number) => rows[at + index] ?? 0;
  const next = (index: number) => of[from + index] ?? 0;
  const countable = number(COUNTABLE) + next(COUNTABLE);
  if (number(GOOD) === 0) copyRow(rows, at, of, from);
  else if (next(GOOD) > 0) {
    const gapMs = next(FIRST_AT) - number(LAST_AT);
    rows[at + AREA] = number(AREA) + number(LAST) * gapMs + next(AREA);
    rows[at + INCREASE] = number(INCREASE) + growth(number(LAST), next(FIRST)) + next(INCREASE);
    rows[at + LAST] = next(LAST);
    rows[at + LAST_AT] = next(LAST_AT);
    rows[at + SUM] = number(SUM) + next(SUM);
    rows[at + MIN] = Math.min(number(MIN), next(MIN));
    rows[at + MAX] = Math.max(number(MAX), next(MAX));
    rows[at + GOOD] = number(GOOD) + next(GOOD);
  }
  rows[at + COUNTABLE] = countable;
}

/** `start`: when its hour or day begins. */
export function tierOfRow(rows: Float64Array, at: number, start: number): Tier {
  const number = (index: number) => rows[at + index] ?? 0;
  return {
    at: start,
    firstAt: number(FIRST_AT),
    lastAt: number(LAST_AT),
    samples: number(GOOD),
    countable: number(COUNTABLE),
    good: number(GOOD),
    min: number(MIN),
    max: number(MAX),
    sum: number(SUM),
    first: number(FIRST),
    last: number(LAST),
    increase: number(INCREASE),
    area: number(AREA),
  };
}

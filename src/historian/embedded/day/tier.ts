import { isGood } from "../../../domain/reading.ts";
import { rolledUp, type Summary, together } from "../../rollup.ts";
import { isCountable } from "../../tally.ts";
import type { Run } from "../run/run.ts";

/*
 * What an hour or a day of UTC comes to, as an object for whoever asks; as a row of numbers for
 * whoever makes very many: sum-row.ts.
 */

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/**
 * What an hour or a day of UTC comes to, over its good samples: its first and last are those of the
 * good ones, so that what follows can be put to it exactly.
 */
export type Tier = Summary & {
  /** When the hour or day begins. */
  readonly at: number;
};

export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS;
}

export function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

/** Rows of a run, which follow each other, by their hours. */
export function hoursIn(run: Run, from: number, to: number): Tier[] {
  const hours: Tier[] = [];
  for (let start = from; start < to; ) {
    const at = hourOf(run.at[start] ?? 0);
    const end = Math.min(to, run.rowAt(at + HOUR_MS));
    hours.push(summed(run, { from: start, to: end, isAll: false }, at));
    start = end;
  }
  return hours;
}

/** Of hours in order of time, those of one hour become one. */
export function linkedByHour(hours: readonly Tier[]): Tier[] {
  const linked: Tier[] = [];
  for (const hour of hours) {
    const last = linked.at(-1);
    if (last?.at === hour.at) linked[linked.length - 1] = link(last, hour);
    else linked.push(hour);
  }
  return linked;
}

/** What a day comes to; its hours are in order of time, and there is at least one. */
export function dayFrom(hours: readonly Tier[]): Tier {
  const day = hours.reduce((one, next) => link(one, next));
  return tierOf(dayOf(day.at), day);
}

/** One and what follows it, as one. */
export function link(one: Tier, next: Tier): Tier {
  return tierOf(one.at, together(one, next));
}

/** Field by field: a flush makes very many of them. */
export function tierOf(at: number, of: Summary): Tier {
  return {
    at,
    firstAt: of.firstAt,
    lastAt: of.lastAt,
    samples: of.samples,
    countable: of.countable,
    good: of.good,
    min: of.min,
    max: of.max,
    sum: of.sum,
    first: of.first,
    last: of.last,
    increase: of.increase,
    area: of.area,
  };
}

/** `isAll`: whatever their quality. */
export function summed(run: Run, rows: Rows, at: number): Tier {
  const [first, last] = endsOf(run, rows);
  const rollup = rolledUp(run, rows.from, rows.to, rows.isAll);
  return {
    at,
    firstAt: run.at[first] ?? 0,
    lastAt: run.at[last] ?? 0,
    samples: rollup.good,
    countable: rollup.countable,
    good: rollup.good,
    min: rollup.min,
    max: rollup.max,
    sum: rollup.sum,
    first: rollup.first,
    last: rollup.last,
    increase: rollup.increase,
    area: rollup.area,
  };
}

export type Rows = { readonly from: number; readonly to: number; readonly isAll: boolean };

/** The first and the last row that are summed up, of those of good quality or of all. */
export function endsOf(run: Run, { from, to, isAll }: Rows): readonly [number, number] {
  let [first, last] = [from, to - 1];
  while (first < last && !counts(run, first, isAll)) first += 1;
  while (last > first && !counts(run, last, isAll)) last -= 1;
  return [first, last];
}

function counts(run: Run, row: number, isAll: boolean): boolean {
  return isCountable(run, row) && (isAll || isGood(run.quality[row]));
}

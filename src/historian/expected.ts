import type { Quality, Value } from "../domain/reading.ts";
import { calendarStarts } from "../lib/calendar.ts";
import type { AggregateQuery } from "./historian.ts";

/*
 * What tests hold an aggregate against: worked out by hand, from all rows, slowly.
 */

export type Row = {
  readonly series: number;
  readonly at: number;
  readonly value: Value | null;
  readonly quality: Quality;
};

const COUNTED = ["count", "min", "max", "sum", "first", "last", "increase"] as const;
const HELD = ["all", "area", "known", "duration"] as const;
export const COLUMNS = [...COUNTED, ...HELD];
export type Column = (typeof COLUMNS)[number];
type Counted = Record<(typeof COUNTED)[number], number>;
type Inside = (one: { readonly at: number }) => boolean;

/** What an aggregate must come to: no cleverness, every bucket from all rows. */
export function expectedSums(
  rows: readonly Row[],
  asked: AggregateQuery,
): Record<Column, number>[] {
  const { from, to, quality, rollover } = asked;
  const starts = expectedStarts(asked);
  const trusted = rows.filter((one) => quality === "all" || one.quality === "good");
  const counted = trusted.filter(isNumber).map((one) => ({ ...one, value: Number(one.value) }));
  return starts.map((start, bucket) => {
    const end = starts[bucket + 1] ?? to;
    const isInside: Inside = ({ at }) => at >= from && at >= start && at < end;
    const values = counted.filter(isInside).map(({ value }) => value);
    const before = counted[counted.findIndex(isInside) - 1]?.value;
    return {
      ...expectedCounted(values, { before: before ?? values[0] ?? 0, rollover }),
      all: rows.filter(isInside).filter(isNumber).length,
      ...expectedHeld(
        trusted.filter(({ at }) => at < to),
        asked,
        { start, end },
      ),
    };
  });
}

function isNumber({ value }: Row): boolean {
  return typeof value === "boolean" || typeof value === "bigint" || Number.isFinite(value);
}

function expectedStarts({ from, to, by }: AggregateQuery): number[] {
  if (from >= to) return [];
  if ("calendar" in by) return calendarStarts({ from, to, unit: by.calendar, ...by });
  const span = to - from;
  if ("buckets" in by) {
    return Array.from({ length: by.buckets }, (_, bucket) => from + (bucket * span) / by.buckets);
  }
  const count = Math.ceil(span / by.everyMs);
  return Array.from({ length: count }, (_, bucket) => from + bucket * by.everyMs);
}

function expectedHeld(
  rows: readonly Row[],
  { to, now = to, weighted, state }: AggregateQuery,
  { start, end }: { readonly start: number; readonly end: number },
): Record<"area" | "known" | "duration", number> {
  const heldOf = (some: readonly Row[]) =>
    some.map((one, index) => {
      const until = Math.min(some[index + 1]?.at ?? Math.min(to, now), end);
      return { value: one.value, ms: Math.max(0, until - Math.max(one.at, start)) };
    });
  const sum = (some: readonly number[]) => some.reduce((total, one) => total + one, 0);
  const numbers = heldOf(rows.filter(isNumber));
  const inState = heldOf(rows).filter(({ value }) => value === state);
  return {
    area: weighted ? sum(numbers.map(({ value, ms }) => Number(value) * ms)) : Number.NaN,
    known: weighted ? sum(numbers.map(({ ms }) => ms)) : Number.NaN,
    duration: state === undefined ? Number.NaN : sum(inState.map(({ ms }) => ms)),
  };
}

type Past = { readonly before: number; readonly rollover: number | undefined };

function expectedCounted(values: readonly number[], { before, rollover }: Past): Counted {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  const growths = values.map((value, index) => {
    const past = index === 0 ? before : (values[index - 1] ?? 0);
    if (value >= past) return value - past;
    if (rollover === undefined) return value;
    return value >= 0 && past <= rollover ? rollover - past + value : Math.max(0, value);
  });
  const isEmpty = values.length === 0;
  return {
    count: values.length,
    min: isEmpty ? Number.NaN : Math.min(...values),
    max: isEmpty ? Number.NaN : Math.max(...values),
    sum: isEmpty ? Number.NaN : sum(values),
    first: values[0] ?? Number.NaN,
    last: values.at(-1) ?? Number.NaN,
    increase: isEmpty ? Number.NaN : sum(growths),
  };
}

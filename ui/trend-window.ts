import type { Reply } from "../src/api/contract.ts";

type Aggregate = Reply<"GET /history/aggregate">;

/** A number, a hole in the line (null), or nothing there to interrupt it (undefined). */
export type Cell = number | null | undefined;
type PenColumns = {
  readonly avg: readonly Cell[];
  readonly min: readonly Cell[];
  readonly max: readonly Cell[];
};
/** What a chart draws: times in seconds, the middle of each bucket. */
export type TrendColumns = { readonly at: readonly number[]; readonly pens: readonly PenColumns[] };

type Bucket = { count: number; avg: number; min: number; max: number };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 6, 12, 24].map((hours) => hours * HOUR),
];

/** The finest bucket that people count in and that gives at most `bucketsMax` of them. */
export function stepFor(spanMs: number, bucketsMax: number): number {
  return STEPS.find((step) => spanMs / step <= bucketsMax) ?? spanMs / bucketsMax;
}

/**
 * The last stretch of time of some points in buckets: filled by the history, carried on by the
 * live feed, so that a chart moves between two questions to the server.
 */
export class TrendWindow {
  readonly widthMs: number;
  #pens: Map<number, Bucket>[];
  /** Up to here the history has told all; live samples older than this are in it already. */
  #toldTo = 0;

  constructor(pens: number, widthMs: number) {
    this.widthMs = widthMs;
    this.#pens = Array.from({ length: pens }, () => new Map());
  }

  /** The history's answer for the same points in the same order, asked at `to`. */
  load(reply: Aggregate, to: number): void {
    this.#toldTo = to;
    const first = Math.round(Date.parse(reply.from) / this.widthMs);
    for (const [pen, buckets] of this.#pens.entries()) {
      const { avg = [], min = [], max = [], count = [] } = reply.items[pen]?.columns ?? {};
      buckets.clear();
      for (const [row, value] of avg.entries()) {
        if (value === null) continue;
        buckets.set(first + row, {
          avg: value,
          min: min[row] ?? value,
          max: max[row] ?? value,
          count: count[row] ?? 1,
        });
      }
    }
  }

  add(pen: number, at: number, value: number): void {
    const buckets = this.#pens[pen];
    if (!buckets || at <= this.#toldTo) return;
    const index = Math.floor(at / this.widthMs);
    const known = buckets.get(index);
    if (!known) {
      buckets.set(index, { count: 1, avg: value, min: value, max: value });
      return;
    }
    known.count += 1;
    known.avg += (value - known.avg) / known.count;
    known.min = Math.min(known.min, value);
    known.max = Math.max(known.max, value);
  }

  /** Columns of [from, to). A hole longer than a point's `freshnessMs` interrupts its line. */
  columns(from: number, to: number, freshnessMs: readonly number[]): TrendColumns {
    const first = Math.floor(from / this.widthMs);
    const count = Math.max(0, Math.ceil(to / this.widthMs) - first);
    this.#forget(first);
    return {
      at: Array.from({ length: count }, (_, row) => ((first + row + 0.5) * this.widthMs) / 1000),
      pens: this.#pens.map((buckets, pen) => {
        const rows = Array.from({ length: count }, (_, row) => buckets.get(first + row));
        const holeMax = Math.max(1, (freshnessMs[pen] ?? 0) / this.widthMs);
        const column = (of: (bucket: Bucket) => number) =>
          joined(
            rows.map((bucket) => (bucket ? of(bucket) : null)),
            holeMax,
          );
        return {
          avg: column(({ avg }) => avg),
          min: column(({ min }) => min),
          max: column(({ max }) => max),
        };
      }),
    };
  }

  #forget(first: number): void {
    for (const buckets of this.#pens) {
      for (const index of buckets.keys()) if (index < first) buckets.delete(index);
    }
  }
}

/**
 * Devices report on change: a short hole is a value that stayed, a long one is silence. Short
 * holes are bridged, and the last value holds until the end while it is not too old.
 */
export function joined(values: readonly (number | null)[], holeMax: number): Cell[] {
  const cells: Cell[] = [...values];
  let last = -1;
  for (const [row, value] of values.entries()) {
    if (value === null) continue;
    if (last >= 0 && row - last <= holeMax) cells.fill(undefined, last + 1, row);
    last = row;
  }
  const end = values.length - 1;
  if (last >= 0 && last < end && end - last <= holeMax) {
    cells.fill(undefined, last + 1, end);
    cells[end] = values[last];
  }
  return cells;
}

import type { Reply } from "../src/api/contract.ts";

type Aggregate = Reply<"GET /history/aggregate">;

/** A number, a hole in the line (null), or nothing there to interrupt it (undefined). */
export type Cell = number | null | undefined;
/** What a chart draws: times in seconds, the middle of each bucket. */
export type TrendColumns = {
  readonly at: readonly number[];
  /** In which of them samples were told, and none of them good. */
  readonly bad?: readonly boolean[];
  readonly pens: readonly {
    readonly avg: readonly Cell[];
    readonly min: readonly Cell[];
    readonly max: readonly Cell[];
  }[];
};

/** What a window knows of a pen besides. */
export type TellingColumns = TrendColumns & {
  readonly widthMs: number;
  readonly pens: readonly TellingPen[];
};
type TellingPen = TrendColumns["pens"][number] & {
  /** What it was at the end of each bucket: for states, of which there is no average. */
  readonly last: readonly Cell[];
  /** What was said last before the window, however long ago; null where that is not known. */
  readonly before: number | null;
  /** Samples of good quality, which alone are drawn, and samples in all. */
  readonly good: readonly number[];
  readonly all: readonly number[];
};

type Bucket = {
  good: number;
  all: number;
  avg: number;
  min: number;
  max: number;
  last: number;
};
type Sample = { readonly at: number; readonly value: number; readonly isGood: boolean };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS = [
  ...[100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 6, 12, 24].map((hours) => hours * HOUR),
  ...[2, 7, 14, 28].map((days) => days * 24 * HOUR),
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
  /** Up to here the history tells all; live samples older than this are in it already. */
  readonly #toldTo: number;

  constructor(pens: number, widthMs: number, toldTo: number) {
    this.widthMs = widthMs;
    this.#toldTo = toldTo;
    this.#pens = Array.from({ length: pens }, () => new Map());
  }

  /** What the history answered for these pens in this order. */
  load(reply: Aggregate, pens: readonly number[]): void {
    const first = Math.round(Date.parse(reply.from) / this.widthMs);
    for (const [item, pen] of pens.entries()) {
      const columns = reply.items[item]?.columns ?? {};
      for (const row of (columns.avg ?? []).keys()) {
        const bucket = bucketIn(columns, row);
        if (bucket.all > 0) this.#pens[pen]?.set(first + row, bucket);
      }
    }
  }

  /** A sample of the live feed. */
  add(pen: number, sample: Sample): void {
    if (sample.at > this.#toldTo) this.fill(pen, sample);
  }

  /** A sample of the history that came by itself. Samples of a pen come in their order. */
  fill(pen: number, { at, value, isGood }: Sample): void {
    const buckets = this.#pens[pen];
    if (!buckets) return;
    const index = Math.floor(at / this.widthMs);
    const bucket = buckets.get(index) ?? newBucket();
    buckets.set(index, bucket);
    bucket.all += 1;
    // As the historian counts: what is no number has no place on a scale.
    if (!isGood || Number.isNaN(value)) return;
    bucket.good += 1;
    bucket.avg = bucket.good === 1 ? value : bucket.avg + (value - bucket.avg) / bucket.good;
    // NaN until the first good sample: Math.min and Math.max would keep it.
    bucket.min = bucket.good === 1 ? value : Math.min(bucket.min, value);
    bucket.max = bucket.good === 1 ? value : Math.max(bucket.max, value);
    bucket.last = value;
  }

  /** Columns of [from, to). A hole longer than a point's `freshnessMs` interrupts its line. */
  columns(from: number, to: number, freshnessMs: readonly number[]): TellingColumns {
    const first = Math.floor(from / this.widthMs);
    const count = Math.max(0, Math.ceil(to / this.widthMs) - first);
    return {
      widthMs: this.widthMs,
      at: Array.from({ length: count }, (_, row) => ((first + row + 0.5) * this.widthMs) / 1000),
      pens: this.#pens.map((buckets, pen) => {
        const holeMax = Math.max(1, (freshnessMs[pen] ?? 0) / this.widthMs);
        const before = beforeOf(buckets, first);
        const rows = Array.from({ length: first + count - before }, (_, row) =>
          buckets.get(before + row),
        );
        const column = (of: (bucket: Bucket) => number) =>
          heldFrom(first - before, rows.map(finite(of)), holeMax);
        const shown = rows.slice(first - before);
        return {
          avg: column(({ avg }) => avg),
          min: column(({ min }) => min),
          max: column(({ max }) => max),
          last: column(({ last }) => last),
          before: before < first ? (buckets.get(before)?.last ?? null) : null,
          good: shown.map((bucket) => bucket?.good ?? 0),
          all: shown.map((bucket) => bucket?.all ?? 0),
        };
      }),
    };
  }
}

/**
 * Where a chart draws buckets, in seconds like their times: the middle of the first or last may lie
 * beside what is seen, as that of the day that is under way does. Drawn at the edge, its height
 * counts for the scale.
 */
export function drawnAt(middles: readonly number[], from: number, to: number): number[] {
  return middles.map((at) => Math.min(to / 1000, Math.max(from / 1000, at)));
}

function bucketIn(columns: Aggregate["items"][number]["columns"], row: number): Bucket {
  const of = (name: keyof typeof columns) => columns[name]?.[row] ?? Number.NaN;
  return {
    good: columns.count?.[row] ?? 0,
    all: columns.all?.[row] ?? 0,
    avg: of("avg"),
    min: of("min"),
    max: of("max"),
    last: of("last"),
  };
}

function newBucket(): Bucket {
  const nothing = Number.NaN;
  return { good: 0, all: 0, avg: nothing, min: nothing, max: nothing, last: nothing };
}

/** The newest bucket before `first` that has a value; `first` where there is none. */
function beforeOf(buckets: ReadonlyMap<number, Bucket>, first: number): number {
  let before = Number.NEGATIVE_INFINITY;
  for (const [index, { good }] of buckets) {
    if (good > 0 && index < first && index > before) before = index;
  }
  return Number.isFinite(before) ? before : first;
}

function finite(of: (bucket: Bucket) => number): (bucket: Bucket | undefined) => number | null {
  return (bucket) => {
    const value = bucket ? of(bucket) : Number.NaN;
    return Number.isNaN(value) ? null : value;
  };
}

/** From row `start` on: what was before it still holds there, while it is not too old. */
function heldFrom(start: number, values: readonly (number | null)[], holeMax: number): Cell[] {
  const cells = joined(values, holeMax).slice(start);
  if (start > 0 && cells[0] === undefined && cells.length > 0) cells[0] = values[0];
  return cells;
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

import type { SeriesRange } from "../historian.ts";
import { blocksForward } from "./blocks.ts";
import type { Block } from "./chunk.ts";
import type { Chunks } from "./chunks.ts";
import { DamagedChunkError } from "./damage.ts";
import type { OpenDay, Sums } from "./open-days.ts";
import { Run } from "./run.ts";
import {
  DAY_MS,
  dayOf,
  hourOf,
  hoursIn,
  link,
  linkedByHour,
  summed,
  type Tier,
  tierOf,
} from "./tier.ts";

/**
 * Keeps days beside the raw samples that they are made of: a day is made when it is over, and again
 * in the same breath as late samples or corrections of it reach their chunks. Most of what it comes
 * to is known by then (open-days.ts), the rest is read from chunks. Days of few samples have none:
 * their chunks are read as fast.
 */
export class DayMaker {
  readonly #chunks: Chunks;
  readonly #samplesMin: number;
  readonly #run = new Run();

  constructor(chunks: Chunks, samplesMin: number) {
    this.#chunks = chunks;
    this.#samplesMin = samplesMin;
  }

  /** These samples have reached their chunks; before, the newest of the series was of this time. */
  *follow(series: number, run: Run, before: number): Generator<void> {
    const { open } = this.#chunks.days;
    const { at, count } = run;
    const samplesMin = this.#samplesMin;
    let current = dayOf(before);
    const late = run.rowAfter(before);
    if (late > 0) open.noteLate(series, run, late);
    for (let row = late; row < count; ) {
      const day = dayOf(at[row] ?? 0);
      if (current < day) yield* this.#over(series, current);
      current = day;
      const to = run.rowAt(day + DAY_MS);
      open.note(series, run, { from: row, to }, { before, samplesMin });
      row = to;
    }
    for (const day of daysOf(at, late)) if (day < dayOf(before)) yield* this.#over(series, day);
  }

  *#over(series: number, day: number): Generator<void> {
    const { days } = this.#chunks;
    if (day <= days.horizonOf(series)) return; // Also before there was any.
    if (days.open.hasFewer(series, day, this.#samplesMin)) return;
    const wanted = { series, day, samplesMin: this.#samplesMin, known: days.open.of(series, day) };
    const { hours, every } = sumsOfDay(this.#chunks, wanted, this.#run);
    if (hours.length > 0) days.put(series, hours, every);
    else days.forget(series, day);
    yield;
  }
}

function daysOf(at: Float64Array, count: number): Set<number> {
  const days = new Set<number>();
  for (let row = 0, end = Number.NEGATIVE_INFINITY; row < count; row += 1) {
    const time = at[row] ?? 0;
    if (time < end) continue;
    days.add(dayOf(time));
    end = dayOf(time) + DAY_MS;
  }
  return days;
}

type Wanted = {
  readonly series: number;
  readonly day: number;
  readonly samplesMin: number;
  /** What need not be read from chunks. */
  readonly known?: Pick<OpenDay, "sums"> | undefined;
};

type DaySums = {
  /** Over the good samples. */
  readonly hours: Tier[];
  /** The day over all that can be counted, where not all of them are good. */
  readonly every?: Tier | undefined;
};

/** What the raw samples of a day come to; no hours where it is not to be kept. */
export function sumsOfDay(chunks: Chunks, wanted: Wanted, run: Run): DaySums {
  const { series, day, samplesMin, known } = wanted;
  if (chunks.samplesAbout(series, day, day + DAY_MS) < samplesMin) return { hours: [] };
  const read = (from: number, to: number) => sumsWithin(chunks, { series, from, to }, run);
  try {
    const sums = known ? known.sums(read) : read(day, day + DAY_MS);
    const hours = linkedByHour(sums.flatMap((part) => part.hours));
    const isAllGood = hours.every(({ good, countable }) => good === countable);
    const all = isAllGood ? [] : sums.map(({ every }) => every);
    return { hours, every: all.length > 0 ? all.reduce(link) : undefined };
  } catch (reason) {
    if (!(reason instanceof DamagedChunkError)) throw reason;
    return { hours: [] }; // Whoever reads the day meets the damage, and says so.
  }
}

/** Of whole hours, from their chunks. */
function sumsWithin(chunks: Chunks, range: SeriesRange, run: Run): Sums[] {
  const sums: Sums[] = [];
  for (const block of blocksForward(chunks, range)) sums.push(...sumsOfBlock(block, range, run));
  return sums;
}

/** One that lies in an hour and has nothing but good samples says all by itself. */
function sumsOfBlock(block: Block, { from, to }: SeriesRange, run: Run): Sums[] {
  const at = hourOf(block.firstAt);
  const isWhole = at >= from && at === hourOf(block.lastAt);
  const sums = isWhole ? block.sums(false) : undefined;
  if (sums && sums.good === sums.samples) {
    const hour = tierOf(at, sums);
    return [{ hours: [hour], every: hour }];
  }
  run.clear();
  block.decode(run);
  run.trim(from, to);
  if (run.count === 0) return [];
  const every = summed(run, { from: 0, to: run.count, isAll: true }, from);
  return [{ hours: hoursIn(run, 0, run.count), every }];
}

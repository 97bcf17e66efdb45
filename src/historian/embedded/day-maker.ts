import { DamagedChunkError, decodeChunk } from "./chunk.ts";
import type { Chunks, StoredChunk } from "./chunks.ts";
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
 * in the same breath as late samples or corrections of it reach their chunks. Days of few samples
 * have none: their chunks are read as fast.
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
  *follow(series: number, { at, count }: Run, newestBefore: number): Generator<void> {
    const [first, last] = [at[0] ?? 0, at[count - 1] ?? 0];
    const open = dayOf(Math.max(newestBefore, last));
    if (open <= first && open <= newestBefore) return;
    const horizon = this.#chunks.days.horizonOf(series);
    for (const day of this.#touched(at, count, newestBefore)) {
      if (day >= open || day <= horizon) continue;
      this.#make(series, day);
      yield;
    }
  }

  #touched(at: Float64Array, count: number, newestBefore: number): Set<number> {
    const days = new Set<number>();
    if (Number.isFinite(newestBefore)) days.add(dayOf(newestBefore));
    for (let row = 0, end = Number.NEGATIVE_INFINITY; row < count; row += 1) {
      const time = at[row] ?? 0;
      if (time < end) continue;
      days.add(dayOf(time));
      end = dayOf(time) + DAY_MS;
    }
    return days;
  }

  #make(series: number, day: number): void {
    const wanted = { series, day, samplesMin: this.#samplesMin };
    const { hours, every } = sumsOfDay(this.#chunks, wanted, this.#run);
    if (hours.length > 0) this.#chunks.days.put(series, hours, every);
    else this.#chunks.days.forget(series, day);
  }
}

type Wanted = { readonly series: number; readonly day: number; readonly samplesMin: number };

type DaySums = {
  /** Over the good samples. */
  readonly hours: Tier[];
  /** The day over all that can be counted, where not all of them are good. */
  readonly every?: Tier | undefined;
};

/** What the raw samples of a day come to; no hours where it is not to be kept. */
export function sumsOfDay(chunks: Chunks, { series, day, samplesMin }: Wanted, run: Run): DaySums {
  const within = [...chunks.forward(series, day, day + DAY_MS)];
  const samples = within.reduce((sum, chunk) => sum + chunk.samples * shareOf(chunk, day), 0);
  if (samples < samplesMin) return { hours: [] };
  try {
    const parts = within.map((chunk) => sumsOfChunk(chunks, chunk, day, run));
    const hours = linkedByHour(parts.flatMap((part) => part.hours));
    const isAllGood = hours.every(({ good, countable }) => good === countable);
    const all = isAllGood ? [] : parts.flatMap(({ every }) => every ?? []);
    return { hours, every: all.length > 0 ? all.reduce(link) : undefined };
  } catch (reason) {
    if (!(reason instanceof DamagedChunkError)) throw reason;
    return { hours: [] }; // Whoever reads the day meets the damage, and says so.
  }
}

/** About how much of a chunk lies in the day. */
function shareOf({ firstAt, lastAt }: StoredChunk, day: number): number {
  if (lastAt === firstAt) return 1;
  const ms = Math.min(lastAt, day + DAY_MS) - Math.max(firstAt, day);
  return ms / (lastAt - firstAt);
}

/** One that lies in an hour and has nothing but good samples says all by itself. */
function sumsOfChunk(chunks: Chunks, chunk: StoredChunk, day: number, run: Run): DaySums {
  const at = hourOf(chunk.firstAt);
  const isWhole = at >= day && at === hourOf(chunk.lastAt);
  const sums = isWhole ? chunks.sumsOf(chunk, false) : undefined;
  if (sums && sums.good === sums.samples)
    return { hours: [tierOf(at, sums)], every: tierOf(day, sums) };
  run.clear();
  decodeChunk(chunk.data, run);
  run.trim(day, day + DAY_MS);
  if (run.count === 0) return { hours: [] };
  const every = summed(run, { from: 0, to: run.count, isAll: true }, day);
  return { hours: hoursIn(run, 0, run.count), every };
}

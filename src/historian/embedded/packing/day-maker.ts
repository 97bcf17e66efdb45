import { DamagedChunkError } from "../chunk/damage.ts";
import { type Block, blocksForward } from "../database/blocks.ts";
import type { Chunks } from "../database/chunks.ts";
import { DayTable } from "../day/day-table.ts";
import type { OpenDay } from "../day/open-days.ts";
import { DAY_MS, dayOf, hourOf, hoursIn, summed, tierOf } from "../day/tier.ts";
import { Run } from "../run/run.ts";

/**
 * Keeps days beside the raw samples that they are made of: a day is made when it is over, and again
 * when late samples or corrections of it have reached their chunks. Most of what it comes to is
 * known by then (open-days.ts), the rest is read from chunks. Days of few samples have none: their
 * chunks are read as fast.
 */
export class DayMaker {
  readonly #chunks: Chunks;
  readonly #samplesMin: number;
  readonly #work: DayWork = { table: new DayTable(), run: new Run() };

  constructor(chunks: Chunks, samplesMin: number) {
    this.#chunks = chunks;
    this.#samplesMin = samplesMin;
  }

  /**
   * These samples are about to reach their chunks, which may take several transactions: in between
   * a day that is not there says nothing wrong.
   */
  forgetLate(series: number, { at, count }: Run, before: number): void {
    const { days } = this.#chunks;
    if (count === 0 || (at[0] ?? 0) >= dayOf(before)) return;
    for (const day of daysOf(at, count)) {
      if (day < dayOf(before) && day > days.horizonOf(series)) days.forget(series, day);
    }
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
    if (sumDay(this.#chunks, wanted, this.#work)) days.put(series, this.#work.table);
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
  readonly known?: OpenDay | undefined;
};

/** What is filled, and what is read into on the way. */
export type DayWork = { readonly table: DayTable; readonly run: Run };

/** What the raw samples of a day come to, into the table; false where it is not to be kept. */
export function sumDay(chunks: Chunks, wanted: Wanted, { table, run }: DayWork): boolean {
  const { series, day, samplesMin, known } = wanted;
  if (chunks.stored.samplesAbout(series, day, day + DAY_MS) < samplesMin) return false;
  const read = (from: number, to: number) => {
    for (const block of blocksForward(chunks.stored, { series, from, to })) {
      addBlock(block, { since: from, until: to }, { table, run });
    }
  };
  try {
    table.begin(day);
    if (known) known.fill(table, read);
    else read(day, day + DAY_MS);
  } catch (reason) {
    if (!(reason instanceof DamagedChunkError)) throw reason;
    return false; // Whoever reads the day meets the damage, and says so.
  }
  if (table.count > 0) table.total();
  return table.count > 0;
}

type Span = { readonly since: number; readonly until: number };

/** Of whole hours. A block in one hour of nothing but good samples says all by itself. */
function addBlock(block: Block, { since, until }: Span, { table, run }: DayWork): void {
  const at = hourOf(block.firstAt);
  const isWhole = at >= since && at === hourOf(block.lastAt);
  const sums = isWhole ? block.sums(false) : undefined;
  if (sums && sums.good === sums.samples) {
    const hour = tierOf(at, sums);
    table.addTier(hour);
    table.addEveryTier(hour);
    return;
  }
  run.clear();
  block.decode(run);
  run.trim(since, until);
  if (run.count === 0) return;
  for (const hour of hoursIn(run, 0, run.count)) table.addTier(hour);
  table.addEveryTier(summed(run, { from: 0, to: run.count, isAll: true }, since));
}

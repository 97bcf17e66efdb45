import { grown, type Run } from "../run/run.ts";
import type { DayTable } from "./day-table.ts";
import { copyRow, linkRow, SUM_ROW, sumRows } from "./sum-row.ts";
import { DAY_MS, dayOf, HOUR_MS } from "./tier.ts";

/*
 * The day that is not over yet: its hours, added up while their samples pass into chunks.
 */

type Rows = { readonly from: number; readonly to: number };

/** Of so many series hours are known: 4 KB each. The days of others are read from their chunks. */
const SERIES_MAX = 4_096;
/** There may be any number of samples: nobody has counted from the beginning of the day. */
const MANY = 2 ** 31;

/**
 * What the day that is not over yet comes to, of each series, from samples on their way into
 * chunks: so that they need not be read again when it is over. All of it can be forgotten at any
 * time, and is after a restart.
 */
export class OpenDays {
  /** The day of each series, and how many samples it has at most. */
  #day = new Float64Array(0);
  #samples = new Float64Array(0);
  readonly #known = new Map<number, OpenDay>();

  /** Rows of one day, all of them newer than what was stored of the series, up to `before`. */
  note(series: number, run: Run, rows: Rows, { before, samplesMin }: Noted): void {
    const day = dayOf(run.at[rows.from] ?? 0);
    this.#count(series, day, rows.to - rows.from, before);
    let known = this.#known.get(series);
    if (!known) {
      if (this.#known.size >= SERIES_MAX || !isDense(run, rows, samplesMin)) return;
      known = new OpenDay();
      this.#known.set(series, known);
    }
    if (known.at !== day) known.begin(day, before);
    known.add(run, rows);
  }

  /** These rows are not newer: what the hours they belong to come to is not known any more. */
  noteLate(series: number, { at }: Run, count: number): void {
    const known = this.#known.get(series);
    for (let row = 0; row < count; row += 1) known?.doubt(at[row] ?? 0);
    if (series < this.#samples.length) this.#samples[series] = (this.#samples[series] ?? 0) + count;
  }

  /** Whether it is known that this day has fewer samples than that. */
  hasFewer(series: number, day: number, samples: number): boolean {
    return this.#day[series] === day && (this.#samples[series] ?? MANY) < samples;
  }

  /** The hours of that day, where any of them are known. */
  of(series: number, day: number): OpenDay | undefined {
    const known = this.#known.get(series);
    return known?.at === day ? known : undefined;
  }

  forget(series: number): void {
    this.#known.delete(series);
    if (series < this.#day.length) this.#day[series] = Number.NaN;
  }

  clear(): void {
    this.#known.clear();
    this.#day.fill(Number.NaN);
  }

  #count(series: number, day: number, samples: number, before: number): void {
    if (series >= this.#day.length) {
      const size = Math.max(series + 1, this.#day.length * 2);
      this.#day = grown(new Float64Array(size).fill(Number.NaN), this.#day);
      this.#samples = grown(new Float64Array(size), this.#samples);
    }
    if (this.#day[series] !== day) {
      this.#day[series] = day;
      this.#samples[series] = before < day ? 0 : MANY;
    }
    this.#samples[series] = (this.#samples[series] ?? 0) + samples;
  }
}

type Noted = {
  readonly before: number;
  /** Days of fewer are not kept. */
  readonly samplesMin: number;
};

/** Whether a day of such rows has enough of them. */
function isDense({ at }: Run, { from, to }: Rows, samplesMin: number): boolean {
  const ms = (at[to - 1] ?? 0) - (at[from] ?? 0);
  return ms > 0 && ((to - from) * DAY_MS) / ms >= samplesMin;
}

const HOURS = DAY_MS / HOUR_MS;
const [NOTHING, KNOWN, UNKNOWN] = [0, 1, 2];

/** Each hour over its good samples, and behind it over all that count: rows of sum-row.ts. */
export class OpenDay {
  at = Number.NaN;
  readonly #state = new Uint8Array(HOURS);
  readonly #rows = new Float64Array(HOURS * 2 * SUM_ROW);

  /** What was stored before is not known. */
  begin(day: number, before: number): void {
    this.at = day;
    this.#state.fill(NOTHING);
    if (before >= day) this.#state.fill(UNKNOWN, 0, this.#hourOf(before) + 1);
  }

  add(run: Run, { from, to }: Rows): void {
    for (let start = from; start < to; ) {
      const hour = this.#hourOf(run.at[start] ?? 0);
      const end = Math.min(to, run.rowAt(this.#startOf(hour + 1)));
      if (this.#state[hour] !== UNKNOWN) this.#addHour(run, { from: start, to: end }, hour);
      start = end;
    }
  }

  doubt(at: number): void {
    if (dayOf(at) === this.at) this.#state[this.#hourOf(at)] = UNKNOWN;
  }

  /** Into the table, in order of time; stretches that are not known by what `read` puts there. */
  fill(table: DayTable, read: (from: number, to: number) => void): void {
    for (let hour = 0; hour < HOURS; hour += 1) {
      if (this.#state[hour] === KNOWN) {
        table.add(hour, this.#rows, placeOf(hour));
        table.addEvery(this.#rows, placeOf(hour) + SUM_ROW);
      }
      if (this.#state[hour] !== UNKNOWN) continue;
      const from = hour;
      while (this.#state[hour + 1] === UNKNOWN) hour += 1;
      read(this.#startOf(from), this.#startOf(hour + 1));
    }
  }

  #hourOf(at: number): number {
    return Math.floor((at - this.at) / HOUR_MS);
  }

  #startOf(hour: number): number {
    return this.at + hour * HOUR_MS;
  }

  #addHour(run: Run, { from, to }: Rows, hour: number): void {
    const put = this.#state[hour] === KNOWN ? linkRow : copyRow;
    this.#state[hour] = KNOWN;
    sumRows(next, run, from, to);
    put(this.#rows, placeOf(hour), next, 0);
    put(this.#rows, placeOf(hour) + SUM_ROW, next, SUM_ROW);
  }
}

/** What follows: made anew each time, it would be garbage. */
const next = new Float64Array(2 * SUM_ROW);

function placeOf(hour: number): number {
  return hour * 2 * SUM_ROW;
}

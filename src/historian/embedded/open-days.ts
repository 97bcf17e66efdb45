import { grown, type Run } from "./run.ts";
import { DAY_MS, dayOf, HOUR_MS, hourOf, link, summed, type Tier } from "./tier.ts";

/** Sums of a stretch of time: of its hours over good samples, and of all over all that count. */
export type Sums = { readonly hours: readonly Tier[]; readonly every: Tier };

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
const NUMBERS = 11;
const [NOTHING, KNOWN, UNKNOWN] = [0, 1, 2];

/** Each hour over its good samples, and over all that count, as numbers: there are many of them. */
export class OpenDay {
  at = Number.NaN;
  readonly #state = new Uint8Array(HOURS);
  readonly #numbers = new Float64Array(HOURS * 2 * NUMBERS);

  /** What was stored before is not known. */
  begin(day: number, before: number): void {
    this.at = day;
    this.#state.fill(NOTHING);
    if (before >= day) this.#state.fill(UNKNOWN, 0, this.#hourOf(before) + 1);
  }

  add(run: Run, { from, to }: Rows): void {
    for (let start = from; start < to; ) {
      const at = hourOf(run.at[start] ?? 0);
      const end = Math.min(to, run.rowAt(at + HOUR_MS));
      const hour = this.#hourOf(at);
      if (this.#state[hour] !== UNKNOWN) this.#addHour(run, { from: start, to: end }, hour);
      start = end;
    }
  }

  doubt(at: number): void {
    if (dayOf(at) === this.at) this.#state[this.#hourOf(at)] = UNKNOWN;
  }

  /** In order of time; of stretches that are not known, what `read` makes of them. */
  sums(read: (from: number, to: number) => Sums[]): Sums[] {
    const sums: Sums[] = [];
    for (let hour = 0; hour < HOURS; hour += 1) {
      if (this.#state[hour] === KNOWN) sums.push(this.#sumsOf(hour));
      if (this.#state[hour] !== UNKNOWN) continue;
      const from = hour;
      while (this.#state[hour + 1] === UNKNOWN) hour += 1;
      sums.push(...read(this.#startOf(from), this.#startOf(hour + 1)));
    }
    return sums;
  }

  #hourOf(at: number): number {
    return Math.floor((at - this.at) / HOUR_MS);
  }

  #startOf(hour: number): number {
    return this.at + hour * HOUR_MS;
  }

  #addHour(run: Run, { from, to }: Rows, hour: number): void {
    const at = this.#startOf(hour);
    const isBegun = this.#state[hour] === KNOWN;
    const good = summed(run, { from, to, isAll: false }, at);
    const isAllGood = good.good === good.countable;
    const every = isAllGood ? good : summed(run, { from, to, isAll: true }, at);
    this.#state[hour] = KNOWN;
    this.#write(hour * 2, isBegun ? link(this.#read(hour * 2, hour), good) : good);
    this.#write(hour * 2 + 1, isBegun ? link(this.#read(hour * 2 + 1, hour), every) : every);
  }

  #sumsOf(hour: number): Sums {
    return { hours: [this.#read(hour * 2, hour)], every: this.#read(hour * 2 + 1, hour) };
  }

  #write(place: number, of: Tier): void {
    const numbers = this.#numbers;
    const first = place * NUMBERS;
    numbers[first] = of.firstAt;
    numbers[first + 1] = of.lastAt;
    numbers[first + 2] = of.countable;
    numbers[first + 3] = of.good;
    numbers[first + 4] = of.min;
    numbers[first + 5] = of.max;
    numbers[first + 6] = of.sum;
    numbers[first + 7] = of.first;
    numbers[first + 8] = of.last;
    numbers[first + 9] = of.increase;
    numbers[first + 10] = of.area;
  }

  /** Field by field, as `write` has them. */
  #read(place: number, hour: number): Tier {
    const numbers = this.#numbers;
    const first = place * NUMBERS;
    return {
      at: this.#startOf(hour),
      firstAt: numbers[first] ?? 0,
      lastAt: numbers[first + 1] ?? 0,
      samples: numbers[first + 3] ?? 0,
      countable: numbers[first + 2] ?? 0,
      good: numbers[first + 3] ?? 0,
      min: numbers[first + 4] ?? 0,
      max: numbers[first + 5] ?? 0,
      sum: numbers[first + 6] ?? 0,
      first: numbers[first + 7] ?? 0,
      last: numbers[first + 8] ?? 0,
      increase: numbers[first + 9] ?? 0,
      area: numbers[first + 10] ?? 0,
    };
  }
}

/** Values in order of time, summed up. */
export class Tally {
  count = 0;
  min = Number.NaN;
  max = Number.NaN;
  sum = Number.NaN;
  first = Number.NaN;
  increase = Number.NaN;
  /** The value before the next: the last one, or the one before all of them; NaN for none. */
  before = Number.NaN;
  readonly #rollover: number | undefined;

  constructor(rollover?: number) {
    this.#rollover = rollover;
  }

  add(value: number): void {
    if (this.count === 0) this.#begin(value);
    this.count += 1;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    this.sum += value;
    if (value >= this.before) this.increase += value - this.before;
    else if (value < this.before) this.increase += growth(this.before, value, this.#rollover);
    this.before = value;
  }

  /** Many at once, which are behind those so far. */
  addAll({ good, min, max, sum, first, last, increase }: Many): void {
    if (this.count === 0) this.#begin(first);
    this.count += good;
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
    this.sum += sum;
    if (!Number.isNaN(this.before)) this.increase += growth(this.before, first, this.#rollover);
    this.increase += increase;
    this.before = last;
  }

  #begin(first: number): void {
    this.first = first;
    this.min = first;
    this.max = first;
    this.sum = 0;
    this.increase = 0;
  }
}

type Many = {
  readonly good: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly first: number;
  readonly last: number;
  readonly increase: number;
};

/**
 * How much a counter grew from one sample to the next: a smaller one has started from 0 again,
 * after its rollover where one is declared.
 */
export function growth(before: number, after: number, rollover?: number): number {
  if (after >= before) return after - before;
  return rollover === undefined ? after : rollover - before + after;
}

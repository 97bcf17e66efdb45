import { COUNTABLE, copyRow, GOOD, linkRow, putRow, SUM_ROW, tierOfRow } from "./sum-row.ts";
import { DAY_MS, dayOf, HOUR_MS, type Tier } from "./tier.ts";

/*
 * A day on its way into the database: rows of eleven numbers (sum-row.ts) for the day and each of
 * its hours, which days.ts and hours.ts write down.
 */

const HOURS = DAY_MS / HOUR_MS;

/** What a day comes to, and each of its hours, while it is put together: rows of sum-row.ts. */
export class DayTable {
  /** When it begins. */
  day = Number.NaN;
  count = 0;
  /** Which hour of the day each row is, ascending. */
  readonly hours = new Uint8Array(HOURS);
  /** Its hours over good samples. */
  readonly rows = new Float64Array(HOURS * SUM_ROW);
  /** The day over good samples, once `total` was called; and behind it over all that count. */
  readonly sums = new Float64Array(2 * SUM_ROW);
  #hasEvery = false;
  readonly #row = new Float64Array(SUM_ROW);

  begin(day: number): void {
    this.day = day;
    this.count = 0;
    this.#hasEvery = false;
  }

  /** What follows those so far; parts of one hour become one. */
  add(hour: number, rows: Float64Array, at: number): void {
    const last = this.count - 1;
    if (last >= 0 && this.hours[last] === hour) linkRow(this.rows, last * SUM_ROW, rows, at);
    else {
      this.hours[this.count] = hour;
      copyRow(this.rows, this.count * SUM_ROW, rows, at);
      this.count += 1;
    }
  }

  addTier(hour: Tier): void {
    putRow(this.#row, 0, hour);
    this.add((hour.at - this.day) / HOUR_MS, this.#row, 0);
  }

  /** Over all that count, what follows that so far. */
  addEvery(rows: Float64Array, at: number): void {
    if (this.#hasEvery) linkRow(this.sums, SUM_ROW, rows, at);
    else copyRow(this.sums, SUM_ROW, rows, at);
    this.#hasEvery = true;
  }

  addEveryTier(part: Tier): void {
    putRow(this.#row, 0, part);
    this.addEvery(this.#row, 0);
  }

  /** Of its hours, of which there is at least one. */
  total(): void {
    copyRow(this.sums, 0, this.rows, 0);
    for (let row = 1; row < this.count; row += 1) linkRow(this.sums, 0, this.rows, row * SUM_ROW);
  }

  /** Where all are good, the other half says nothing more. */
  sumsHeld(): Float64Array {
    const isAllGood = this.sums[GOOD] === this.sums[COUNTABLE];
    return isAllGood || !this.#hasEvery ? this.sums.subarray(0, SUM_ROW) : this.sums;
  }

  /** What the day comes to over its good samples, and over all that count. */
  tiers(): { readonly good: Tier; readonly every: Tier } {
    const held = this.sumsHeld();
    const good = tierOfRow(held, 0, this.day);
    return { good, every: held.length > SUM_ROW ? tierOfRow(held, SUM_ROW, this.day) : good };
  }
}

/** Of hours of one day, in order of time; there is at least one. */
export function tableOf(hours: readonly Tier[]): DayTable {
  const table = new DayTable();
  table.begin(dayOf(hours[0]?.at ?? 0));
  for (const hour of hours) table.addTier(hour);
  table.total();
  return table;
}

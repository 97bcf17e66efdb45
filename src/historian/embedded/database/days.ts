import type { Log } from "../../../lib/log.ts";
import type { Sqlite, SqlRow, Statement } from "../../../lib/sqlite.ts";
import type { SeriesRemains } from "../../historian.ts";
import { numberIn, oldSummary } from "../chunk/old-chunk.ts";
import { type DayTable, tableOf } from "../day/day-table.ts";
import { decodeHours, encodeHours } from "../day/hours.ts";
import { OpenDays } from "../day/open-days.ts";
import { COUNTABLE, GOOD, putRow, SUM_ROW } from "../day/sum-row.ts";
import {
  DAY_MS,
  dayFrom,
  dayOf,
  HOUR_MS,
  link,
  linkedByHour,
  type Tier,
  tierOf,
} from "../day/tier.ts";

/*
 * The table `day`: one row a series and day of UTC. `sums`: what the day comes to. `hours`: each of
 * its hours (hours.ts), NULL where they were let go, and only the day is left. All of that is
 * over good samples. `sums` are doubles, lowest byte first, in one column because each costs more
 * on its way out of SQLite than to find the row:
 *
 *  offset  bytes
 *       0  2 x 8  first_at, last_at: of the first and the last good sample
 *      16  2 x 8  countable, good: how many there are
 *      32  5 x 8  min, max, sum, first, last
 *      72      8  increase, see `growth` in tally.ts
 *      80      8  area, see rollup.ts
 *      88     88  where more can be counted than the good ones, and raw samples are there: the same
 *                 eleven over all that can be
 *
 * Of these, `countable` and `good` over the good samples are in columns as well, for whoever looks
 * for days that have any. Before version 8 all of them were in columns, where NULL stands for NaN,
 * and the second part, but for `good`, in `every`; such rows are read as they are. A row whose
 * sums are damaged says what its hours come to.
 *
 * The table `horizon` says up to when raw samples of a series were let go. Days that begin behind
 * it were made from raw samples that are there, and can be made again; without them a read takes
 * longer and says the same. Those before are all that is left. The day in which it lies has a row
 * of what was let go of it, and the rest in chunks.
 */
const OLD_COLUMNS =
  "first_at, last_at, countable, good, min, max, sum, first, last, increase, area";
const DOUBLES = 11;
/** Of one part, and of both. */
const SUMS_BYTES = [DOUBLES * 8, 2 * DOUBLES * 8];
const EVERY_BYTES = (DOUBLES - 1) * 8;
const NEVER = Number.NEGATIVE_INFINITY;

/** Days and their hours: beside raw samples, and in their place when those are gone. */
export class Days {
  readonly open = new OpenDays();
  /** No sample behind it is too old, whatever its series. */
  newestHorizon = NEVER;
  readonly #horizons = new Map<number, number>();
  readonly #expired = new Map<number, number>();
  readonly #get: Statement;
  readonly #hours: Statement;
  readonly #old: Statement;
  readonly #put: Statement;
  readonly #within: Statement;
  readonly #before: Statement;
  readonly #remove: Statement;
  readonly #thin: Statement;
  readonly #keepHorizon: Statement;
  readonly #dropHorizon: Statement;
  readonly #horizonRows: Statement;
  readonly #series: Statement;

  readonly #log: Log;
  /** Told once: each question that comes there meets it. */
  readonly #damaged = new Set<string>();

  constructor(database: Sqlite, log: Log) {
    this.#log = log;
    this.#get = database.prepare("SELECT at, sums FROM day WHERE series = ? AND at = ?");
    this.#hours = database.prepare("SELECT hours FROM day WHERE series = ? AND at = ?");
    this.#old = database.prepare(
      `SELECT ${OLD_COLUMNS}, every FROM day WHERE series = ? AND at = ?`,
    );
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO day(series, at, countable, good, sums, hours)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#within = database.prepare(
      "SELECT at, sums FROM day WHERE series = ? AND at > ? AND at < ? ORDER BY at",
    );
    this.#before = database.prepare(
      `SELECT at, sums FROM day WHERE series = ? AND at < ? AND good > 0
       ORDER BY at DESC LIMIT 2`,
    );
    this.#remove = database.prepare("DELETE FROM day WHERE series = ? AND at >= ? AND at < ?");
    this.#thin = database.prepare(
      "UPDATE day SET hours = NULL WHERE series = ? AND at < ? AND hours IS NOT NULL",
    );
    this.#keepHorizon = database.prepare("INSERT OR REPLACE INTO horizon VALUES (?, ?)");
    this.#dropHorizon = database.prepare("DELETE FROM horizon WHERE series = ?");
    this.#series = database.prepare("SELECT DISTINCT series FROM day ORDER BY series");
    this.#horizonRows = database.prepare("SELECT series, at FROM horizon");
    this.recall();
  }

  /** What was said in a transaction that failed does not hold. */
  recall(): void {
    this.refresh();
    this.#expired.clear();
    this.open.clear();
  }

  /** Another connection may have let go of samples. */
  refresh(): void {
    this.#horizons.clear();
    for (const [series, at] of this.#horizonRows.all()) {
      if (typeof at === "number") this.#horizons.set(Number(series), at);
    }
    this.newestHorizon = Math.max(NEVER, ...this.#horizons.values());
  }

  /** Raw samples of the series were let go up to this time, which is included. */
  horizonOf(series: number): number {
    return this.#horizons.get(series) ?? NEVER;
  }

  /** Series of which raw samples were let go. */
  retired(): Iterable<number> {
    return this.#horizons.keys();
  }

  /** What is left of its raw samples that were let go, where any of them could be counted. */
  remains(series: number): SeriesRemains {
    const until = this.horizonOf(series);
    const [hours, days]: [Tier[], Tier[]] = [[], []];
    for (const day of this.within(series, NEVER, until)) {
      const own = this.hoursOf(series, day.at);
      if (own) hours.push(...own.filter(({ countable }) => countable > 0));
      else if (day.countable > 0) days.push(day);
    }
    return { until, hours, days };
  }

  /** Every series that has a day: looks at all of them. */
  series(): number[] {
    return this.#series.all().map(([series]) => Number(series));
  }

  /**
   * Days that touch `[from, to)`, in order of time, over their good samples; or those of which it
   * is known what they come to over all that can be counted.
   */
  within(series: number, from: number, to: number, isAll = false): Tier[] {
    const days: Tier[] = [];
    for (const row of this.#within.all(series, from - DAY_MS, to)) {
      const day = this.#dayOf(series, row, isAll);
      if (day && (!isAll || day.good === day.countable)) days.push(day);
    }
    return days;
  }

  /** Undefined where they were let go, or are damaged. */
  hoursOf(series: number, day: number): Tier[] | undefined {
    const hours = this.#hours.get(series, day)?.[0];
    return hours instanceof Uint8Array ? decodeHours(day, hours) : undefined;
  }

  isDamaged(series: number, day: number): boolean {
    const hours = this.#hours.get(series, day)?.[0] ?? null;
    return hours !== null && this.hoursOf(series, day) === undefined;
  }

  /**
   * The last good value of days and hours that end before this, where raw samples were let go; NaN
   * where there is none.
   */
  valueBefore(series: number, at: number): number {
    if (this.horizonOf(series) === NEVER) return Number.NaN;
    for (const row of this.#before.all(series, at)) {
      const day = this.#dayOf(series, row, false);
      if (!day) return Number.NaN;
      if (day.at + DAY_MS <= at) return day.last;
      const hours = this.hoursOf(series, day.at) ?? [];
      const hour = hours.findLast((one) => one.good > 0 && one.at + HOUR_MS <= at);
      if (hour) return hour.last;
    }
    return Number.NaN;
  }

  /** A day that was made from its raw samples. */
  put(series: number, table: DayTable): void {
    const sums = table.sumsHeld();
    this.#write(series, table.day, { sums, hours: encodeHours(table) });
  }

  /** These samples are let go: what they come to is kept, put to what was let go before them. */
  retire(series: number, hours: readonly Tier[], until: number): void {
    for (let start = 0; start < hours.length; ) {
      const day = dayOf(hours[start]?.at ?? 0);
      const end = hours.findIndex((hour) => hour.at >= day + DAY_MS);
      const own = hours.slice(start, end < 0 ? hours.length : end);
      this.#add(series, day, own);
      start += own.length;
    }
    this.#horizons.set(series, until);
    this.newestHorizon = Math.max(this.newestHorizon, until);
    this.#keepHorizon.run(series, until);
  }

  /** What is deleted may not live on in a sum: hours, or days without hours, of `[from, to)`. */
  remove(series: number, from: number, to: number): void {
    this.open.forget(series);
    const horizon = this.horizonOf(series);
    const isWithin = (tier: Tier) => tier.lastAt >= from && tier.firstAt < to;
    for (const day of this.within(series, from, to)) {
      if (day.at > horizon) this.forget(series, day.at);
      else this.#cut(series, day, isWithin);
    }
    const isGone = this.within(series, NEVER, horizon + 1).length === 0;
    if (isGone && this.#horizons.delete(series)) this.#dropHorizon.run(series);
  }

  /** Of a day whose raw samples were let go. */
  #cut(series: number, day: Tier, isOut: (tier: Tier) => boolean): void {
    const hours = this.hoursOf(series, day.at) ?? [];
    const left = hours.filter((hour) => !isOut(hour));
    if (left.length > 0) this.put(series, tableOf(left));
    else if (isOut(day)) this.forget(series, day.at);
  }

  /** The day is no longer what its raw samples are. */
  forget(series: number, day: number): void {
    this.#remove.run(series, day, day + 1);
  }

  /** The same of all days from this one on. */
  forgetFrom(series: number, day: number): void {
    this.#remove.run(series, Math.max(day, this.horizonOf(series) + 1), Number.MAX_VALUE);
  }

  /**
   * Lets go of hours, and of whole days, before these times, of what is left of raw samples. A day
   * stays as long as its hours.
   */
  expire(series: number, hoursBefore: number, daysBefore: number): void {
    const horizon = this.horizonOf(series);
    const hoursEnd = dayOf(Math.min(hoursBefore, horizon));
    if (hoursEnd <= (this.#expired.get(series) ?? NEVER)) return;
    this.#thin.run(series, hoursEnd);
    this.#remove.run(series, NEVER, dayOf(Math.min(hoursEnd, daysBefore)));
    this.#expired.set(series, hoursEnd);
  }

  #add(series: number, day: number, more: readonly Tier[]): void {
    const isLeft = day <= this.horizonOf(series);
    const row = isLeft ? this.#get.get(series, day) : undefined;
    if (!row) {
      this.put(series, tableOf(more));
      return;
    }
    const hours = this.hoursOf(series, day);
    if (hours) this.put(series, tableOf(linkedByHour([...hours, ...more])));
    else {
      const sums = new Float64Array(SUM_ROW);
      const known = this.#dayOf(series, row, false);
      putRow(sums, 0, known ? link(known, dayFrom(more)) : dayFrom(more));
      this.#write(series, day, { sums, hours: null });
    }
  }

  #write(series: number, day: number, { sums, hours }: Held): void {
    const [countable, good] = [sums[COUNTABLE] ?? 0, sums[GOOD] ?? 0];
    const bytes = new Uint8Array(sums.buffer, 0, sums.byteLength);
    this.#put.run(series, day, countable, good, bytes, hours);
  }

  /**
   * Over its good samples, where nothing else is known. One that is damaged is what its hours come
   * to, undefined where they are not there.
   */
  #dayOf(series: number, [at, sums]: SqlRow, isAll: boolean): Tier | undefined {
    const start = Number(at);
    if (sums instanceof Uint8Array && SUMS_BYTES.includes(sums.length)) {
      return readSums(start, sums, isAll);
    }
    const row = sums === null ? this.#old.get(series, start) : undefined;
    if (row && typeof row[0] === "number") return oldDay(start, row, isAll);
    this.#tellDamaged(series, start);
    const hours = this.hoursOf(series, start);
    return hours && dayFrom(hours);
  }

  #tellDamaged(series: number, day: number): void {
    const name = `${series} ${day}`;
    if (this.#damaged.has(name)) return;
    this.#damaged.add(name);
    this.#log.error("the sums of a day are damaged", { series, day });
  }
}

/** As they lie in its row. */
type Held = { readonly sums: Float64Array; readonly hours: Uint8Array | null };

/** Number by number: a long span has very many of them. */
function readSums(at: number, bytes: Uint8Array, isAll: boolean): Tier {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = isAll && bytes.length > DOUBLES * 8 ? DOUBLES * 8 : 0;
  const good = view.getFloat64(start + 24, true);
  return {
    at,
    firstAt: view.getFloat64(start, true),
    lastAt: view.getFloat64(start + 8, true),
    samples: good,
    countable: view.getFloat64(start + 16, true),
    good,
    min: view.getFloat64(start + 32, true),
    max: view.getFloat64(start + 40, true),
    sum: view.getFloat64(start + 48, true),
    first: view.getFloat64(start + 56, true),
    last: view.getFloat64(start + 64, true),
    increase: view.getFloat64(start + 72, true),
    area: view.getFloat64(start + 80, true),
  };
}

/** Of versions before 8. */
function oldDay(at: number, row: SqlRow, isAll: boolean): Tier {
  const every = row[DOUBLES];
  const isKnown = isAll && every instanceof Uint8Array && every.length === EVERY_BYTES;
  return isKnown ? readEvery(at, every) : readOld(at, row);
}

function readEvery(at: number, bytes: Uint8Array): Tier {
  const [firstAt, lastAt, countable, ...values] = new Float64Array(bytes.slice().buffer);
  return readOld(
    at,
    [firstAt, lastAt, countable, countable, ...values].map((one) => one ?? null),
  );
}

function readOld(at: number, [firstAt, lastAt, ...sums]: SqlRow): Tier {
  const ends = { firstAt: numberIn(firstAt), lastAt: numberIn(lastAt), samples: Number(sums[1]) };
  return tierOf(at, oldSummary(sums, ends));
}

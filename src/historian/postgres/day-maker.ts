import type { Log } from "../../lib/log.ts";
import { together } from "../rollup.ts";
import { COUNTED_MIN, type DueDays, hasHours, readDue, settleDue } from "./beside.ts";
import type { Database } from "./database.ts";
import { readHoursOfDay } from "./hours.ts";
import { isBeyond, type SeriesSummary } from "./summaries.ts";
import { writeTiers } from "./tier-rows.ts";

/*
 * Makes days and hours beside samples, when there is time for it.
 */

type MakerParts = {
  readonly database: Database;
  /** Whether something is being stored, which goes first. */
  readonly isBusy: () => boolean;
  readonly log: Log;
};

/** Series of a day in one go: few enough to be soon done, as much as a batch that is drained. */
const SERIES_AT_ONCE = 64;
/** Where others are always at work, it goes on at one of so many opportunities. */
const PATIENCE = 8;

/**
 * Makes the days that are due, the newest first, while nothing else is to be done; where samples
 * never stop coming, a few behind every eighth batch. It reads beside those who write, and what
 * they change meanwhile stays due.
 */
export class DayMaker {
  readonly #parts: MakerParts;
  #atOnce = SERIES_AT_ONCE;
  #hasDue = true;
  #running: Promise<void> | undefined;
  #isClosed = false;
  #passedOver = 0;

  constructor(parts: MakerParts) {
    this.#parts = parts;
  }

  /** There may be more that is due. */
  note(): void {
    this.#hasDue = true;
  }

  /** Goes on, if there is anything to do. */
  wake(): void {
    if (!this.#hasDue || this.#running || this.#isClosed) return;
    this.#passedOver = this.#parts.isBusy() ? this.#passedOver + 1 : PATIENCE;
    if (this.#passedOver >= PATIENCE) this.#start();
  }

  /** Settles when nothing is due that could be made now. */
  async settled(): Promise<void> {
    while ((this.#hasDue || this.#running) && !this.#isClosed) {
      if (!this.#running) this.#start();
      await this.#running;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  #start(): void {
    this.#passedOver = 0;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    try {
      do await this.#makeSome();
      while (this.#hasDue && !this.#isClosed && !this.#parts.isBusy());
    } catch (reason) {
      this.#hasDue = false; // Until there is more, or a restart: reads are right without.
      this.#parts.log.info("what days come to is made later", { reason: String(reason) });
    }
  }

  async #makeSome(): Promise<void> {
    this.#hasDue = false;
    const { database } = this.#parts;
    const due = await database.read((session) => readDue(session, this.#atOnce));
    if (!due) return;
    this.#hasDue = true;
    const hours = await this.#hoursOf(due);
    if (!hours) return;
    await database.write(async (session) => {
      const settled = await settleDue(session, due);
      const own = hours.filter(({ series }) => settled.has(series));
      const days = daysFrom(own).filter(({ countable }) => countable >= COUNTED_MIN);
      const withHours = new Set(days.filter(hasHours).map(({ series }) => series));
      await writeTiers(session, "daily", days);
      const kept = own.filter(({ series }) => withHours.has(series));
      await writeTiers(session, "hourly", kept);
    });
    this.#atOnce = SERIES_AT_ONCE;
  }

  /** Of sums that are too large each is tried by itself; the day of that one has none. */
  async #hoursOf({ day, series }: DueDays): Promise<SeriesSummary[] | undefined> {
    try {
      const asked = series.map((one) => one.series);
      return await this.#parts.database.read((session) => readHoursOfDay(session, day, asked));
    } catch (reason) {
      if (!isBeyond(reason)) throw reason;
      if (series.length === 1) return [];
      this.#atOnce = 1;
      return undefined;
    }
  }
}

/** Of hours in order of time. */
function daysFrom(hours: readonly SeriesSummary[]): SeriesSummary[] {
  const days = new Map<number, SeriesSummary>();
  for (const hour of hours) {
    const before = days.get(hour.series);
    const day = before ? { ...together(before, hour), series: hour.series } : hour;
    days.set(hour.series, day);
  }
  return [...days.values()];
}

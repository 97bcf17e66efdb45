import { LIMIT } from "../../domain/limit.ts";
import type { Samples } from "../../domain/samples.ts";
import type { Database, Session } from "./database.ts";
import type { Layout } from "./schema.ts";
import { timeLiteral, within } from "./time.ts";

/*
 * The partitions of the table of samples: one a day.
 */

export const DAY_MS = 86_400_000;
/** Made before they are needed, so that midnight is like any other time. */
const DAYS_AHEAD = 3;
/** In one transaction: each takes a few locks, and a server has only so many. */
const DAYS_AT_ONCE = 32;

/**
 * The days that samples lie in, a partition each: `fieldline.sample_20260131`. They are made ahead,
 * and for late data when it comes. Days from before 1970, and those of broken clocks beyond what is
 * sensible, share `fieldline.sample_other`. TimescaleDB cuts days itself.
 */
export class Days {
  readonly #database: Database;
  readonly #layout: Layout;
  /** Those with a partition, and those that lie elsewhere for good. */
  readonly #own = new Set<number>();
  readonly #other = new Set<number>();

  constructor(database: Database, layout: Layout) {
    this.#database = database;
    this.#layout = layout;
  }

  /** Whether what samples need is there when they are written, which does not make it then. */
  get areMadeBefore(): boolean {
    return this.#layout === "partitions";
  }

  /** Learns which are there. */
  async load(session: Session): Promise<void> {
    for (const day of await this.#partitions(session)) this.#own.add(day);
    for (const day of await this.#strays(session)) this.#other.add(day);
  }

  /** Makes what these samples need, before anything that is written from now on. */
  makeFor({ count, at }: Samples): Promise<void> {
    const days = new Set<number>();
    let last = Number.NaN;
    for (let row = 0; row < count; row += 1) {
      const day = dayOf(at[row] ?? 0);
      if (day !== last) days.add(day);
      last = day;
    }
    return this.#make([...days]);
  }

  makeAhead(now: number): Promise<void> {
    const today = dayOf(now);
    return this.#make(Array.from({ length: DAYS_AHEAD }, (_, index) => today + index * DAY_MS));
  }

  /** All that have samples, oldest first, and maybe some that have none. */
  async all(session: Session): Promise<number[]> {
    const days = [...(await this.#partitions(session)), ...(await this.#strays(session))];
    return [...new Set(days)].toSorted((one, other) => one - other);
  }

  /** Lets go of all samples of a day at once. */
  async drop(session: Session, day: number): Promise<void> {
    if (this.#layout === "timescale") {
      const [from, to] = [timeLiteral(day), timeLiteral(day + DAY_MS)];
      await session.run(
        `SELECT drop_chunks('fieldline.sample', older_than => ${to}::timestamptz,
           newer_than => ${from}::timestamptz)`,
      );
    } else if (this.#own.has(day)) {
      await session.run(
        `ALTER TABLE fieldline.sample DETACH PARTITION ${tableOf(day)};
         DROP TABLE ${tableOf(day)}`,
      );
    } else {
      await session.run(`DELETE FROM fieldline.sample WHERE ${within("at", day, day + DAY_MS)}`);
    }
  }

  /** It was dropped: what comes late makes it again. */
  forget(day: number): void {
    this.#own.delete(day);
    this.#other.delete(day);
  }

  #make(days: readonly number[]): Promise<void> {
    const missing = days.filter((day) => this.#isMissing(day));
    const made: Promise<void>[] = [];
    for (let from = 0; from < missing.length; from += DAYS_AT_ONCE) {
      const some = missing.slice(from, from + DAYS_AT_ONCE);
      made.push(
        this.#database.write(async (session) => {
          for (const day of some) await makePartition(session, day);
        }),
      );
      for (const day of some) this.#own.add(day);
    }
    return Promise.all(made).then(() => undefined);
  }

  #isMissing(day: number): boolean {
    if (this.#layout === "timescale" || this.#own.has(day) || this.#other.has(day)) return false;
    if (day >= 0 && this.#own.size < LIMIT.databaseDays) return true;
    this.#other.add(day);
    return false;
  }

  async #partitions(session: Session): Promise<number[]> {
    const rows = await session.rows(
      this.#layout === "timescale"
        ? `SELECT to_char(range_start AT TIME ZONE 'UTC', 'YYYYMMDD')
           FROM timescaledb_information.chunks
           WHERE hypertable_schema = 'fieldline' AND hypertable_name = 'sample'`
        : `SELECT substr(relname, 8) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
           WHERE inhparent = 'fieldline.sample'::regclass AND relname <> 'sample_other'`,
    );
    return rows.map(([name]) => dayOfName(String(name)));
  }

  async #strays(session: Session): Promise<number[]> {
    if (this.#layout === "timescale") return [];
    const rows = await session.rows(
      "SELECT DISTINCT floor(extract(epoch FROM at) / 86400) FROM fieldline.sample_other",
    );
    return rows.map(([day]) => Number(day) * DAY_MS);
  }
}

/** Made apart and then attached, so that readers of other days do not wait. */
async function makePartition(session: Session, day: number): Promise<void> {
  await session.run(
    `CREATE TABLE ${tableOf(day)} (LIKE fieldline.sample INCLUDING ALL);
     ALTER TABLE fieldline.sample ATTACH PARTITION ${tableOf(day)}
       FOR VALUES FROM (${timeLiteral(day)}) TO (${timeLiteral(day + DAY_MS)})`,
  );
}

function dayOf(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS;
}

function tableOf(day: number): string {
  const name = new Date(day).toISOString().slice(0, 10).replaceAll("-", "");
  return `fieldline.sample_${name}`;
}

function dayOfName(name: string): number {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
  return Date.parse(`${year}-${month}-${day}T00:00:00Z`);
}

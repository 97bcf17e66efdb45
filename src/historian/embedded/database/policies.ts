import type { Sqlite, Statement } from "../../../lib/sqlite.ts";
import type { Retention } from "../../historian.ts";

/*
 * The table `policy`: series, raw_ms, hourly_ms, daily_ms. NULL stands for: for good.
 */
const COLUMNS = "series, raw_ms, hourly_ms, daily_ms";

/** How long series are kept that do not follow the house. */
export class Policies {
  readonly #put: Statement;
  readonly #remove: Statement;
  readonly #rows: Statement;
  readonly #own = new Map<number, Retention>();

  constructor(database: Sqlite) {
    this.#put = database.prepare(`INSERT OR REPLACE INTO policy(${COLUMNS}) VALUES (?, ?, ?, ?)`);
    this.#remove = database.prepare("DELETE FROM policy WHERE series = ?");
    this.#rows = database.prepare(`SELECT ${COLUMNS} FROM policy`);
    this.recall();
  }

  /** What was said in a transaction that failed does not hold. What is damaged lets nothing go. */
  recall(): void {
    this.#own.clear();
    for (const row of this.#rows.all()) {
      const [series, ...kept] = row.map((value) => (typeof value === "number" ? value : null));
      const [rawMs = null, hourlyMs = null, dailyMs = null] = kept;
      this.#own.set(Number(series), { rawMs, hourlyMs, dailyMs });
    }
  }

  get isEmpty(): boolean {
    return this.#own.size === 0;
  }

  get all(): ReadonlyMap<number, Retention> {
    return this.#own;
  }

  of(series: number): Retention | undefined {
    return this.#own.get(series);
  }

  set(series: number, own: Retention | null): void {
    if (own === null) {
      this.#remove.run(series);
      this.#own.delete(series);
    } else {
      this.#put.run(series, own.rawMs, own.hourlyMs, own.dailyMs);
      this.#own.set(series, own);
    }
  }
}

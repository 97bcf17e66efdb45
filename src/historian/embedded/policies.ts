import type { Sqlite, Statement } from "../../lib/sqlite.ts";
import type { Retention } from "../historian.ts";

/** NULL stands for: for good. */
export const POLICY_SCHEMA = `
  CREATE TABLE policy(series INTEGER PRIMARY KEY, raw_ms REAL, hourly_ms REAL);`;

/** How long series are kept that do not follow the house. */
export class Policies {
  readonly #put: Statement;
  readonly #remove: Statement;
  readonly #own = new Map<number, Retention>();

  constructor(database: Sqlite) {
    this.#put = database.prepare("INSERT OR REPLACE INTO policy VALUES (?, ?, ?)");
    this.#remove = database.prepare("DELETE FROM policy WHERE series = ?");
    for (const row of database.prepare("SELECT series, raw_ms, hourly_ms FROM policy").all()) {
      const [series, rawMs, hourlyMs] = row.map((value) => (value === null ? null : Number(value)));
      this.#own.set(Number(series), { rawMs: rawMs ?? null, hourlyMs: hourlyMs ?? null });
    }
  }

  of(series: number): Retention | undefined {
    return this.#own.get(series);
  }

  set(series: number, own: Retention | null): void {
    if (own === null) {
      this.#remove.run(series);
      this.#own.delete(series);
    } else {
      this.#put.run(series, own.rawMs, own.hourlyMs);
      this.#own.set(series, own);
    }
  }
}

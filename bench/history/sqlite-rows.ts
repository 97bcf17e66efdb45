import { join } from "node:path";
import { KIND, type Samples } from "../../src/domain/samples.ts";
import { openSqlite } from "../../src/lib/sqlite.ts";
import type { Contestant } from "./contestant.ts";
import { bytesIn } from "./ours.ts";
import { DAY_MS, SERIES } from "./workload.ts";

/** The obvious design: one row of SQLite for each sample, in this process, synced for each commit. */
export async function sqliteRows(folder: string): Promise<Contestant> {
  const database = openSqlite(join(folder, "rows.db"));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE sample(series INTEGER, at INTEGER, value, quality INTEGER,
      PRIMARY KEY(series, at)) WITHOUT ROWID`);
  const put = database.prepare("INSERT OR REPLACE INTO sample VALUES (?, ?, ?, ?)");
  const range = database.prepare(
    "SELECT at, value, quality FROM sample WHERE series = ? AND at >= ? AND at < ?",
  );
  const buckets = database.prepare(
    `SELECT sum(n) FROM (SELECT count(*) AS n, min(value), max(value), sum(value)
     FROM sample WHERE series = ?1 AND at >= ?2 AND at < ?3
     GROUP BY cast((at - ?2) / ?4 AS INTEGER))`,
  );
  const increase = database.prepare(
    `SELECT sum(CASE WHEN value >= before THEN value - before ELSE value END) FROM
     (SELECT at, value, lag(value) OVER (ORDER BY at) AS before FROM sample
      WHERE series = ?1 AND at >= ?2 AND at < ?3)
     WHERE before IS NOT NULL GROUP BY (at - ?2) / ${DAY_MS}`,
  );
  const latest = database.prepare("SELECT max(at), value FROM sample WHERE series = ?");
  return {
    pids: () => [],
    async append(samples) {
      const { count, series, at, quality } = samples;
      database.transaction(() => {
        for (let row = 0; row < count; row += 1) {
          put.run(series[row] ?? 0, at[row] ?? 0, valueAt(samples, row), quality[row] ?? 0);
        }
      });
    },
    settle: async () => database.exec("PRAGMA wal_checkpoint(TRUNCATE)"),
    bytesOnDisk: () => bytesIn(folder),
    async buckets(series, { from, to }, count) {
      return Number(buckets.get(series, from, to, (to - from) / count)?.[0]);
    },
    async dailyIncrease(counters, { from, to }) {
      const days = [...counters].flatMap((series) => increase.all(series, from, to));
      return days.reduce((sum, [more]) => sum + Number(more), 0);
    },
    raw: async (series, { from, to }) => range.all(series, from, to).length,
    async latest() {
      for (let series = 0; series < SERIES; series += 1) latest.get(series);
      return SERIES;
    },
    close: async () => database.close(),
  };
}

function valueAt({ kind, value, texts }: Samples, row: number): number | string {
  const held = value[row] ?? 0;
  return kind[row] === KIND.text ? (texts[held] ?? "") : held;
}

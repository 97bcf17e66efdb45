import { isMalformed, type Sqlite, type SqlRow } from "../../../lib/sqlite.ts";

/*
 * The tables `total` and `again`: name, value. Each total is written twice, to two pages: where the
 * disk loses the one with the sequence, samples that were deleted would come back out of the log.
 * `again` has a third column, which is NULL: so its rows are known where nothing says whose they
 * are.
 */

/** What is remembered of the whole; changed and kept by `Chunks.together`. */
export type Totals = {
  /** Samples in chunks. */
  samples: number;
  /** The last record of the log whose samples are all in chunks. */
  sequence: number;
  newestAt: number;
  /** How often samples were taken out: what another connection remembers of chunks is over then. */
  cuts: number;
  /** The last record that the log had when the folder was closed last. */
  logged: number;
  /** Which folder this is, so that its log is known (folder-id.ts); 0: nobody has said yet. */
  folder: number;
};

/**
 * One that is damaged is what was written again; where that is, too, it is gone (damaged-rows.ts).
 * Throws where neither of the tables can be read.
 */
export function readTotals(database: Sqlite): Totals {
  const totals: Totals = {
    samples: 0,
    sequence: 0,
    newestAt: Number.NEGATIVE_INFINITY,
    cuts: 0,
    logged: 0,
    folder: 0,
  };
  for (const [name, value] of rowsOf(database)) {
    if (typeof value === "number") Object.assign(totals, { [String(name)]: value });
  }
  return totals;
}

/** Those of `total` come last, and count. */
function rowsOf(database: Sqlite): SqlRow[] {
  const read = (table: string) => database.prepare(`SELECT name, value FROM ${table}`).all();
  const again = readOrLost(() => read("again"));
  if (!again) return read("total");
  return [...again, ...(readOrLost(() => read("total")) ?? [])];
}

/** Undefined where a page of it is not what was written. */
function readOrLost(read: () => SqlRow[]): SqlRow[] | undefined {
  try {
    return read();
  } catch (reason) {
    if (!isMalformed(reason)) throw reason;
    return undefined;
  }
}

/** Writes one of them, in both places. */
export function keepTotal(database: Sqlite): (name: string, value: number) => void {
  const tables = ["total", "again"].map((table) =>
    database.prepare(`INSERT OR REPLACE INTO ${table}(name, value) VALUES (?, ?)`),
  );
  return (name, value) => {
    for (const table of tables) table.run(name, value);
  };
}

/** What differs, by its name: each of them is a row. */
export function changesOf(before: Totals, after: Totals): [string, number][] {
  const known = new Map(Object.entries(before));
  return Object.entries(after).filter(([name, value]) => known.get(name) !== value);
}

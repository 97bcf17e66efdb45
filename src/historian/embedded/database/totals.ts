import type { Sqlite } from "../../../lib/sqlite.ts";

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

/** One that is damaged is as good as gone (damaged-rows.ts). */
export function readTotals(database: Sqlite): Totals {
  const totals: Totals = {
    samples: 0,
    sequence: 0,
    newestAt: Number.NEGATIVE_INFINITY,
    cuts: 0,
    logged: 0,
    folder: 0,
  };
  for (const [name, value] of database.prepare("SELECT name, value FROM total").all()) {
    if (typeof value === "number") Object.assign(totals, { [String(name)]: value });
  }
  return totals;
}

/** What differs, by its name: each of them is a row. */
export function changesOf(before: Totals, after: Totals): [string, number][] {
  const known = new Map(Object.entries(before));
  return Object.entries(after).filter(([name, value]) => known.get(name) !== value);
}

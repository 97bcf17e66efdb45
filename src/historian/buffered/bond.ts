import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Branch } from "../drained.ts";
import type { Deletions } from "./deletions.ts";

/** What a data folder knows of its database, kept in a file of its own. */
export type Bond = {
  readonly database: string;
  /** The name under which its log is drained. */
  readonly source: string;
  /** From this time on everything is in the folder too; null: from the first sample on. */
  readonly wholeFrom: number | null;
  /** Where it was drained last; absent where it was never told. */
  readonly branch?: Branch;
  /**
   * The last record of the log when it was opened first since the database was met last. What the
   * database has beyond it came from another life of the folder, from before it was restored.
   */
  readonly end?: number;
  readonly deletions?: Deletions;
  /** For how many milliseconds samples stay in the folder. */
  readonly nearMs: number;
};

/** Undefined where there is none yet. */
export function readBond(file: string): Bond | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Bond;
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw reason;
  }
}

/** The old or the new one is there after a power cut, whole. */
export function writeBond(file: string, bond: Bond): void {
  const handle = openSync(`${file}.new`, "w", 0o600);
  writeSync(handle, `${JSON.stringify(bond)}\n`);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(`${file}.new`, file);
  const folder = openSync(dirname(file), "r");
  fsyncSync(folder);
  closeSync(folder);
}

export function wholeSince({ wholeFrom }: Bond): number {
  return wholeFrom ?? Number.NEGATIVE_INFINITY;
}

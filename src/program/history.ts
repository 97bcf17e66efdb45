import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Problem, problem } from "../domain/problem.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import type { Damaged, Dropped, Historian, Mended, Missing } from "../historian/historian.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { failure, type Outcome } from "../lib/outcome.ts";
import type { Config } from "./config.ts";

type Parts = {
  readonly clock: Clock;
  /** Why nothing may be stored now. */
  readonly refusal: () => Problem | undefined;
  /** Samples that whoever drains the history will not get. */
  readonly onDropped: (dropped: Dropped) => void;
  /** What could not be read is aside now: the rest can be. */
  readonly onDamaged: (damaged: Damaged) => void;
  /** What was stored is there no more. */
  readonly onMissing: (missing: Missing) => void;
  /** Pages of its database are not what was written, each time that they are met. */
  readonly onMalformed: (reason: string, whyNotMended?: string) => void;
  /** What else it held is in a new one: whether that is in the journal for good. */
  readonly onMended: (mended: Mended) => Promise<boolean>;
  /** The disk failed the history, or undefined: it is over. */
  readonly onTrouble: (trouble: string | undefined) => void;
  readonly log: Log;
};

/** Where in the data folder the history is. */
export const HISTORY = "history";
/** What the folder knows of the database that its history is in. */
export const BOND = "database.json";

/** Of a folder or a backup of one: what is not in it, and who has that. */
export const BESIDE_DATABASE =
  "its history is in a database: here are only the last two days of it, and what is not there " +
  "yet; back the database up with its own tools first, and the folder soon after";

/** Whether this is a folder whose history is in a database, by the names of its files. */
export function isBesideDatabase(names: readonly string[]): boolean {
  return names.includes(`${HISTORY}/${BOND}`);
}

/** The history of a data folder: in it, or behind it in a database. Its lock is the folder's. */
export async function openHistory(
  config: Pick<Config, "data" | "database" | "profile" | "commit-ms" | "mqtt-ack">,
  { clock, log, ...listeners }: Parts,
): Promise<Outcome<Historian, Problem>> {
  const folder = join(config.data, HISTORY);
  const file = join(folder, BOND);
  const { database: url } = config;
  if (url === null && existsSync(file)) {
    const detail = `the history of ${config.data} is in a database: say which with --database`;
    return failure(problem("database_other", detail));
  }
  const { profile, "commit-ms": commitEveryMs, "mqtt-ack": durability } = config;
  const pace = commitEveryMs === null ? {} : { commitEveryMs };
  const options = { folder, profile, durability, ...pace };
  const local = await openEmbeddedHistorian(options, { log, ...listeners });
  if (!local.ok || url === null) return local;
  const { openBufferedHistorian } = await import("../historian/buffered/buffered.ts");
  const { openPostgresHistorian } = await import("../historian/postgres/postgres.ts");
  const connect = () => openPostgresHistorian(url, { log });
  const parts = { local: local.value, connect, file, clock, chance: Math.random, log };
  const opened = await openBufferedHistorian(parts);
  if (!opened.ok) await local.value.close();
  return opened;
}

import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Held, HeldFile } from "../../../lib/held.ts";
import { holdDatabase } from "../../../lib/sqlite.ts";
import type { SegmentLog } from "../log/log.ts";
import type { Upkeep } from "./upkeep.ts";

/*
 * The files of a backup, as they were at one moment, while others go on.
 */

/** A checkpoint by another thread is over by then. */
const TRIES = 100;
const RETRY_MS = 20;

/**
 * The history as it is at one moment: the database, and what the log has beyond it. The log keeps
 * its segments meanwhile and the database its file; what comes goes into their ends.
 */
export async function holdHistory(
  folder: string,
  log: SegmentLog,
  upkeep: Pick<Upkeep, "checkpoint" | "settle" | "doubt">,
): Promise<Held> {
  const database = join(folder, "history.db");
  const unpin = log.pin();
  try {
    for (let tries = 0; tries < TRIES; tries += 1) {
      await upkeep.checkpoint();
      await upkeep.settle();
      const letGo = held(database, upkeep);
      if (letGo) {
        const release = async () => {
          letGo();
          unpin();
        };
        return { files: filesOf(folder, log), release };
      }
      await setTimeout(RETRY_MS);
    }
    throw new Error("the history's database is in use elsewhere");
  } catch (reason) {
    unpin();
    throw reason;
  }
}

function held(database: string, upkeep: Pick<Upkeep, "doubt">): (() => void) | undefined {
  try {
    return holdDatabase(database);
  } catch (reason) {
    upkeep.doubt(reason);
    throw reason;
  }
}

function filesOf(folder: string, log: SegmentLog): HeldFile[] {
  const database = join(folder, "history.db");
  const outbox = join(folder, "outbox");
  return [
    { name: "history.db", path: database, bytes: statSync(database).size },
    ...log.files().map((file) => ({ name: `log/${basename(file.path)}`, ...file })),
    ...readdirSync(outbox).map((name) => {
      const path = join(outbox, name);
      return { name: `outbox/${name}`, path, bytes: statSync(path).size };
    }),
  ];
}

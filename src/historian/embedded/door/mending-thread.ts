import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { AssertionError, assert } from "../../../lib/assert.ts";
import { type LogWord, portLog } from "../../../lib/port-log.ts";
import { holdDatabase, isMalformed } from "../../../lib/sqlite.ts";
import { makeMended } from "../folder/mending.ts";
import { DATABASE } from "../folder/missing.ts";
import { diskFiles } from "../log/files.ts";

/*
 * The thread that mends a database, while the engine goes on with it: all that comes into it from
 * now on is in our own log as well.
 */

export type MendingData = { readonly folder: string };

export type MendingWord =
  | {
      readonly say: "ended";
      /** What was in its way; it can be tried again. */
      readonly trouble?: string;
    }
  | LogWord;

/** Whoever writes to the database is done with it by then. */
const TRIES = 100;
const RETRY_MS = 20;

async function mend(folder: string): Promise<void> {
  const release = await held(join(folder, DATABASE));
  try {
    makeMended(folder, false, { files: diskFiles, log: portLog(say) });
  } finally {
    release();
  }
}

async function held(file: string): Promise<() => void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const release = holdDatabase(file);
    if (release) return release;
    await setTimeout(RETRY_MS);
  }
  throw new Error("the history's database is in use elsewhere");
}

function say(word: MendingWord): void {
  port.postMessage(word);
}

assert(parentPort, "this file is a thread of the embedded historian");
const port = parentPort;
try {
  await mend((workerData as MendingData).folder);
  say({ say: "ended" });
} catch (reason) {
  if (reason instanceof AssertionError) throw reason;
  // Not even its first page is: then nobody else may have it open.
  say(isMalformed(reason) ? { say: "ended" } : { say: "ended", trouble: String(reason) });
}

import { LateSync } from "../../../lib/late-sync.ts";
import type { Log } from "../../../lib/log.ts";
import type { Files } from "./files.ts";

/**
 * A disk for a log whose writers do not wait for it: `sync` settles when the operating system has
 * what was written, and the disk gets it soon. Where it fails, the next `sync` of that file says
 * so, and the log goes on in another segment as after any failure; what was acknowledged before is
 * in memory still, and reaches the database with its generation.
 */
export function lateFiles(files: Files, log: Log): Files {
  const late = new LateSync<number>(files.sync);
  return {
    ...files,
    sync: (file) => late.ask(file),
    close(file) {
      if (late.forget(file)) syncAtLast(files, file, log);
      files.close(file);
    },
  };
}

/** A clean end leaves nothing to chance. */
function syncAtLast(files: Files, file: number, log: Log): void {
  try {
    files.syncNow(file);
  } catch (reason) {
    log.error("a power cut would lose samples until they are in the database", {
      reason: String(reason),
    });
  }
}

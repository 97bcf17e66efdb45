import type { Files } from "./files.ts";

/*
 * Who waits for a sync: the thread that asks, or another one.
 */

/** Asking another thread, and being told by it, takes about as long where processors are busy. */
const PROMPT_MS = 1;
/** More than this is on its way to the disk for a while, and other work can be done meanwhile. */
const PROMPT_BYTES = 64 * 1024;
/**
 * So many syncs at most are left to another thread before the disk is tried again: one after the
 * first slow one, which another process may have held up, and twice as many after each further one.
 */
const ELSEWHERE_MAX = 100;

/**
 * A disk that answers at once is waited for by the thread that asks: to have another one wait would
 * take several times as long as the sync itself. A disk that takes its time is waited for
 * elsewhere, so that reads go on meanwhile.
 */
export function promptFiles(files: Files, monotonic: () => number): Files {
  let elsewhere = 0;
  let next = 1;
  let bytesWritten = 0;
  const syncHere = (file: number) => {
    const before = monotonic();
    files.syncContents(file);
    const isSlow = monotonic() - before > PROMPT_MS;
    elsewhere = isSlow ? next : 0;
    next = isSlow ? Math.min(next * 2, ELSEWHERE_MAX) : 1;
  };
  return {
    ...files,
    write(file, bytes, position) {
      files.write(file, bytes, position);
      bytesWritten += bytes.length;
    },
    async sync(file) {
      const isMuch = bytesWritten > PROMPT_BYTES;
      bytesWritten = 0;
      if (elsewhere === 0 && !isMuch) return syncHere(file);
      if (!isMuch) elsewhere -= 1;
      return files.sync(file);
    },
  };
}

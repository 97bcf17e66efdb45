/*
 * How long the engine waits for a disk or a database that is in the way.
 */

/** What failed is tried again after so long. */
export const RETRY_MS = 1_000;
/** A checkpoint holds its lock for moments only; others would keep everybody waiting. */
export const BUSY_MS = 200;

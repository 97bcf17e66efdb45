/*
 * What a database behind a folder says of the logs that are drained into it.
 */

/** How far a log has come. */
export type Place = { readonly source: string; readonly sequence: number };

/** The last deletion that a folder has asked for; the first is 1. */
export type NumberedDeletion = { readonly source: string; readonly number: number };

export type Joined = {
  /** Which database this is. */
  readonly database: string;
  /** How far the log had come; null where it is new to this database. */
  readonly sequence: number | null;
  /** The number of the last deletion that it has from this folder; 0: none. */
  readonly deletions: number;
  /** Whether no other log was drained into it since. */
  readonly isOnly: boolean;
  readonly newestAt: number | null;
  /** Which line of its history the database goes on with, after a standby took over. */
  readonly branch: Branch;
};

/**
 * Each time a standby becomes the primary its timeline goes up: within one system the highest is
 * the one that counts, and the old one's is over.
 */
export type Branch = {
  /** Who made the cluster; a copy by `pg_basebackup` has the same. */
  readonly system: string;
  readonly timeline: number;
};

import { AssertionError } from "../../../lib/assert.ts";
import type { Log } from "../../../lib/log.ts";
import { isDiskFailure, isMalformed, openSqlite, type Sqlite } from "../../../lib/sqlite.ts";
import { Comparison, type WrongChunk } from "../database/comparison.ts";
import { BUSY_MS } from "../database/waits.ts";

/*
 * Reads all of the database, little by little: what the disk has changed is met while a backup may
 * still have it, and not when somebody asks for it years later.
 */

type InspectionParts = {
  readonly log: Log;
  readonly monotonic: () => number;
  /** Others have more to do with the disk, or the database is about to be another one. */
  readonly mayNot: () => boolean;
  readonly onMalformed: (reason: string) => void;
  /** The disk does not give it: it may, later. */
  readonly onUnread: (reason: string) => void;
};

/** What one slice has come to. */
export type Inspected = {
  /** When the next one is due. */
  readonly restMs: number;
  /** They are to be set right. */
  readonly wrong: readonly WrongChunk[];
};

/** Of the time of one thread and its disk, one part in so many. */
const SHARE = 50;
const SLICE_MS = 2;
const BUSY_REST_MS = 1_000;
const DAY_MS = 86_400_000;
/** In memory, besides what all others keep. */
const PAGES_KIB = 256;

type Round = {
  readonly database: Sqlite;
  readonly comparison: Comparison;
  readonly steps: Generator<readonly WrongChunk[]>;
};

/** Begins a round each day, or when the one before is over, where that takes longer. */
export class Inspection {
  readonly #file: string;
  readonly #parts: InspectionParts;
  #round: Round | undefined;
  #began = 0;

  constructor(file: string, parts: InspectionParts) {
    this.#file = file;
    this.#parts = parts;
  }

  /** Each of its slices sees one moment, and no log of SQLite's has to wait for it for long. */
  slice(): Inspected {
    const { monotonic, mayNot } = this.#parts;
    if (mayNot()) return { restMs: BUSY_REST_MS, wrong: [] };
    const start = monotonic();
    const wrong: WrongChunk[] = [];
    const isDone = this.#guarded(() => {
      const { database, steps } = this.#opened();
      const isEnough = () => monotonic() - start >= SLICE_MS;
      return database.snapshot(() => lookThrough(steps, wrong, isEnough));
    });
    const restMs = Math.max(SLICE_MS, monotonic() - start) * (SHARE - 1);
    if (!isDone) return { restMs, wrong };
    this.close();
    return { restMs: Math.max(restMs, this.#began + DAY_MS - monotonic()), wrong };
  }

  /** Lets go of the database. The next slice begins anew. */
  close(): void {
    this.#round?.database.close();
    this.#round = undefined;
  }

  #opened(): Round {
    if (this.#round) return this.#round;
    this.#began = this.#parts.monotonic();
    const database = openSqlite(this.#file, { readOnly: true, busyMs: BUSY_MS });
    database.exec(`PRAGMA cache_size = -${PAGES_KIB}`);
    const comparison = new Comparison(database);
    this.#round = { database, comparison, steps: comparison.steps() };
    return this.#round;
  }

  /** What fails ends the round: what is in the way of others is theirs to tell. */
  #guarded(work: () => boolean): boolean {
    const { log, onMalformed, onUnread } = this.#parts;
    try {
      const isDone = work();
      if (isDone) log.info("all of the history was looked at", this.#round?.comparison.read);
      return isDone;
    } catch (reason) {
      if (reason instanceof AssertionError) throw reason;
      this.close();
      if (isMalformed(reason)) onMalformed(reason.message);
      else if (isDiskFailure(reason)) onUnread(String(reason));
      else log.warn("the history cannot be looked at", { reason: String(reason) });
      return true;
    }
  }
}

/** True when there is no more. */
function lookThrough(steps: Round["steps"], wrong: WrongChunk[], isEnough: () => boolean): boolean {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return true;
    wrong.push(...step.value);
    if (isEnough()) return false;
  }
}

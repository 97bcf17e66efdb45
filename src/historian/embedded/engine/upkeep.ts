import { dirname } from "node:path";
import { AssertionError } from "../../../lib/assert.ts";
import { syncFile } from "../folder/folder.ts";
import { whyNotMended } from "../folder/mending.ts";
import type { EngineParts } from "./engine-parts.ts";

/*
 * When the database is synced and when its log is moved into it; and that it is in doubt once
 * either has failed.
 */

type Parts = Pick<EngineParts, "files" | "log" | "onDoubt"> & {
  /** `filledAgain`: more is written at once, and what held the old takes the new. */
  readonly checkpoint: (filledAgain: boolean) => Promise<void>;
  /** Of SQLite's log, what is not in the database yet. */
  readonly waitingBytes: () => number;
  /** What is written soon after is checkpointed with it: once, however often it was changed. */
  readonly mayWait: boolean;
};

/** More of SQLite's log is not left to later. */
const LATER_BYTES = 32 * 1024 * 1024;
/** Where nothing has left memory for so long, more does not come at once. */
const QUIET_MS = 1_000;

/** Nothing is changed in a database that another one is about to replace. */
export class MendingError extends Error {
  override readonly name = "MendingError";
}

/**
 * What the database has to have on the disk before somebody relies on it. Commits reach SQLite's
 * write-ahead log only; here it is synced, and brought into the database where nobody waits.
 *
 * Once that has failed nobody knows what the disk has, and another sync would not tell. The
 * database is in doubt from then on: it is read and written as ever, but nothing of our own log is
 * let go, until all that SQLite's log has was written anew and the database is opened again.
 */
export class Upkeep {
  readonly #database: string;
  readonly #parts: Parts;
  #tidying: Promise<void> = Promise.resolve();
  #checkpointing: Promise<void> | undefined;
  #later: NodeJS.Timeout | undefined;
  #isInDoubt = false;
  #isMending = false;

  constructor(database: string, parts: Parts) {
    this.#database = database;
    this.#parts = parts;
  }

  /** A generation is in chunks: `letGo` is called once that survives a power cut. */
  flushed(letGo: () => Promise<void>): void {
    this.#tidying = this.#tidying.then(() => this.#tidy(letGo));
  }

  /**
   * Settles when nothing that is in chunks can be replayed: a record that came back later would
   * undo what is changed now. Of a database in doubt nobody can promise that.
   */
  async settle(): Promise<void> {
    await this.#tidying;
    if (this.#isMending) throw new MendingError("what can be read goes into a new one");
    if (this.#isInDoubt) throw new Error("the disk failed: the database is to be opened anew");
  }

  /** What was changed in chunks outlives a power cut from here on. */
  async keep(): Promise<void> {
    await this.#sync();
    void this.checkpoint();
  }

  get isInDoubt(): boolean {
    return this.#isInDoubt;
  }

  /** What is written meanwhile makes the write-ahead log longer. */
  get isCheckpointing(): boolean {
    return this.#checkpointing !== undefined;
  }

  /** One at a time: what comes meanwhile is left to the next one. */
  checkpoint(filledAgain = false): Promise<void> {
    if (this.#isInDoubt) return Promise.resolve();
    this.#checkpointing ??= this.#parts
      .checkpoint(filledAgain)
      .catch((reason) => this.doubt(reason))
      .finally(() => {
        this.#checkpointing = undefined;
      });
    return this.#checkpointing;
  }

  async close(): Promise<void> {
    await this.#tidying;
    clearTimeout(this.#later);
    await this.#checkpointing;
  }

  /** The disk failed, whatever was asked of it: which of it is lost is not known. */
  doubt(reason: unknown): void {
    if (reason instanceof AssertionError) throw reason;
    if (this.#isInDoubt) return;
    this.#isInDoubt = true;
    const why = reason instanceof Error ? reason.message : String(reason);
    this.#parts.log.error("the disk failed the history's database: it will be opened anew", {
      reason: why,
    });
    this.#parts.onDoubt(why, false);
  }

  /**
   * Pages are not what was written. What can be read is brought into a new database, where nothing
   * is in the way of that: else this is returned. What comes meanwhile is in our own log, too.
   */
  mend(reason: string): string | undefined {
    if (this.#isInDoubt) return undefined;
    const whyNot = whyNotMended(dirname(this.#database));
    if (whyNot !== undefined) return whyNot;
    this.#isInDoubt = true;
    this.#isMending = true;
    this.#parts.log.error("history.db is damaged: what can be read goes into a new one", {
      reason,
    });
    this.#parts.onDoubt(reason, true);
    return undefined;
  }

  /** Segments that cannot be let go now are let go with others. */
  async #tidy(letGo: () => Promise<void>): Promise<void> {
    await this.#checkpointing; // Of two who sync at once, one alone may be told of a failure.
    if (this.#isInDoubt) return;
    try {
      await this.#sync();
      this.#plan();
      await letGo();
    } catch (reason) {
      if (reason instanceof AssertionError) throw reason;
      this.#parts.log.error("the log keeps what it might let go", { reason: String(reason) });
    }
  }

  /** Whoever fills memory without a rest has few checkpoints, and then one that empties the log. */
  #plan(): void {
    const { mayWait, waitingBytes } = this.#parts;
    if (!mayWait) {
      void this.checkpoint();
      return;
    }
    if (waitingBytes() > LATER_BYTES) void this.checkpoint(true);
    clearTimeout(this.#later);
    this.#later = setTimeout(() => void this.checkpoint(), QUIET_MS).unref();
  }

  async #sync(): Promise<void> {
    try {
      await syncFile(`${this.#database}-wal`, this.#parts.files);
    } catch (reason) {
      this.doubt(reason);
      throw reason;
    }
  }
}

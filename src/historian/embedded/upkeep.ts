import type { EngineParts } from "./engine-parts.ts";
import { bytesOf, syncFile } from "./folder.ts";

type Parts = Pick<EngineParts, "files" | "log" | "checkpoint" | "onDoubt"> & {
  /** More will be written soon: what is checkpointed then is checkpointed once. */
  readonly isBusy: () => boolean;
};

/** More of SQLite's log is not left to later. */
const LATER_BYTES = 32 * 1024 * 1024;

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
  #isInDoubt = false;

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
  checkpoint(): Promise<void> {
    if (this.#isInDoubt) return Promise.resolve();
    this.#checkpointing ??= this.#parts
      .checkpoint(this.#database)
      .catch((reason) => this.doubt(reason))
      .finally(() => {
        this.#checkpointing = undefined;
      });
    return this.#checkpointing;
  }

  async close(): Promise<void> {
    await this.#tidying;
    await this.#checkpointing;
  }

  /** The disk failed, whatever was asked of it: which of it is lost is not known. */
  doubt(reason: unknown): void {
    if (this.#isInDoubt) return;
    this.#isInDoubt = true;
    const why = reason instanceof Error ? reason.message : String(reason);
    this.#parts.log.error("the disk failed the history's database: it will be opened anew", {
      reason: why,
    });
    this.#parts.onDoubt(why);
  }

  /** Segments that cannot be let go now are let go with others. */
  async #tidy(letGo: () => Promise<void>): Promise<void> {
    await this.#checkpointing; // Of two who sync at once, one alone may be told of a failure.
    if (this.#isInDoubt) return;
    try {
      await this.#sync();
      if (!this.#parts.isBusy() || this.#isLong) void this.checkpoint();
      await letGo();
    } catch (reason) {
      this.#parts.log.error("the log keeps what it might let go", { reason: String(reason) });
    }
  }

  get #isLong(): boolean {
    return bytesOf([`${this.#database}-wal`]) > LATER_BYTES;
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

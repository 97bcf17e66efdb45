import type { Chunks } from "./chunks.ts";
import type { EngineParts } from "./engine-parts.ts";
import { syncFile } from "./folder.ts";
import type { Trouble } from "./trouble.ts";

type Parts = Pick<EngineParts, "files" | "log" | "checkpoint"> & {
  readonly chunks: Chunks;
  readonly trouble: Trouble;
};

/**
 * What the database has to have on the disk before somebody relies on it. Commits reach SQLite's
 * write-ahead log only; here it is synced, and brought into the database where nobody waits.
 */
export class Upkeep {
  readonly #database: string;
  readonly #parts: Parts;
  #tidying: Promise<void> = Promise.resolve();
  #checkpointing: Promise<void> | undefined;
  /** The last record that is safe in the database. */
  #safe: number;
  #isSuspect = false;

  constructor(database: string, parts: Parts) {
    this.#database = database;
    this.#parts = parts;
    this.#safe = parts.chunks.totals.sequence;
  }

  /** All up to this record is in chunks: `letGo` is called once that survives a power cut. */
  flushed(sequence: number, letGo: () => Promise<void>): void {
    if (!this.#isSuspect) this.#parts.chunks.mark(sequence);
    this.#tidying = this.#tidying.then(() => this.#tidy(sequence, letGo));
  }

  /**
   * Settles when nothing that is in chunks can be replayed: a record that came back later would
   * undo what is changed now. After a failed sync nobody can promise that.
   */
  async settle(): Promise<void> {
    await this.#tidying;
    if (this.#isSuspect) throw new Error("the disk failed: nothing is let go until a restart");
  }

  /** What was changed in chunks outlives a power cut from here on. */
  async keep(): Promise<void> {
    await this.#sync();
    void this.checkpoint();
  }

  /** What is written meanwhile makes the write-ahead log longer. */
  get isCheckpointing(): boolean {
    return this.#checkpointing !== undefined;
  }

  /** One at a time: what comes meanwhile is left to the next one. */
  checkpoint(): Promise<void> {
    const { checkpoint, trouble } = this.#parts;
    this.#checkpointing ??= checkpoint(this.#database)
      .catch((reason) => trouble.met(reason))
      .finally(() => {
        this.#checkpointing = undefined;
      });
    return this.#checkpointing;
  }

  async close(): Promise<void> {
    await this.#tidying;
    await this.#checkpointing;
  }

  async #tidy(sequence: number, letGo: () => Promise<void>): Promise<void> {
    if (this.#isSuspect) return;
    try {
      await this.keep();
      this.#safe = sequence;
      await letGo();
    } catch (reason) {
      this.#parts.trouble.met(reason);
    }
  }

  /**
   * After a failed sync nobody knows what the disk has, and another sync would not tell: segments
   * are kept from then on, and everything since the last sync is replayed at the next start.
   */
  async #sync(): Promise<void> {
    const { chunks, files, log } = this.#parts;
    try {
      await syncFile(`${this.#database}-wal`, files);
    } catch (reason) {
      this.#isSuspect = true;
      chunks.mark(this.#safe);
      log.error("the disk failed; its log is kept until a restart", { folder: this.#database });
      throw reason;
    }
  }
}

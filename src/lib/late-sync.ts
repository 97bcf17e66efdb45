type Entry<File> = {
  readonly file: File;
  /** Written to since the last sync began. */
  isDirty: boolean;
  isSyncing: boolean;
  failed: { readonly reason: unknown } | null;
};

/**
 * Syncs files behind the backs of those who write to them: nobody waits for the disk, and what is
 * written while it works goes with the next sync. One sync at a time, so that a slow disk is asked
 * as often as it answers, and never more.
 */
export class LateSync<File> {
  readonly #sync: (file: File) => Promise<void>;
  readonly #entries = new Map<File, Entry<File>>();
  readonly #dirty: Entry<File>[] = [];
  #isRunning = false;

  constructor(sync: (file: File) => Promise<void>) {
    this.#sync = sync;
  }

  /**
   * Settles at once. Rejects where a sync of the file has failed: nobody knows what is in it then,
   * and whoever writes has to go on in another one.
   */
  async ask(file: File): Promise<void> {
    const entry = this.#entries.get(file) ?? this.#enter(file);
    if (entry.failed) throw entry.failed.reason;
    if (entry.isDirty) return;
    entry.isDirty = true;
    this.#dirty.push(entry);
    if (!this.#isRunning) void this.#run();
  }

  /** The file is about to be closed. True where not all of it is on the disk. */
  forget(file: File): boolean {
    const entry = this.#entries.get(file);
    this.#entries.delete(file);
    return entry !== undefined && (entry.isDirty || entry.isSyncing || entry.failed !== null);
  }

  #enter(file: File): Entry<File> {
    const entry = { file, isDirty: false, isSyncing: false, failed: null };
    this.#entries.set(file, entry);
    return entry;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let entry = this.#dirty.shift(); entry; entry = this.#dirty.shift()) {
      // A file that was forgotten is closed, and its number may be another's.
      if (this.#entries.get(entry.file) === entry) await this.#syncOne(entry);
    }
    this.#isRunning = false;
  }

  async #syncOne(entry: Entry<File>): Promise<void> {
    entry.isDirty = false;
    entry.isSyncing = true;
    try {
      await this.#sync(entry.file);
    } catch (reason) {
      entry.failed = { reason };
    }
    entry.isSyncing = false;
  }
}

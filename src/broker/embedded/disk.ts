import type { FileHandle } from "node:fs/promises";
import type { Durability } from "../../domain/durability.ts";
import { LateSync } from "../../lib/late-sync.ts";

/** How what the broker writes reaches the disk, before anybody is told that it is safe or after. */
export class Disk {
  readonly #late: LateSync<FileHandle> | null;

  constructor(durability: Durability) {
    this.#late = durability === "synced" ? null : new LateSync((handle) => handle.datasync());
  }

  async sync(handle: FileHandle): Promise<void> {
    await (this.#late ? this.#late.ask(handle) : handle.datasync());
  }

  /** With all that was written to it on the disk. */
  async close(handle: FileHandle): Promise<void> {
    try {
      if (this.#late?.forget(handle)) await handle.datasync();
    } finally {
      await handle.close();
    }
  }
}

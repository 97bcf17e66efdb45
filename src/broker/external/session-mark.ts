import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Mark = { readonly filters: readonly string[]; readonly at: number };
type Known = {
  /** What was subscribed, and is not wanted any more. */
  readonly gone: readonly string[];
  readonly since: number;
};

/**
 * Remembers over restarts that the broker keeps a session for this client id, and when we were last
 * connected. Without it a lost session could not be told from one that never was.
 */
export class SessionMark {
  readonly #file: string | null;
  #mark: Mark | null;

  constructor(folder: string | undefined, clientId: string) {
    const name = `${clientId.replace(/[^\w.-]/g, "_")}.json`;
    this.#file = folder === undefined ? null : join(folder, name);
    if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#mark = this.#file === null ? null : read(this.#file);
  }

  /** Somebody else had the session until then, at the latest: see docs/decisions/0052. */
  inherit(at: number): void {
    const { filters = [], at: before = 0 } = this.#mark ?? {};
    this.#write({ filters, at: Math.max(before, at) });
  }

  /** The session that there was before, if any; from now on there is one with these filters. */
  note(filters: readonly string[], at: number): Known | null {
    const before = this.#mark;
    this.#write({ filters, at });
    if (!before) return null;
    const gone = before.filters.filter((filter) => !filters.includes(filter));
    return { gone, since: before.at };
  }

  /** We are, or were until now, connected. */
  touch(at: number): void {
    if (this.#mark) this.#write({ ...this.#mark, at });
  }

  /** Where the disk is full or the power goes, the mark before stays: a gap seems longer. */
  #write(mark: Mark): void {
    this.#mark = mark;
    if (this.#file === null) return;
    try {
      writeFileSync(`${this.#file}.new`, JSON.stringify(mark), { mode: 0o600 });
      renameSync(`${this.#file}.new`, this.#file);
    } catch {
      // Not worth a stop: the messages themselves are safe at the broker.
    }
  }
}

/** A mark that cannot be read is no mark: the worst is a gap that nobody is told of. */
function read(file: string): Mark | null {
  try {
    const { filters, at } = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(filters) && Number.isFinite(at) ? { filters, at } : null;
  } catch {
    return null;
  }
}

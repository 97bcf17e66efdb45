/**
 * What was read from the store and still holds, so that asking again costs a look into a map.
 * Forgetting wins over a reading that is under way: what it brings is used, but not remembered.
 */
export class Remembered<T> {
  readonly #entries = new Map<string, T>();
  #forgotten = 0;

  get(key: string): T | undefined {
    return this.#entries.get(key);
  }

  async load(key: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    const before = this.#forgotten;
    const entry = await read();
    if (entry === undefined || before !== this.#forgotten) return entry;
    const other = this.#entries.get(key); // Somebody else may have read it meanwhile.
    if (other === undefined) this.#entries.set(key, entry);
    return other ?? entry;
  }

  forget(isGone: (entry: T) => boolean): void {
    this.#forgotten += 1;
    for (const [key, entry] of this.#entries) if (isGone(entry)) this.#entries.delete(key);
  }

  all(): readonly T[] {
    return [...this.#entries.values()];
  }
}

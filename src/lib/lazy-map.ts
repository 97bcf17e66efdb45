const NONE: ReadonlyMap<never, never> = new Map<never, never>();

/**
 * A map of which there are very many, most of them empty for ever: one takes about 200 bytes only
 * from its first entry on.
 */
export class LazyMap<K, V> {
  #entries: Map<K, V> | null = null;

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  has(key: K): boolean {
    return this.#entries?.has(key) ?? false;
  }

  get(key: K): V | undefined {
    return this.#entries?.get(key);
  }

  set(key: K, value: V): void {
    this.#entries ??= new Map();
    this.#entries.set(key, value);
  }

  /** Whether it was there. */
  delete(key: K): boolean {
    return this.#entries?.delete(key) ?? false;
  }

  clear(): void {
    this.#entries = null;
  }

  keys(): IterableIterator<K> {
    return (this.#entries ?? NONE).keys();
  }

  values(): IterableIterator<V> {
    return (this.#entries ?? NONE).values();
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return (this.#entries ?? NONE)[Symbol.iterator]();
  }
}

/** What was read remains known for so many texts. */
const KNOWN_MAX = 10_000;
/** What is longer is not said again and again. */
const BYTES_MAX = 256;

/** Reads pieces of bytes that mostly say what the one before said, each text once. */
export class Repeated<T> {
  readonly #read: (text: string) => T;
  readonly #known = new Map<string, T>();
  readonly #before = new Uint8Array(BYTES_MAX);
  #length = -1;
  #value: T | undefined;

  constructor(read: (text: string) => T) {
    this.#read = read;
  }

  /** Of the bytes from `start` to `end`; throws what reading them throws. */
  at(bytes: Buffer, start: number, end: number): T {
    if (this.#isBefore(bytes, start, end)) return this.#value as T;
    const text = bytes.toString("utf8", start, end);
    if (end - start > BYTES_MAX) return this.#read(text);
    const value = this.#valueOf(text);
    this.#before.set(bytes.subarray(start, end));
    this.#length = end - start;
    this.#value = value;
    return value;
  }

  #valueOf(text: string): T {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const value = this.#read(text);
    if (this.#known.size >= KNOWN_MAX) this.#known.clear();
    this.#known.set(text, value);
    return value;
  }

  #isBefore(bytes: Buffer, start: number, end: number): boolean {
    if (end - start !== this.#length) return false;
    // Ids differ at their ends first.
    for (let at = this.#length - 1; at >= 0; at -= 1) {
      if (bytes[start + at] !== this.#before[at]) return false;
    }
    return true;
  }
}

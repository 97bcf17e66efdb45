import { TimeScan } from "./scan-time.ts";
import { TextCache } from "./text-cache.ts";

/** What is not plain has to be read by somebody who knows all of JSON. */
const NO_NUMBER = Number.NaN;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const LAST_PLAIN = 0x7e;
/** A number has all of so many digits, and a quotient of two such is rounded once, as it should. */
const DIGITS_MAX = 15;
const POWERS = Array.from({ length: DIGITS_MAX }, (_, power) => 10 ** power);
const NOTHING = Buffer.alloc(0);
const NO_VIEW = new DataView(new ArrayBuffer(0));
const WORD_BYTES = 4;

/** Bytes that come again and again, prepared to be compared four at a time. */
export type Phrase = { readonly bytes: Uint8Array; readonly words: Int32Array };

export function phraseOf(bytes: Uint8Array): Phrase {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = Int32Array.from({ length: Math.floor(bytes.length / WORD_BYTES) }, (_, word) =>
    view.getInt32(word * WORD_BYTES, true),
  );
  return { bytes, words };
}

/**
 * Reads JSON of a shape that is known beforehand where it lies, without making an object of it. It
 * knows plain JSON only: texts in ASCII without escapes, numbers without exponent and integers
 * that a number holds. At anything else it says no, and the general reader is asked; it never
 * reads anything differently from that one.
 */
export class JsonCursor {
  readonly #texts = new TextCache();
  readonly #times = new TimeScan();
  #bytes: Buffer = NOTHING;
  /** Of all the memory that the bytes lie in: messages that were read together share it. */
  #view: DataView = NO_VIEW;
  #viewAt = 0;
  #at = 0;

  open(bytes: Uint8Array): void {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer);
    this.#viewAt = bytes.byteOffset;
    this.#at = 0;
  }

  /** Where it stands: what was read since can be asked for. */
  get at(): number {
    return this.#at;
  }

  /** A copy of what was read since it stood there. */
  since(at: number): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(at, this.#at));
  }

  /** Behind white space, the byte that comes next; undefined at the end. */
  peek(): number | undefined {
    const bytes = this.#bytes;
    let byte = bytes[this.#at];
    while (byte === SPACE || byte === LINE_FEED || byte === RETURN || byte === TAB) {
      this.#at += 1;
      byte = bytes[this.#at];
    }
    return byte;
  }

  /** Takes this byte, and the white space in front of it; false where another one is next. */
  takes(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.#at += 1;
    return true;
  }

  /** The same with a word in ASCII, such as `true` or `"name"`. */
  takesWord(word: Uint8Array): boolean {
    if (this.peek() !== word[0]) return false;
    const bytes = this.#bytes;
    const start = this.#at;
    for (let index = 1; index < word.length; index += 1) {
      if (bytes[start + index] !== word[index]) return false;
    }
    this.#at = start + word.length;
    return true;
  }

  /** Takes the phrase where it comes next to the byte, with white space only where it has some. */
  takesPhrase({ bytes: phrase, words }: Phrase): boolean {
    const start = this.#at;
    const end = start + phrase.length;
    const bytes = this.#bytes;
    if (end > bytes.length) return false;
    const view = this.#view;
    let at = start;
    for (let word = 0; word < words.length; word += 1) {
      if (view.getInt32(this.#viewAt + at, true) !== words[word]) return false;
      at += WORD_BYTES;
    }
    for (; at < end; at += 1) if (bytes[at] !== phrase[at - start]) return false;
    this.#at = end;
    return true;
  }

  /** A text that may have been seen before. */
  text(): string | undefined {
    const start = this.#at + 1;
    const hash = this.#passText();
    return hash === undefined ? undefined : this.#texts.of(this.#bytes, start, this.#at - 1, hash);
  }

  /** A text that says a time; undefined where it says none. */
  time(): number | undefined {
    const start = this.#at + 1;
    if (this.#passText() === undefined) return undefined;
    return this.#times.read(this.#bytes, start, this.#at - 1);
  }

  /** NaN where what comes next is no plain number. */
  number(): number {
    const start = this.#at;
    const wholeAt = this.#bytes[start] === MINUS ? start + 1 : start;
    this.#at = wholeAt;
    const whole = this.#passDigits(0);
    const wholeDigits = this.#at - wholeAt;
    // JSON knows no number that begins with 0 and goes on with another digit.
    if (wholeDigits === 0 || (wholeDigits > 1 && this.#bytes[wholeAt] === ZERO)) return NO_NUMBER;
    const hasDecimals = this.#bytes[this.#at] === POINT;
    if (!hasDecimals && wholeDigits > DIGITS_MAX) return NO_NUMBER;
    const value = hasDecimals ? this.#decimals(start, whole, wholeDigits) : whole;
    return wholeAt > start ? -value : value;
  }

  /** The number without its sign. */
  #decimals(start: number, whole: number, wholeDigits: number): number {
    this.#at += 1;
    const pointAt = this.#at;
    const digits = this.#passDigits(whole);
    const decimals = this.#at - pointAt;
    if (decimals === 0) return NO_NUMBER;
    if (wholeDigits + decimals > DIGITS_MAX) return Math.abs(Number(this.#ascii(start, this.#at)));
    return digits / (POWERS[decimals] ?? NO_NUMBER);
  }

  /** Gives the digits behind those that were there, as one number; beyond 2^53 it is not exact. */
  #passDigits(before: number): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let digits = before;
    for (let byte = bytes[at] ?? 0; byte >= ZERO && byte <= NINE; byte = bytes[at] ?? 0) {
      digits = digits * 10 + byte - ZERO;
      at += 1;
    }
    this.#at = at;
    return digits;
  }

  /** Goes behind the closing quotation mark; gives a hash of what lies between. */
  #passText(): number | undefined {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== QUOTE) return undefined;
    let hash = 0;
    for (let at = this.#at + 1; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return hash;
      }
      if (byte < SPACE || byte > LAST_PLAIN || byte === BACKSLASH) return undefined;
      hash = Math.imul(hash, 31) + byte;
    }
    return undefined;
  }

  #ascii(start: number, end: number): string {
    return this.#bytes.toString("latin1", start, end);
  }
}

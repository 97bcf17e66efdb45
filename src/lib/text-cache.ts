/** A power of two: its places are found with a mask. */
const PLACES = 8_192;
/** Longer texts are seldom names, and would fill memory. */
const LENGTH_MAX = 64;

type Kept = { readonly bytes: Uint8Array; readonly text: string };

/**
 * ASCII bytes as texts, without making the same text again and again: names repeat in every message
 * of a device, and a text that is the same object is found in a map without being hashed anew. Each
 * text has one place by its hash, and takes it from the one that was there.
 */
export class TextCache {
  readonly #places: (Kept | undefined)[] = new Array(PLACES).fill(undefined);

  of(bytes: Uint8Array, start: number, end: number, hash: number): string {
    const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
    const kept = this.#places[place];
    if (kept && isSame(kept.bytes, bytes, start, end)) return kept.text;
    const own = Uint8Array.from(bytes.subarray(start, end));
    const text = Buffer.from(own.buffer).toString("latin1");
    if (own.length <= LENGTH_MAX) this.#places[place] = { bytes: own, text };
    return text;
  }
}

function isSame(kept: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (kept.length !== end - start) return false;
  for (let index = 0; index < kept.length; index += 1) {
    if (kept[index] !== bytes[start + index]) return false;
  }
  return true;
}

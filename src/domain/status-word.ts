import { type Quality, qualityUntold, type Value } from "./reading.ts";

/*
 * OPC UA's status words, as MindSphere's quality codes are: 32 bits, the two highest of which are
 * 00 good, 01 uncertain, 1x bad. What the others say is kept beside the samples, see
 * docs/decisions/0044-status-words-are-a-series.md.
 */

const BY_TOP_BITS: readonly Quality[] = ["good", "uncertain", "bad", "bad"];
const TOP_BITS = 2 ** 30;
/** The words that say a quality and nothing else. */
const PLAIN: Readonly<Record<Quality, number>> = {
  good: 0,
  uncertain: TOP_BITS,
  bad: 2 * TOP_BITS,
};

/** In decimal, signed or not; good where nothing is said. Undefined for what is no word. */
export function statusWordOf(code: unknown): number | undefined {
  if (code === "0" || code === undefined || code === null || code === "") return 0;
  const word = typeof code === "string" && /^-?\d+$/.test(code) ? Number(code) : code;
  if (typeof word !== "number" || !Number.isInteger(word)) return undefined;
  return word >= -2 * TOP_BITS && word < 4 * TOP_BITS ? word : undefined;
}

/** The same of what may be said without any word, as most is: what is not there is not good. */
export function statusWordBeside(value: Value | null, code: unknown): number | undefined {
  const isUntold = code === undefined || code === null || code === "";
  return isUntold ? PLAIN[qualityUntold(value)] : statusWordOf(code);
}

export function qualityOfWord(word: number): Quality {
  if (word === 0) return "good";
  return BY_TOP_BITS[Math.floor((word >>> 0) / TOP_BITS)] ?? "bad";
}

/** The word where it says more than its quality, else 0. */
export function moreThanQuality(word: number): number {
  return word === PLAIN[qualityOfWord(word)] ? 0 : word;
}

/** What it says beyond a value's quality; null where that is nothing, or of another quality. */
export function wordBeside(quality: Quality, word = 0): number | null {
  return moreThanQuality(word) !== 0 && qualityOfWord(word) === quality ? word : null;
}

/** In decimal, as MindSphere's clients read it: the word that came, where it fits the quality. */
export function codeOfQuality(quality: Quality, word = 0): string {
  const fits = word !== 0 && qualityOfWord(word) === quality;
  return String(fits ? word : PLAIN[quality]);
}

import type { Quality } from "./reading.ts";

/*
 * OPC UA's status words, as MindSphere's quality codes are: 32 bits, the two highest of which are
 * 00 good, 01 uncertain, 1x bad. We keep what these two say, and write it as the plain word of it.
 */

const BY_TOP_BITS: readonly Quality[] = ["good", "uncertain", "bad", "bad"];
const TOP_BITS = 2 ** 30;
const PLAIN: Readonly<Record<Quality, number>> = {
  good: 0,
  uncertain: TOP_BITS,
  bad: 2 * TOP_BITS,
};

/** What a word in decimal says; as a signed number a bad one is negative. Undefined for no word. */
export function qualityOfWord(word: unknown): Quality | undefined {
  if (word === "0" || word === undefined || word === null || word === "") return "good";
  const status = typeof word === "string" && /^-?\d+$/.test(word) ? Number(word) : word;
  if (typeof status !== "number" || !Number.isInteger(status)) return undefined;
  return status < 0 ? "bad" : BY_TOP_BITS[Math.floor(status / TOP_BITS)];
}

/** In decimal, as MindSphere's clients read it. */
export function wordOfQuality(quality: Quality): string {
  return String(PLAIN[quality]);
}

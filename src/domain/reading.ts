import type { Series, Timestamp } from "./brand.ts";

/**
 * What a quantity can be. A text is a short state ("open") or a free string; a bigint is an integer
 * of 64 bits beyond what a number holds exactly (integer.ts).
 */
export type Value = number | bigint | boolean | string;

export const QUALITIES = ["good", "uncertain", "bad"] as const;
export type Quality = (typeof QUALITIES)[number];

/** The byte that stands for a quality in columns and on disk. */
export const QUALITY_BYTE = { good: 0, uncertain: 1, bad: 2 } as const;

/**
 * Added to the byte of a sample that its device kept and told afterwards: it is history, whatever
 * its time, and never what is so now (docs/decisions/0062-what-is-told-afterwards-is-history.md).
 */
export const PAST = 4;

/** Of what is said without any: a value that is not there is nothing to trust. */
export function qualityUntold(value: Value | null): Quality {
  return value === null ? "bad" : "good";
}

export function qualityOf(byte: number): Quality {
  return QUALITIES[byte & ~PAST] ?? "bad";
}

export function isGood(byte: number | undefined): boolean {
  return byte === QUALITY_BYTE.good || byte === PAST;
}

export function isPast(byte: number | undefined): boolean {
  return ((byte ?? 0) & PAST) !== 0;
}

/** What a point remembers, as one object: for the edges of the house. Inside, see `samples.ts`. */
export type Sample = {
  readonly series: Series;
  readonly at: Timestamp;
  /** `null` where a device said that it has no value. */
  readonly value: Value | null;
  readonly quality: Quality;
};

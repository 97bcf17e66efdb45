import type { Quality } from "../../domain/reading.ts";
import type { ExactJson } from "../../lib/json.ts";

/**
 * The OPC UA status word in decimal: its two highest bits are 00 good, 01 uncertain, 1x bad. As a
 * signed number a bad one is negative. Undefined where it is no such word.
 */
export function qualityOf(code: ExactJson | undefined): Quality | undefined {
  if (code === "0" || code === undefined || code === null || code === "") return "good";
  const status = typeof code === "string" && /^-?\d+$/.test(code) ? Number(code) : code;
  if (typeof status !== "number" || !Number.isInteger(status)) return undefined;
  return status < 0 ? "bad" : BY_TOP_BITS[Math.floor(status / 2 ** 30)];
}

const BY_TOP_BITS: readonly Quality[] = ["good", "uncertain", "bad", "bad"];

import { LIMIT } from "../src/domain/limit.ts";

export type Strength = {
  /** 0 too short or too easy, 1 will do, 2 good, 3 strong. Only 0 is refused. */
  readonly level: 0 | 1 | 2 | 3;
  /** What to do, or how it is. */
  readonly words: string;
};

/** Bits of guessing work, roughly, that a level begins with. */
const GOOD_BITS = 60;
const STRONG_BITS = 80;

/** A hint while somebody types. The server decides, and knows more common passwords. */
export function strengthOf(password: string, name: string): Strength {
  const missing = LIMIT.passwordChars - [...password].length;
  if (missing > 0) return { level: 0, words: `${missing} more characters` };
  if (isEasy(password, name)) return { level: 0, words: "Too easy to guess" };
  const bits = bitsOf(password);
  if (bits >= STRONG_BITS) return { level: 3, words: "Strong" };
  return bits >= GOOD_BITS ? { level: 2, words: "Good" } : { level: 1, words: "Will do" };
}

function isEasy(password: string, name: string): boolean {
  const lower = password.toLowerCase();
  const isNamed = name.length >= 3 && lower.replaceAll(name.toLowerCase(), "").length < 8;
  return isNamed || new Set(lower).size < 5 || /^(?:0123|1234|abcd|qwer|pass)/.test(lower);
}

/** Each character that does not repeat or follow the one before counts by its alphabet. */
function bitsOf(password: string): number {
  const alphabet =
    (/[a-z]/.test(password) ? 26 : 0) +
    (/[A-Z]/.test(password) ? 26 : 0) +
    (/[0-9]/.test(password) ? 10 : 0) +
    (/[^a-zA-Z0-9]/.test(password) ? 20 : 0);
  const codes = [...password].map((char) => char.codePointAt(0) ?? 0);
  const fresh = codes.filter((code, at) => Math.abs(code - (codes[at - 1] ?? -9)) > 1);
  return fresh.length * Math.log2(alphabet);
}

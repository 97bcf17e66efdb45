import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const LAST = ALPHABET.at(-1);
const TIME_CHARS = 9;
const CHANCE_CHARS = 12;

let latest = "";

/**
 * A sortable id of 21 characters: 45 bits of milliseconds, then 60 bits of chance. Those that are
 * made one after another in the same millisecond sort in that order.
 */
export function newId(now: number): string {
  const time = timeOf(now);
  latest = latest.startsWith(time) ? following(latest) : time + chance();
  return latest;
}

function timeOf(now: number): string {
  let time = "";
  for (let rest = now, index = 0; index < TIME_CHARS; index += 1) {
    time = ALPHABET[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  return time;
}

function chance(): string {
  const bytes = randomBytes(CHANCE_CHARS);
  return Array.from(bytes, (byte) => ALPHABET[byte % 32]).join("");
}

/** One more in its last place, and in the one before where that is full. */
function following(id: string): string {
  const before = id.slice(0, -1);
  const last = id.at(-1) ?? "";
  if (last === LAST) return following(before) + ALPHABET[0];
  return before + ALPHABET[ALPHABET.indexOf(last) + 1];
}

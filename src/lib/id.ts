import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARS = 9;
const CHANCE_CHARS = 12;

/** A sortable id of 21 characters: 45 bits of milliseconds, then 60 bits of chance. */
export function newId(now: number): string {
  let time = "";
  for (let rest = now, index = 0; index < TIME_CHARS; index += 1) {
    time = ALPHABET[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  const chance = randomBytes(CHANCE_CHARS);
  return time + Array.from(chance, (byte) => ALPHABET[byte % 32]).join("");
}

import type { AssetId } from "./brand.ts";

/*
 * MindSphere's asset ids have 32 hexadecimal digits, and its clients refuse others. Ours
 * (lib/id.ts) have 21 characters of 5 bits each: the same number in both writings, no table.
 */

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const OURS = /^[0-9a-hjkmnp-tv-z]{21}$/;
const THEIRS = /^0{5}[0-9a-f]{27}$/;
const OURS_CHARS = 21;
const THEIRS_CHARS = 32;

/** What stands for the top of the tree, which is no asset of ours. */
export const ROOT_KEY = "0".repeat(THEIRS_CHARS);

/** An id of ours in MindSphere's writing; another id, of a house that was filled by hand, stays. */
export function keyOfAsset(id: AssetId): string {
  if (!OURS.test(id)) return id;
  let key = "00000";
  // Three bits more than the id has make full digits of it; the first ones are zero.
  let [bits, count] = [0, 3];
  for (const char of id) {
    bits = bits * 32 + ALPHABET.indexOf(char);
    for (count += 5; count >= 4; count -= 4) {
      const rest = 2 ** (count - 4);
      key += Math.floor(bits / rest).toString(16);
      bits %= rest;
    }
  }
  return key;
}

/** The id in whichever writing it comes; whether there is such an asset, is another question. */
export function assetOfKey(key: string): AssetId {
  if (!THEIRS.test(key)) return key as AssetId;
  let id = "";
  for (let number = BigInt(`0x${key}`), chars = 0; chars < OURS_CHARS; chars += 1) {
    id = ALPHABET.charAt(Number(number % 32n)) + id;
    number /= 32n;
  }
  return id as AssetId;
}

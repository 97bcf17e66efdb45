import { type ExactJson, isDeeper, parseJson } from "./json.ts";

/**
 * JSON with its integers of more than 15 digits as they were written: `JSON.parse` rounds them.
 * They are read as texts that begin with a mark, and then become what they are. Most JSON has none
 * of them, and costs one look at its text. What nests deeper than `depth` is not looked through.
 */
export function parseExactJson(text: string, depth: number): ExactJson | undefined {
  if (!LONG.test(text)) return parseJson(text);
  const json = parseJson(text.replaceAll(TOKEN, marked));
  return json === undefined || isDeeper(json, depth) ? json : restored(json);
}

/** Digits that do not stand behind a decimal point: full-precision doubles have many of those. */
const LONG = /(?<![.\d])\d{16}/;
/** A text, or a number that is no key: where a key has no quotation marks, it is not given any. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\s*:)/g;
/** No integer that we know has more; with a leading zero it is no JSON. */
const INTEGER = /^-?[1-9]\d{15,31}$/;
/** Half a character: no UTF-8 has it, only an escape in a text could say it. */
const MARK = "\udc00";
const ESCAPED_MARK = /^"\\udc00/i;

function marked(token: string): string {
  if (INTEGER.test(token)) return `"${MARK}${token}"`;
  return token.replace(ESCAPED_MARK, '"\\ufffd');
}

function restored(json: ExactJson): ExactJson {
  if (typeof json === "string") return json.startsWith(MARK) ? BigInt(json.slice(1)) : json;
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map(restored);
  return Object.fromEntries(Object.entries(json).map(([key, one]) => [key, restored(one)]));
}

import {
  decodeUtf8,
  type ExactJson,
  type ExactJsonObject,
  type Json,
  type JsonObject,
} from "./json.ts";
import { readJson } from "./read-json.ts";

/**
 * The same JSON with its integers of more than 15 digits as they were written: `JSON.parse` has
 * rounded them. The text is read once more with such integers in quotation marks; where there is a
 * number in one reading and a text in the other, the digits are known. Most JSON has none of them,
 * and costs one look at its text.
 */
export function withExactIntegers(bytes: Uint8Array, json: JsonObject): ExactJsonObject;
export function withExactIntegers(bytes: Uint8Array, json: Json): ExactJson;
export function withExactIntegers(bytes: Uint8Array, json: Json): ExactJson {
  const text = decodeUtf8(bytes) ?? "";
  if (!LONG.test(text)) return json;
  const quoted = text.replaceAll(TOKEN, (token) => (INTEGER.test(token) ? `"${token}"` : token));
  const again = readJson(Buffer.from(quoted), UNLIMITED, { warning() {} });
  return again.ok ? exact(json, again.value) : json;
}

/** Digits that do not stand behind a decimal point: full-precision doubles have many of those. */
const LONG = /(?<![.\d])\d{16}/;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** No integer that we know has more. */
const INTEGER = /^-?\d{16,32}$/;
/** The first reading has kept its limits. */
const UNLIMITED = { bytes: Number.POSITIVE_INFINITY, depth: Number.POSITIVE_INFINITY };

function exact(json: ExactJson, digits: ExactJson): ExactJson {
  if (typeof json === "number") return typeof digits === "string" ? BigInt(digits) : json;
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map((one, index) => exact(one, at(digits, index)));
  const entries = Object.entries(json);
  return Object.fromEntries(entries.map(([key, one]) => [key, exact(one, at(digits, key))]));
}

/** Both readings have the same shape. */
function at(json: ExactJson, place: string | number): ExactJson {
  return (json as ExactJsonObject)[place] ?? null;
}

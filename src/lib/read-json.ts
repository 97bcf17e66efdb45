import { createScanner, printParseErrorCode, visit } from "jsonc-parser";
import { parseExactJson } from "./exact-json.ts";
import { decodeUtf8, type ExactJson, isDeeper, type Json, parseJson } from "./json.ts";
import { failure, type Outcome, success } from "./outcome.ts";

/** How much of a stranger's JSON is read at all. */
type JsonLimits = { readonly bytes: number; readonly depth: number };

/** Why bytes are not JSON that we read. The code is stable, the detail is for a person. */
export type JsonFault = {
  readonly code: "E_SIZE" | "E_UTF8" | "E_JSON" | "E_DEPTH";
  readonly detail: string;
};

/** Where a tolerated oddity is noted. */
interface Warnings {
  warning(code: string, detail: string): void;
}

/**
 * Reads JSON as devices really write it. Good input costs one `JSON.parse`; only what that refuses
 * is looked at again, and then a trailing comma (in the examples of two specifications) and a
 * trailing NUL (C strings) pass with a warning. Nothing else does: no comments, no quotes left out.
 * Keys that reach an object's prototype are dropped, so that no later copy can be poisoned.
 */
export function readJson(
  bytes: Uint8Array,
  limits: JsonLimits,
  warnings: Warnings,
): Outcome<Json, JsonFault> {
  return readWith(parseJson, bytes, limits, warnings);
}

/** The same, with integers as they were written; see exact-json.ts. */
export function readExactJson(
  bytes: Uint8Array,
  limits: JsonLimits,
  warnings: Warnings,
): Outcome<ExactJson, JsonFault> {
  const parse = (text: string) => parseExactJson(text, limits.depth);
  return readWith(parse, bytes, limits, warnings);
}

/** Gives `undefined` where the text is not JSON. */
type Parse<J> = (text: string) => J | undefined;

function readWith<J extends ExactJson>(
  parse: Parse<J>,
  bytes: Uint8Array,
  limits: JsonLimits,
  warnings: Warnings,
): Outcome<J, JsonFault> {
  if (bytes.length > limits.bytes) {
    return fault("E_SIZE", `${bytes.length} bytes, expected at most ${limits.bytes}`);
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) return fault("E_UTF8", "bytes that are not UTF-8");
  if (startsWithBom(bytes)) warnings.warning("W_BOM", "a byte order mark before the JSON");

  const strict = parse(text);
  const read =
    strict === undefined ? readTolerantly(parse, text, limits.depth, warnings) : success(strict);
  if (!read.ok) return read;
  if (isDeeper(read.value, limits.depth)) return tooDeep(limits.depth);
  if (isSuspicious(text)) dropKeys(read.value, warnings);
  return read;
}

function startsWithBom(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function readTolerantly<J>(
  parse: Parse<J>,
  text: string,
  depth: number,
  warnings: Warnings,
): Outcome<J, JsonFault> {
  const trimmed = withoutPadding(text);
  if (opensDeeper(trimmed, depth)) return tooDeep(depth);

  const look = lookAt(trimmed);
  if (look.fault !== undefined) return fault("E_JSON", look.fault);
  const json = parse(without(trimmed, look.trailingCommas));
  if (json === undefined) return fault("E_JSON", "not JSON");

  if (text.includes("\0", trimmed.length)) warnings.warning("W_TRAILING_NUL", "NUL after the JSON");
  const [comma] = look.trailingCommas;
  if (comma !== undefined) {
    const count = look.trailingCommas.length;
    warnings.warning("W_TRAILING_COMMA", `offset ${comma}: ${count} before a closing bracket`);
  }
  if (look.duplicate !== undefined) {
    warnings.warning(
      "W_DUPLICATE_KEY",
      `${JSON.stringify(look.duplicate.slice(0, 64))}: the last one wins`,
    );
  }
  return success(json);
}

const PADDING = "\0 \t\r\n";

function withoutPadding(text: string): string {
  let end = text.length;
  while (end > 0 && PADDING.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Counts brackets as the parser would see them; asked first, for `visit` calls itself. */
function opensDeeper(text: string, depth: number): boolean {
  const scanner = createScanner(text, true);
  let open = 0;
  while (scanner.getPosition() < text.length) {
    scanner.scan();
    const token = scanner.getTokenLength() === 1 ? text[scanner.getTokenOffset()] : "";
    if (token === "{" || token === "[") open += 1;
    if (token === "}" || token === "]") open -= 1;
    if (open > depth) return true;
  }
  return false;
}

type Look = {
  fault: string | undefined;
  readonly trailingCommas: number[];
  duplicate: string | undefined;
};

function lookAt(text: string): Look {
  const look: Look = { fault: undefined, duplicate: undefined, trailingCommas: [] };
  const keys: Set<string>[] = [];
  let comma: number | undefined;
  const begin = () => {
    comma = undefined;
    keys.push(new Set());
  };
  const end = () => {
    if (comma !== undefined) look.trailingCommas.push(comma);
    comma = undefined;
    keys.pop();
  };
  visit(
    text,
    {
      onObjectBegin: begin,
      onArrayBegin: begin,
      onObjectEnd: end,
      onArrayEnd: end,
      onObjectProperty: (key) => {
        comma = undefined;
        const known = keys.at(-1);
        if (known?.has(key)) look.duplicate ??= key;
        known?.add(key);
      },
      onLiteralValue: () => {
        comma = undefined;
      },
      onSeparator: (character, offset) => {
        if (character === ",") comma = offset;
      },
      onError: (error, offset) => {
        look.fault ??= `offset ${offset}: ${inWords(printParseErrorCode(error))}`;
      },
    },
    { allowTrailingComma: true, disallowComments: true },
  );
  return look;
}

/** `PropertyNameExpected` becomes `property name expected`. */
function inWords(name: string): string {
  return name.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}

function without(text: string, offsets: readonly number[]): string {
  let start = 0;
  const parts = offsets.map((offset) => {
    const part = text.slice(start, offset);
    start = offset + 1;
    return part;
  });
  return [...parts, text.slice(start)].join(" ");
}

const DROPPED = ["__proto__", "constructor", "prototype"];

/** Whether a dropped key may be in the text, spelt out or hidden behind an escape. */
function isSuspicious(text: string): boolean {
  for (const key of DROPPED) if (text.includes(key)) return true;
  return text.includes("\\");
}

function dropKeys(json: ExactJson, warnings: Warnings): void {
  if (typeof json !== "object" || json === null) return;
  for (const key of DROPPED.filter((name) => Object.hasOwn(json, name))) {
    warnings.warning("W_KEY_DROPPED", `the key ${key} is not read`);
    Reflect.deleteProperty(json, key);
  }
  for (const value of Object.values(json)) dropKeys(value, warnings);
}

function tooDeep(depth: number): Outcome<never, JsonFault> {
  return fault("E_DEPTH", `nested deeper than ${depth} levels`);
}

function fault(code: JsonFault["code"], detail: string): Outcome<never, JsonFault> {
  return failure({ code, detail });
}

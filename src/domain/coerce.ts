import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { DataType, Variable } from "./catalogue.ts";
import { integerOf, isInt32 } from "./integer.ts";
import type { Value } from "./reading.ts";

type Truth = Outcome<boolean | null, string>;

const INTEGER = /^[+-]?\d{1,32}$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** What C and Python print where there is no number. */
const NOT_A_NUMBER = /^[+-]?nan$/i;
/** As they are written. Made once: some agents say every other value like this. */
const TRUTHS: ReadonlyMap<Value, Truth> = new Map<Value, Truth>([
  ["true", success(true)],
  [1, success(true)],
  ["false", success(false)],
  [0, success(false)],
  ["", success(null)],
]);

/**
 * Reads what a device wrote as a value of the variable's type: agents send numbers as texts and
 * texts as numbers. No value (null, an empty text, NaN) stays none and never becomes 0. What would
 * have to be guessed or rounded is refused, with a detail for the person who has to mend it.
 *
 * An integer has up to 64 bits, each of which is kept.
 */
export function coerce(value: Value | null, dataType: DataType): Outcome<Value | null, string> {
  if (value === null) return success(null);
  switch (dataType) {
    case "number":
      return number(value);
    case "integer":
      return integer(value);
    case "boolean":
      return typeof value === "boolean" ? success(value) : truth(value);
    case "string":
      return success(typeof value === "string" ? value : String(value));
  }
}

/** Whether it fits into what the variable says that it holds. */
export function isWithin(value: Value | null, { int32 }: Pick<Variable, "int32">): boolean {
  return (
    !int32 ||
    value === null ||
    ((typeof value === "number" || typeof value === "bigint") && isInt32(value))
  );
}

/**
 * The integer of up to 64 bits that was said, where the number that was read of it is another one.
 * Whoever prints a double may end it in zeros: that is none.
 */
export function roundedFrom(said: Value | null, read: Value | null): bigint | undefined {
  if (typeof read !== "number" || Math.abs(read) <= Number.MAX_SAFE_INTEGER) return undefined;
  const digits = typeof said === "bigint" || typeof said === "string" ? String(said).trim() : "";
  const exact = INTEGER.test(digits) ? integerOf(BigInt(digits)) : undefined;
  if (typeof exact !== "bigint") return undefined;
  return BigInt(read) === exact || String(read) === String(exact) ? undefined : exact;
}

function number(value: Value): Outcome<Value | null, string> {
  if (typeof value === "boolean" || typeof value === "string") {
    return read(value, parseNumber, "a number");
  }
  const double = Number(value);
  return Number.isFinite(double) ? success(double) : misfit(value, "a number");
}

function integer(value: Value): Outcome<Value | null, string> {
  if (typeof value === "number") {
    return Number.isInteger(value) ? success(value) : misfit(value, "an integer");
  }
  if (typeof value !== "bigint") return read(value, parseInteger, "an integer");
  const exact = integerOf(value);
  return exact === undefined ? misfit(value, "an integer") : success(exact);
}

function read(
  value: boolean | string,
  parse: (text: string) => number | bigint | undefined,
  expected: string,
): Outcome<Value | null, string> {
  if (typeof value === "boolean") return misfit(value, expected);
  const text = value.trim();
  if (text === "" || NOT_A_NUMBER.test(text)) return success(null);
  const parsed = parse(text);
  return parsed === undefined ? misfit(value, expected) : success(parsed);
}

function parseNumber(text: string): number | undefined {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function parseInteger(text: string): number | bigint | undefined {
  return INTEGER.test(text) ? integerOf(BigInt(text)) : undefined;
}

function truth(value: number | bigint | string): Outcome<Value | null, string> {
  const told = TRUTHS.get(value);
  if (told) return told;
  const plain = typeof value === "string" ? TRUTHS.get(value.trim().toLowerCase()) : undefined;
  return plain ?? misfit(value, "true or false");
}

function misfit(value: Value, expected: string): Outcome<Value | null, string> {
  const found = typeof value === "string" ? JSON.stringify(value) : String(value);
  const shown = found.length > 40 ? `${found.slice(0, 40)}…` : found;
  return failure(`found ${shown}, expected ${expected}`);
}

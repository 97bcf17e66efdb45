import type { ExactJson, Json } from "../../lib/json.ts";

/** The guide's names of types; of other clients' names, only what they say is read. */
export const TYPE_NAMES = [
  "Integer",
  "Short",
  "Long",
  "Double",
  "Float",
  "Boolean",
  "String",
] as const;
export type TypeName = (typeof TYPE_NAMES)[number];

export function isTypeName(json: ExactJson | undefined): json is TypeName {
  return TYPE_NAMES.some((name) => name === json);
}

const BITS = { Short: 16, Integer: 32, Long: 64 } as const;

/** The value as JSON of this type; undefined where it is none of that type. */
export function literalFor(value: Json, type: TypeName): string | undefined {
  switch (type) {
    case "Boolean":
      return typeof value === "boolean" ? String(value) : undefined;
    case "String":
      return typeof value === "string" ? JSON.stringify(value) : undefined;
    case "Double":
    case "Float":
      return typeof value === "number" ? JSON.stringify(value) : undefined;
    default:
      return wholeLiteral(value, BITS[type]);
  }
}

/** Whole numbers beyond 2^53 come as a text of their digits, and leave as digits. */
function wholeLiteral(value: Json, bits: number): string | undefined {
  const isDigits = typeof value === "string" && /^-?\d{1,20}$/.test(value);
  if (!isDigits && !Number.isSafeInteger(value)) return undefined;
  const whole = BigInt(value as string | number);
  return BigInt.asIntN(bits, whole) === whole ? String(whole) : undefined;
}

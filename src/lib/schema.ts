import { Ajv, type ErrorObject } from "ajv";
import type { JsonObject } from "./json.ts";
import { failure, type Outcome, success } from "./outcome.ts";

export type Check = (value: unknown) => Outcome<void, string>;

/** RFC 3339, section 5.6; whether the day exists is asked of `Date`. */
const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
/** Compiled schemas that are kept; the house has a few dozen command types. */
const KEPT = 256;
/** More mistakes than this do not help a person. */
const TOLD = 10;

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  logger: false,
  formats: {
    "date-time": (text: string) => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text)),
  },
});
const compiled = new Map<string, Check>();

/**
 * The check for a JSON Schema (draft 7). What fails is told with its place, for a person:
 * `/duration must be >= 0; /colors/2 must match pattern "^#"`. A wrong schema throws.
 */
export function compileSchema(schema: JsonObject): Check {
  const text = JSON.stringify(schema);
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const validate = ajv.compile(schema);
  ajv.removeSchema(schema); // It would keep every schema object that it was ever given.
  const check: Check = (value) =>
    validate(value) ? success(undefined) : failure(explained(validate.errors ?? []));
  if (compiled.size >= KEPT) compiled.clear();
  compiled.set(text, check);
  return check;
}

/** Each place once: of the branches of an `anyOf` only the first is of use to a person. */
function explained(errors: readonly ErrorObject[]): string {
  const places = new Map<string, string>();
  for (const error of errors) {
    if (!places.has(error.instancePath)) places.set(error.instancePath, claim(error));
    if (places.size === TOLD) break;
  }
  return [...places].map(([place, text]) => `${place} ${text}`.trim()).join("; ");
}

function claim({ keyword, message = "is wrong", params }: ErrorObject): string {
  if (keyword === "additionalProperties") return `must not have '${params["additionalProperty"]}'`;
  if (keyword === "enum") return `must be one of ${JSON.stringify(params["allowedValues"])}`;
  if (keyword === "const") return `must be ${JSON.stringify(params["allowedValue"])}`;
  return message;
}

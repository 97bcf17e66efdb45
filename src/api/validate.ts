import type { TSchema } from "typebox";
import type { JsonObject } from "../lib/json.ts";
import { compileSchema } from "../lib/schema.ts";

type Part = "body" | "params" | "querystring";
type Check = (data: unknown) => { value: unknown } | { error: Error };

/** Checks one part of a request; what is not declared is refused, not dropped. */
export function validator(schema: TSchema, part: Part): Check {
  const check = compileSchema(closed(schema));
  const numbers = part === "querystring" ? numbersOf(schema) : [];
  return (data) => {
    const value = numbers.length > 0 ? withNumbers(data, numbers) : data;
    const outcome = check(value);
    return outcome.ok ? { value } : { error: new Error(outcome.problem) };
  };
}

/** The schema with every object closed: a misspelt name must not pass in silence. */
export function closed(schema: object): JsonObject {
  const copy = JSON.parse(JSON.stringify(schema), (_, node) =>
    node?.type === "object" && node.properties && node.additionalProperties === undefined
      ? { ...node, additionalProperties: false }
      : node,
  );
  return copy as JsonObject;
}

/** A query is text all through: which of its fields mean numbers, the schema knows. */
function numbersOf(schema: TSchema): string[] {
  const { properties = {} } = schema as { properties?: Record<string, { type?: unknown }> };
  return Object.entries(properties)
    .filter(([, { type }]) => type === "integer" || type === "number")
    .map(([name]) => name);
}

function withNumbers(data: unknown, names: readonly string[]): unknown {
  const query: Record<string, unknown> = { ...(data as object) };
  for (const name of names) {
    const text = query[name];
    if (typeof text === "string" && /^-?\d+(\.\d+)?$/.test(text)) query[name] = Number(text);
  }
  return query;
}

import fastJsonStringify from "fast-json-stringify";
import type { TSchema } from "typebox";
import type { JsonObject } from "../lib/json.ts";
import { compileSchema } from "../lib/schema.ts";

type Part = "body" | "params" | "querystring";
type Check = (data: unknown) => { value: unknown } | { error: Error };

/**
 * Checks one part of a request; what is not declared is refused, not dropped. A schema is compiled
 * when it is first asked: most routes are not, and all of them together take 10 MB.
 */
export function validator(schema: TSchema, part: Part): Check {
  let check: ReturnType<typeof compileSchema> | undefined;
  const numbers = part === "querystring" ? numbersOf(schema) : [];
  return (data) => {
    check ??= compileSchema(closed(schema));
    const value = numbers.length > 0 ? withNumbers(data, numbers) : data;
    const outcome = check(value);
    return outcome.ok ? { value } : { error: new Error(outcome.problem) };
  };
}

/** Writes a reply as JSON, and of it only what its schema names; compiled as above. */
export function writer(schema: TSchema): (data: unknown) => string {
  let write: ((data: unknown) => string) | undefined;
  return (data) => {
    write ??= fastJsonStringify(schema as Parameters<typeof fastJsonStringify>[0]);
    return write(data);
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

import { Type } from "typebox";
import type { EventField, EventType } from "../../domain/asset-event.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { EventTypeChange } from "../../event/event.ts";
import { type Json, parseJson } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { compileSchema } from "../../lib/schema.ts";
import { readBody } from "./body.ts";

const Field = Type.Object({
  name: Type.String(),
  type: Type.Enum([
    ...["STRING", "INTEGER", "DOUBLE", "BOOLEAN", "LINK", "TIMESTAMP", "UUID", "ENUM"],
  ]),
  filterable: Type.Optional(Type.Boolean()),
  required: Type.Optional(Type.Boolean()),
  updatable: Type.Optional(Type.Boolean()),
  values: Type.Optional(Type.Array(Type.String())),
});

export const NewEventTypeBody = Type.Object({
  id: Type.Optional(Type.String({ pattern: "^[\\w.-]{1,256}$" })),
  name: Type.String({ pattern: "^[\\w.-]{1,128}$" }),
  parentId: Type.Optional(Type.String()),
  ttl: Type.Optional(Type.Integer()),
  scope: Type.Optional(Type.Enum(["LOCAL", "GLOBAL"])),
  fields: Type.Optional(Type.Array(Field)),
});

const Step = Type.Object({
  op: Type.Enum(["add", "replace"]),
  path: Type.String(),
  value: Type.Unknown(),
});

/** What is not said of a field, as Insights Hub takes it. */
export function fieldOf(given: Type.Static<typeof Field>): EventField {
  const { filterable = true, required = false, updatable = true, values, ...rest } = given;
  const type = rest.type as EventField["type"];
  return {
    name: rest.name,
    type,
    filterable,
    required,
    updatable,
    ...(values?.length ? { values } : {}),
  };
}

/** A JSON patch: `add` to `/fields`, `replace` of `/ttl` or `/scope`; one step or several. */
export function readTypePatch(body: Uint8Array): Outcome<EventTypeChange, Problem> {
  const steps = readBody(body, Type.Union([Step, Type.Array(Step)]));
  if (!steps.ok) return steps;
  let change: EventTypeChange = {};
  for (const { op, path, value } of [steps.value].flat()) {
    const wish = stepOf(`${op} ${path.replace(/\/(-|\d+)$/, "")}`, value as Json);
    if (!wish) {
      const detail = `'${op}' of '${path}' to this value: add /fields, or replace /ttl or /scope`;
      return failure(problem("event_invalid", detail));
    }
    change = { ...change, ...wish, added: [...(change.added ?? []), ...(wish.added ?? [])] };
  }
  return success(change);
}

function stepOf(what: string, value: Json): EventTypeChange | undefined {
  if (what === "replace /ttl") return { ttlDays: Number(value) };
  if (what === "replace /scope" && (value === "LOCAL" || value === "GLOBAL")) {
    return { scope: value as EventType["scope"] };
  }
  if (what !== "add /fields") return undefined;
  // Insights Hub's own client sends the field as a text of JSON.
  const given = typeof value === "string" ? parseJson(value) : value;
  const fields = [given].flat();
  const isRight = compileSchema(Type.Array(Field) as never)(fields).ok;
  return isRight ? { added: (fields as Type.Static<typeof Field>[]).map(fieldOf) } : undefined;
}

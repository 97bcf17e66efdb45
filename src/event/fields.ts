import type { EventField } from "../domain/asset-event.ts";
import { LIMIT } from "../domain/limit.ts";
import { parseIsoTime } from "../lib/iso-time.ts";
import type { Json, JsonObject } from "../lib/json.ts";

/** What an event has outside its fields. */
const TAKEN = new Set(["id", "typeId", "correlationId", "timestamp", "entityId", "etag"]);
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** What is wrong with fields that are to be added to those of a type, in words. */
export function wrongFields(
  added: readonly EventField[],
  inherited: readonly EventField[],
): string | undefined {
  const names = new Set(inherited.map(({ name }) => name));
  if (names.size + added.length > LIMIT.fieldsPerEvent) {
    return `a type has at most ${LIMIT.fieldsPerEvent} fields`;
  }
  for (const { name, type, values } of added) {
    if (!NAME.test(name)) return `'${name}' cannot be the name of a field`;
    if (TAKEN.has(name) || names.has(name)) return `there is a field '${name}' already`;
    if ((type === "ENUM") !== (values !== undefined)) return `'${name}': values are of an ENUM`;
    names.add(name);
  }
  return undefined;
}

/** What is wrong with the values of an event, in words. Fields that its type does not know stay. */
export function wrongValues(values: JsonObject, fields: readonly EventField[]): string | undefined {
  for (const field of fields) {
    const { name, type, required } = field;
    const value = values[name];
    if (value === undefined || value === null) {
      if (required) return `'${name}' is required`;
    } else if (!isOf(field, value)) return `'${name}' must be of type ${type}`;
  }
  return undefined;
}

/** Fields that the type says may not be changed after the event was told. */
export function wrongChange(
  values: JsonObject,
  before: JsonObject,
  fields: readonly EventField[],
): string | undefined {
  const fixed = fields.find(({ name, updatable }) => {
    const value = values[name];
    return !updatable && value !== undefined && value !== (before[name] ?? null);
  });
  return fixed && `'${fixed.name}' cannot be changed`;
}

/** Whether it is a value of the field's type, as JSON writes it. */
export function isOf({ type, values }: Pick<EventField, "type" | "values">, value: Json): boolean {
  switch (type) {
    case "INTEGER":
      return Number.isSafeInteger(value);
    case "DOUBLE":
      return typeof value === "number";
    case "BOOLEAN":
      return typeof value === "boolean";
    case "TIMESTAMP":
      return typeof value === "string" && parseIsoTime(value) !== undefined;
    case "UUID":
      return typeof value === "string" && UUID.test(value);
    case "ENUM":
      return typeof value === "string" && (values?.includes(value) ?? false);
    default:
      return typeof value === "string";
  }
}

import { assetOfKey } from "../../domain/asset-key.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { EventQuery } from "../../event/event.ts";
import { parseIsoTime } from "../../lib/iso-time.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { readFilter } from "./filter.ts";

/** What the store can look for, and what is left to be looked at one by one. */
export type EventFilter = Pick<EventQuery, "where" | "from" | "to"> & {
  readonly rest: JsonObject;
};

const WEEK_MS = 7 * 24 * 60 * 60_000;
/** `[2026-01-01T00:00:00Z,2026-01-08T00:00:00Z)`: a bracket includes its end. */
const INTERVAL = /^([[(])([^,]+),([^,]+)([\])])$/;

/** Columns that are asked for by one value each. */
const COLUMNS: Readonly<Record<string, (value: Json) => EventQuery["where"]>> = {
  id: (value) => ({ id: String(value) }),
  typeId: (value) => ({ typeId: String(value) }),
  correlationId: (value) => ({ correlationId: String(value) }),
  entityId: (value) => ({ assetId: assetOfKey(String(value)) }),
  severity: (value) => ({ severity: Number(value) }),
  acknowledged: (value) => ({ acknowledged: String(value) === "true" }),
};

/** Without a time only the last seven days are asked for, as in Insights Hub. */
export function readEventFilter(
  filter: string | undefined,
  now: number,
): Outcome<EventFilter, Problem> {
  const json = filter === undefined || filter === "" ? success({}) : readFilter(filter);
  if (!json.ok) return json;
  const { timestamp, ...conditions } = json.value as JsonObject;
  const span = timestamp === undefined ? { from: now - WEEK_MS } : spanOf(timestamp);
  if (!span) {
    const detail = "filter: timestamp has before, after, or between '[a,b)' of ISO 8601 times";
    return failure(problem("request_invalid", detail));
  }
  return success({ ...span, ...sorted(conditions) });
}

/** What columns can say, and the rest. */
function sorted(conditions: JsonObject): Pick<EventFilter, "where" | "rest"> {
  let where: EventQuery["where"] = {};
  const rest: Record<string, Json> = {};
  for (const [name, value] of Object.entries(conditions)) {
    const column = Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : undefined;
    const wanted = isJsonObject(value) && Object.keys(value).join() === "eq" ? value["eq"] : value;
    const isPlain = wanted !== undefined && wanted !== null && typeof wanted !== "object";
    if (column && isPlain) where = { ...where, ...column(wanted) };
    else rest[name] = value;
  }
  return { where, rest };
}

type Span = { readonly from?: number; readonly to?: number };

function spanOf(given: Json): Span | undefined {
  if (!isJsonObject(given)) {
    const at = timeOf(given);
    return at === undefined ? undefined : { from: at, to: at + 1 };
  }
  let span: Span = {};
  for (const [operator, value] of Object.entries(given)) {
    const part = partOf(operator, value);
    if (!part) return undefined;
    span = { ...span, ...part };
  }
  return span;
}

function partOf(operator: string, value: Json): Span | undefined {
  if (operator === "between") return intervalOf(value);
  const at = timeOf(value);
  if (at === undefined) return undefined;
  if (operator === "after") return { from: at + 1 };
  if (operator === "before") return { to: at };
  return operator === "eq" ? { from: at, to: at + 1 } : undefined;
}

function intervalOf(value: Json): Span | undefined {
  const [low, high, isOpen, isClosed] = Array.isArray(value)
    ? [value[0], value[1], false, true]
    : textOf(INTERVAL.exec(String(value)));
  const from = timeOf(low ?? null);
  const to = timeOf(high ?? null);
  if (from === undefined || to === undefined) return undefined;
  return { from: isOpen ? from + 1 : from, to: isClosed ? to + 1 : to };
}

function textOf(found: RegExpExecArray | null): readonly [Json, Json, boolean, boolean] {
  const [, opening, low = null, high = null, closing] = found ?? [];
  return [low, high, opening === "(", closing === "]"];
}

function timeOf(value: Json): number | undefined {
  return typeof value === "string" ? parseIsoTime(value.trim()) : undefined;
}

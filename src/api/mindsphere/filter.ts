import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { isDeeper, isJsonObject, type Json, type JsonObject, parseJson } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";

/** Rows as callers see them; a filter asks for their fields by the same names. */
export type Row = Readonly<Record<string, unknown>>;
type Test = (row: Row) => boolean;

/**
 * The rows that a filter lets through, in the order that `sort` asks for.
 *
 * A filter is JSON: `{"name":{"startsWith":"x"}}`, `{"and":{…}}`, `{"not":{…}}`, a value instead of
 * an operator for `eq`. What cannot be understood is refused: a filter that lets everything through
 * could have somebody remove too much.
 */
export function select<R extends Row>(
  rows: readonly R[],
  { filter, sort }: { readonly filter?: string | undefined; readonly sort?: string | undefined },
): Outcome<readonly R[], Problem> {
  const order = sort === undefined || sort === "" ? success(undefined) : orderOf(sort);
  if (!order.ok) return order;
  if (filter === undefined || filter === "") return success(sorted(rows, order.value));
  const test = testOf(filter);
  return test.ok ? success(sorted(rows.filter(test.value), order.value)) : test;
}

/** The filter as JSON, for services that pick conditions of their own out of it. */
export function readFilter(filter: string): Outcome<JsonObject, Problem> {
  if (filter.length > LIMIT.filterChars) return wrong(`longer than ${LIMIT.filterChars}`);
  const json = parseJson(filter);
  if (!isJsonObject(json) || isDeeper(json, LIMIT.filterDepth)) return wrong("expected JSON");
  return success(json);
}

function testOf(filter: string): Outcome<Test, Problem> {
  const json = readFilter(filter);
  if (!json.ok) return json;
  try {
    return success(allOf(json.value));
  } catch (reason) {
    if (reason instanceof NoFilter) return wrong(reason.message);
    throw reason;
  }
}

/** Carries what is wrong out of the recursion below, no further. */
class NoFilter extends Error {}

/** An object is all of its entries at once. */
function allOf(json: JsonObject): Test {
  const tests = Object.entries(json).map(([name, value]) => entryOf(name, value));
  return (row) => tests.every((test) => test(row));
}

function entryOf(name: string, value: Json): Test {
  if (name === "and") {
    const tests = branches(name, value);
    return (row) => tests.every((test) => test(row));
  }
  if (name === "or") {
    const tests = branches(name, value);
    return (row) => tests.some((test) => test(row));
  }
  if (name === "not") {
    if (!isJsonObject(value)) throw new NoFilter("not: expected an object");
    const test = allOf(value);
    return (row) => !test(row);
  }
  const matches = isJsonObject(value) ? operators(name, value) : equals(value);
  return (row) => matches(fieldOf(row, name));
}

/** An array of filters, or an object each of whose entries is one. */
function branches(name: string, value: Json): readonly Test[] {
  if (Array.isArray(value)) {
    return value.map((one) => {
      if (!isJsonObject(one)) throw new NoFilter(`${name}: expected objects`);
      return allOf(one);
    });
  }
  if (!isJsonObject(value)) throw new NoFilter(`${name}: expected an object`);
  return Object.entries(value).map(([key, one]) => entryOf(key, one));
}

type Matches = (field: unknown) => boolean;

function operators(name: string, wanted: JsonObject): Matches {
  const all = Object.entries(wanted).map(([operator, value]) => {
    const make = OPERATORS[operator];
    if (!make || !Object.hasOwn(OPERATORS, operator)) {
      throw new NoFilter(`${name}: there is no operator '${operator}'`);
    }
    return make(value);
  });
  return (field) => all.every((matches) => matches(field));
}

const OPERATORS: Readonly<Record<string, (value: Json) => Matches>> = {
  eq: equals,
  in: (value) => {
    const any = (Array.isArray(value) ? value : [value]).map(equals);
    return (field) => any.some((matches) => matches(field));
  },
  contains: (value) => onText(value, (text, part) => text.includes(part)),
  startsWith: (value) => onText(value, (text, part) => text.startsWith(part)),
  endsWith: (value) => onText(value, (text, part) => text.endsWith(part)),
  like: (value) => onText(value, (text, part) => text.includes(part.replaceAll("*", ""))),
  before: (value) => compares(value, (order) => order < 0),
  after: (value) => compares(value, (order) => order > 0),
  lt: (value) => compares(value, (order) => order < 0),
  lte: (value) => compares(value, (order) => order <= 0),
  gt: (value) => compares(value, (order) => order > 0),
  gte: (value) => compares(value, (order) => order >= 0),
  between: (value) => {
    const [low = null, high = null] = Array.isArray(value) ? value : [];
    const isLow = compares(low, (order) => order >= 0);
    const isHigh = compares(high, (order) => order <= 0);
    return (field) => isLow(field) && isHigh(field);
  },
};

/** A field that is not there is null; numbers are found by their digits, too. */
function equals(value: Json): Matches {
  if (value !== null && typeof value === "object") throw new NoFilter("expected a single value");
  return (field) => {
    if (Array.isArray(field)) return field.includes(value);
    if (value === null || field === null || field === undefined) return (field ?? null) === value;
    return field === value || String(field) === String(value);
  };
}

function onText(value: Json, matches: (text: string, part: string) => boolean): Matches {
  const part = String(value).toLowerCase();
  return (field) => typeof field === "string" && matches(field.toLowerCase(), part);
}

function compares(value: Json, holds: (order: number) => boolean): Matches {
  const wanted = comparable(value);
  return (field) => field !== undefined && field !== null && holds(compare(field, wanted));
}

/** Times of other offsets compare by when they are. */
function comparable(value: Json): string | number {
  return typeof value === "number" ? value : String(value);
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && Number.isFinite(Number(b))) return a - Number(b);
  const [first, second] = [String(a ?? ""), String(b ?? "")];
  if (ISO.test(first) && ISO.test(second)) return Date.parse(first) - Date.parse(second);
  return first < second ? -1 : first > second ? 1 : 0;
}

const ISO = /^\d{4}-\d\d-\d\dT/;

type Order = { readonly names: readonly string[]; readonly sign: 1 | -1 };

/** `name,asc`, `name`, `a,b,desc`, or a bare direction, which some clients send. */
function orderOf(sort: string): Outcome<Order | undefined, Problem> {
  const words = sort.split(",").map((word) => word.trim());
  const direction = /^(asc|desc)$/i.exec(words.at(-1) ?? "")?.[1]?.toLowerCase();
  const names = direction ? words.slice(0, -1) : words;
  if (!names.every((name) => /^[\w.]{1,64}$/.test(name))) {
    return failure(problem("request_invalid", "sort: expected names, then asc or desc"));
  }
  return success({
    names: names.length > 0 ? names : ["name"],
    sign: direction === "desc" ? -1 : 1,
  });
}

function sorted<R extends Row>(rows: readonly R[], order: Order | undefined): readonly R[] {
  if (!order) return rows;
  const { names, sign } = order;
  // Each field is looked up once, not at every comparison.
  const keyed = rows.map((row) => ({ row, fields: names.map((name) => fieldOf(row, name)) }));
  keyed.sort((a, b) => {
    for (const [index, field] of a.fields.entries()) {
      const result = compare(field, b.fields[index]);
      if (result !== 0) return sign * result;
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}

/** `location.country` looks into nested objects. */
function fieldOf(row: Row, name: string): unknown {
  let field: unknown = row;
  for (const part of name.split(".")) {
    field =
      isJsonObject(field as Json) && Object.hasOwn(field as Row, part)
        ? (field as Row)[part]
        : undefined;
  }
  return field;
}

function wrong(detail: string): Outcome<never, Problem> {
  return failure(problem("request_invalid", `filter: ${detail}`));
}

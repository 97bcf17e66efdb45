import { LIMIT } from "../../domain/limit.ts";
import type { Point } from "../../domain/model.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { iso } from "../time.ts";
import { type Plan, planOf, unitOf, type Wish } from "./aggregate-plan.ts";
import { type Aggregate, aggregatesOf } from "./aggregate-sums.ts";
import { aspectPointsOf } from "./aspect-points.ts";
import type { Ask, Routes } from "./route.ts";
import { timeFrom } from "./time-text.ts";

export const aggregateRoutes: Routes = {
  "GET /api/iottsaggregates/v4/aggregates": {
    permission: "view",
    summary: "Sums of an aspect's variables by interval",
    handle: async (house, ask) => {
      const { assetId = "", aspectName = "" } = ask.query;
      const rows = await rowsOf(house, ask, { asset: assetId, aspect: aspectName });
      return rows.ok ? success({ status: 200, body: { aggregates: rows.value } }) : rows;
    },
  },
  "GET /api/iottsaggregates/v3/aggregates/:asset/:aspect": {
    permission: "view",
    summary: "The same in the form of version 3",
    handle: async (house, ask) => {
      const { asset = "", aspect = "" } = ask.params;
      const rows = await rowsOf(house, ask, { asset, aspect });
      return rows.ok ? success({ status: 200, body: rows.value }) : rows;
    },
  },
};

const TIMEZONE = "UTC";

type Place = { readonly asset: string; readonly aspect: string };
type Row = { readonly [name: string]: unknown };

async function rowsOf(
  house: House,
  ask: Ask,
  { asset: key, aspect: name }: Place,
): Promise<Outcome<readonly Row[], Problem>> {
  const wish = wishOf(ask);
  if (!wish.ok) return wish;
  const found = await aspectPointsOf(house, key, name);
  if (!found.ok) return found;
  const { asset, points } = found.value;
  const timeZone = asset.timezone ?? TIMEZONE;
  const plan = planOf(wish.value, house.clock.now(), timeZone);
  if (!plan.ok) return plan;
  const columns: Column[] = [];
  const fieldsOf = selection(ask.query["select"]);
  for (const point of points.values()) {
    const fields = fieldsOf(point.variable.name);
    if (!fields || !isCounted(point)) continue;
    const { series } = point;
    const all = await aggregatesOf(house.historian, series, plan.value, timeZone);
    columns.push({ name: point.variable.name, all: all.map((one) => one && fields(one)) });
  }
  return success(tableOf(plan.value, columns));
}

type Column = { readonly name: string; readonly all: readonly (object | null)[] };

/** A row for each interval in which something was stored. */
function tableOf({ bounds }: Plan, columns: readonly Column[]): readonly Row[] {
  return bounds.slice(0, -1).flatMap((start, index) => {
    const said = columns.flatMap(({ name, all }) => {
      const one = all[index];
      return one ? [[name, one] as const] : [];
    });
    if (said.length === 0) return [];
    const span = { starttime: iso(start), endtime: iso(bounds[index + 1] ?? start) };
    return [{ ...span, ...Object.fromEntries(said) }];
  });
}

function isCounted({ variable }: Point): boolean {
  return variable.dataType !== "string";
}

type Fields = (aggregate: Aggregate) => object;

/** `power` selects a variable whole, `power.sum` one of its fields; without a word, everything. */
function selection(select: string | undefined): (variable: string) => Fields | undefined {
  if (!select) return () => (aggregate) => aggregate;
  const words = select.split(",").map((word) => word.trim());
  return (variable) => {
    if (words.includes(variable)) return (aggregate) => aggregate;
    const own = words.filter((word) => word.startsWith(`${variable}.`));
    if (own.length === 0) return undefined;
    const names = own.map((word) => word.slice(variable.length + 1));
    return (aggregate) =>
      Object.fromEntries(Object.entries(aggregate).filter(([name]) => names.includes(name)));
  };
}

function wishOf({ query }: Ask): Outcome<Wish, Problem> {
  const from = momentOf(query["from"], "from");
  if (!from.ok) return from;
  const to = momentOf(query["to"], "to");
  if (!to.ok) return to;
  const interval = intervalOf(query);
  if (!interval.ok) return interval;
  const count = countOf(query["count"]);
  if (!count.ok) return count;
  return success({ ...from.value, ...to.value, ...interval.value, ...count.value });
}

function momentOf<Name extends "from" | "to">(
  text: string | undefined,
  name: Name,
): Outcome<{ [N in Name]?: number }, Problem> {
  if (!text) return success({});
  const at = timeFrom(text, name);
  return at.ok ? success({ [name]: at.value } as { [N in Name]?: number }) : at;
}

function intervalOf(query: Ask["query"]): Outcome<Pick<Wish, "unit" | "value">, Problem> {
  const { intervalUnit: word, intervalValue: value } = query;
  if (!word) return value ? invalid("intervalValue: say its intervalUnit") : success({});
  const unit = unitOf(word);
  if (!unit) return invalid("intervalUnit: minute, hour, day, week or month");
  return success(value ? { unit, value: Number(value) } : { unit });
}

function countOf(text: string | undefined): Outcome<Pick<Wish, "count">, Problem> {
  if (!text) return success({});
  const count = Number(text);
  const isRight = Number.isInteger(count) && count >= 1 && count <= LIMIT.insightsRows;
  return isRight ? success({ count }) : invalid(`count: from 1 to ${LIMIT.insightsRows}`);
}

function invalid(detail: string): Outcome<never, Problem> {
  return failure(problem("request_invalid", detail));
}

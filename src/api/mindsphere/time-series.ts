import { LIMIT } from "../../domain/limit.ts";
import type { Point } from "../../domain/model.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { qualityUntold } from "../../domain/reading.ts";
import { type Samples, SamplesBuilder, sampleAt } from "../../domain/samples.ts";
import { codeOfQuality } from "../../domain/status-word.ts";
import type { SeriesRange } from "../../historian/historian.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { countIn, DELETED, forgetSamples } from "../forget.ts";
import type { House } from "../house.ts";
import { storeSamples } from "../push.ts";
import { samplesIn } from "../samples-in.ts";
import { iso } from "../time.ts";
import { type Words, wordsIn, wordsOf } from "../words.ts";
import { type AspectPoints, aspectPointsOf, withAllPoints } from "./aspect-points.ts";
import { readExactBody } from "./body.ts";
import { type Records, recordsOf } from "./records.ts";
import type { Answer, Ask, Routes } from "./route.ts";
import { addWords } from "./status-words.ts";
import { timeFrom } from "./time-text.ts";

const ONE = "/api/iottimeseries/v3/timeseries/:asset/:aspect";

export const timeSeriesRoutes: Routes = {
  [`GET ${ONE}`]: {
    permission: "view",
    summary: "Records of an aspect in a range of time; without one, the newest",
    handle: read,
  },
  [`PUT ${ONE}`]: {
    permission: "push-samples",
    summary: "Store records of an aspect; one of the same time is replaced",
    handle: write,
  },
  [`DELETE ${ONE}`]: {
    permission: "administer",
    summary: "Delete an aspect's records of a range of time for good",
    handle: remove,
  },
};

/** Records by their times, which both ends of a range belong to. */
type Range = { readonly from: number; readonly to: number };
type Record = { [name: string]: unknown };
type Rows = Map<number, Record>;

async function read(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const found = await aspectOf(house, ask);
  if (!found.ok) return found;
  const points = selected(found.value, ask.query["select"]);
  if (!points.ok) return points;
  const { from, to } = ask.query;
  if (!from && !to) return success(await newest(house, ask, points.value));
  const range = rangeOf(ask, house.clock.now());
  if (!range.ok) return range;
  const limit = limitOf(ask.query["limit"]);
  if (!limit.ok) return limit;
  const order = /^desc$/i.test(ask.query["sort"] ?? "") ? -1 : 1;
  const wish = { ...range.value, limit: limit.value, order } as const;
  return success(await page(house, ask, points.value, wish));
}

type Wish = Range & { readonly limit: number; readonly order: 1 | -1 };

/**
 * One record more than asked for is read of each variable: the first `limit` times of all of them
 * together are whole, and whether there is another page is known.
 */
async function page(
  house: House,
  ask: Ask,
  points: readonly Point[],
  { from, to, limit, order }: Wish,
): Promise<Answer> {
  const rows: Rows = new Map();
  for (const point of points) {
    const { series } = point;
    const query = { series, from, to: to + 1, limit: limit + 1, order };
    const words = await wordsOf(house, query);
    addRecords(rows, point, await house.historian.range(query), words);
  }
  const times = [...rows.keys()].toSorted((a, b) => order * (a - b));
  const next = times[limit];
  const body = times.slice(0, limit).map((at) => rows.get(at));
  if (next === undefined) return { status: 200, body };
  const bounds = order === 1 ? { from: next, to } : { from, to: next };
  return { status: 200, body, headers: { link: `<${hrefOf(ask, bounds)}>; rel="next"` } };
}

/** The newest record; with `latestValue`, the newest value of each variable. */
async function newest(house: House, ask: Ask, points: readonly Point[]): Promise<Answer> {
  const { withWords, of } = house.ingest.statusSeries;
  const series = Uint32Array.from(points.flatMap((point) => withWords(point.series)));
  const samples = await house.historian.latest(series);
  const rows: Rows = new Map();
  for (const point of points) {
    addRecords(rows, point, samples, wordsIn(samples, of(point.series)));
  }
  const times = [...rows.keys()].toSorted((a, b) => b - a);
  const wanted = ask.query["latestValue"] === "true" ? times : times.slice(0, 1);
  return { status: 200, body: wanted.map((at) => rows.get(at)) };
}

function addRecords(
  rows: Rows,
  { series, variable }: Point,
  samples: Samples,
  words?: Words,
): void {
  const { name, qualityCode } = variable;
  for (let row = 0; row < samples.count; row += 1) {
    if (samples.series[row] !== series) continue;
    const { at, value, quality } = sampleAt(samples, row);
    if (value === null || (typeof value === "number" && !Number.isFinite(value))) continue;
    const record: Record = rows.get(at) ?? { _time: iso(at) };
    record[name] = value;
    if (qualityCode || quality !== "good")
      record[`${name}_qc`] = codeOfQuality(quality, words?.get(at));
    rows.set(at, record);
  }
}

function selected(
  { points, aspect }: AspectPoints,
  select: string | undefined,
): Outcome<readonly Point[], Problem> {
  if (!select) return success([...points.values()]);
  const names = select.split(",").map((name) => name.trim().replace(/_qc$/, ""));
  const unknown = names.find((name) => !aspect.variables.some((one) => one.name === name));
  if (unknown !== undefined) return failure(invalid(`select: no variable '${unknown}'`));
  return success([...points.values()].filter(({ variable }) => names.includes(variable.name)));
}

async function write(house: House, { params, body }: Ask): Promise<Outcome<Answer, Problem>> {
  const { asset = "", aspect = "" } = params;
  const stored = await storeRecords(house, { asset, aspect }, body);
  return stored.ok ? success({ status: 204 }) : stored;
}

/** Stores the records of a body or of a file: all of them, or nothing. */
export async function storeRecords(
  house: House,
  place: { readonly asset: string; readonly aspect: string },
  bytes: Uint8Array,
): Promise<Outcome<void, Problem>> {
  const body = readExactBody(bytes);
  if (!body.ok) return body;
  const found = await aspectPointsOf(house, place.asset, place.aspect);
  if (!found.ok) return found;
  const rows = recordsOf(body.value, found.value.aspect.variables, house.clock.now());
  if (!rows.ok) return rows;
  if (rows.value.size === 0) return success(undefined);
  const aspect = await withAllPoints(house, found.value);
  const stored = await storeSamples(house, await samplesOf(house, aspect, rows.value));
  return stored.ok ? success(undefined) : stored;
}

/**
 * A record replaces the one of its time as a whole: what it leaves out and was there before has no
 * value from now on. All of it is stored at once.
 */
async function samplesOf(
  house: House,
  { points }: AspectPoints,
  records: Records,
): Promise<Samples> {
  const samples = new SamplesBuilder(records.size * points.size);
  const times = [...records.keys()];
  const span = { from: Math.min(...times), to: Math.max(...times) + 1 };
  for (const [name, { series }] of points) {
    const isWhole = times.every((at) => records.get(at)?.has(name));
    const before = isWhole ? new Set<number>() : await timesOf(house, { series, ...span });
    for (const [at, record] of records) {
      const said = record.get(name);
      if (said) samples.add(series, at, said.value, said.quality);
      else if (before.has(at)) samples.add(series, at, null, qualityUntold(null));
    }
  }
  await addWords(house, { points, records }, samples);
  return samples.take();
}

async function timesOf({ historian }: House, range: SeriesRange): Promise<ReadonlySet<number>> {
  const times = new Set<number>();
  for await (const samples of samplesIn(historian, range)) {
    for (const at of samples.at.subarray(0, samples.count)) times.add(at);
  }
  return times;
}

async function remove(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const { from = "", to = "" } = ask.query;
  if (!from || !to) return failure(invalid("from and to: both are needed"));
  const range = rangeOf(ask, house.clock.now());
  if (!range.ok) return range;
  const found = await aspectOf(house, ask);
  if (!found.ok || !ask.by) return found.ok ? failure(invalid("nobody asks")) : found;
  const { asset, aspect, points } = found.value;
  const span = { from: range.value.from, to: range.value.to + 1 };
  let samples = 0;
  for (const { series } of points.values()) samples += await countIn(house, { series, ...span });
  // In the journal first: who took what away stays known, even if the power goes in between.
  await house.journal.record({
    actor: ask.by.actor,
    kind: DELETED,
    subject: `asset:${asset.id}`,
    detail: {
      ...{ asset: (await house.model.view()).path(asset.id), aspect: aspect.name },
      ...{ from: iso(range.value.from), to: iso(range.value.to), samples },
    },
  });
  for (const point of points.values()) await forgetSamples(house, point, span);
  return success({ status: 204 });
}

function aspectOf(house: House, { params }: Ask): Promise<Outcome<AspectPoints, Problem>> {
  return aspectPointsOf(house, params["asset"] ?? "", params["aspect"] ?? "");
}

/** Without a beginning from the first record on, without an end until now. */
function rangeOf({ query }: Ask, now: number): Outcome<Range, Problem> {
  const from = query["from"] ? timeFrom(query["from"], "from") : success(0);
  if (!from.ok) return from;
  const to = query["to"] ? timeFrom(query["to"], "to") : success(now);
  if (!to.ok) return to;
  if (to.value < from.value) return failure(invalid("to: must not be before from"));
  return success({ from: from.value, to: to.value });
}

function limitOf(text: string | undefined): Outcome<number, Problem> {
  const limit = text ? Number(text) : LIMIT.insightsRows;
  if (Number.isInteger(limit) && limit > 0) return success(Math.min(limit, LIMIT.insightsRows));
  return failure(invalid("limit: a whole number from 1 on"));
}

/** The same question with other bounds; the SDK takes nothing before the path but our origin. */
function hrefOf({ origin, path, query }: Ask, { from, to }: Range): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) asked.set(name, value);
  asked.set("from", iso(from));
  asked.set("to", iso(to));
  return `${origin}${path}?${asked}`;
}

function invalid(detail: string): Problem {
  return problem("request_invalid", detail);
}

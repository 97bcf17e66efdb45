import { LIMIT } from "../domain/limit.ts";
import type { Point } from "../domain/model.ts";
import { problem } from "../domain/problem.ts";
import type { SeriesRange } from "../historian/historian.ts";
import { failure, success } from "../lib/outcome.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { pointOf } from "./points.ts";
import { samplesIn } from "./samples-in.ts";
import { iso, spanOf } from "./time.ts";

/** In the journal, and live. */
export const DELETED = "history.deleted";

export const forgetHandlers = {
  "GET /points/:id/history/count": count,
  "DELETE /points/:id/history": forget,
} satisfies Handlers;

type Span = Omit<SeriesRange, "series">;
type CountRoute = "GET /points/:id/history/count";
type ForgetRoute = "DELETE /points/:id/history";

/** Asked before it is deleted. */
async function count(house: House, { params, query }: Call<CountRoute>): Answer<CountRoute> {
  const span = spanOf(query);
  if (!span.ok) return span;
  const point = await pointOf(house, params.id);
  if (!point.ok) return point;
  const { series } = point.value;
  return success({ samples: await countIn(house, { series, ...span.value }) });
}

/** In the journal first: who took what away stays known, even if the power goes in between. */
async function forget(house: House, { params, query, by }: Call<ForgetRoute>): Answer<ForgetRoute> {
  const span = spanOf(query);
  if (!span.ok) return span;
  const range = `${query.from}/${query.to}`;
  if (query.confirm !== range) {
    return failure(problem("request_invalid", `confirm: say '${range}' to delete it for good`));
  }
  const point = await pointOf(house, params.id);
  if (!point.ok) return point;

  const times = { from: iso(span.value.from), to: iso(span.value.to) };
  const samples = await countIn(house, { series: point.value.series, ...span.value });
  const detail = { ...(await nameOf(house, point.value)), ...times, samples };
  const event = { kind: DELETED, subject: `point:${params.id}` };
  await house.journal.record({ actor: by.actor, ...event, detail });
  await forgetSamples(house, point.value, span.value);
  return success(undefined);
}

/** What the journal has: out of the history, out of what is live, and its viewers are told. */
export async function forgetSamples(
  house: House,
  { id, series }: Point,
  span: Span,
): Promise<void> {
  for (const one of house.ingest.statusSeries.withWords(series)) {
    await house.historian.deleteRange({ series: one, ...span });
  }
  await house.live.forget({ series, ...span });
  house.notices.tell({ kind: DELETED, subject: `point:${id}`, detail: span });
}

/**
 * Sums count numbers only, and where raw samples were let go, whole hours and days. So samples are
 * counted one by one, up to the limit: where these are more, they are all there are.
 */
export async function countIn({ historian }: House, range: SeriesRange): Promise<number> {
  const { series, from, to } = range;
  const asked = { series: Uint32Array.of(series), from, to, by: { buckets: 1 } };
  const [sums] = await historian.aggregate(asked);
  let read = 0;
  for await (const samples of samplesIn(historian, range)) {
    read += samples.count;
    if (read >= LIMIT.countedSamples) break;
  }
  return Math.max(read, sums?.all[0] ?? 0);
}

/** As it was called then: a name may change, and a point may go. */
async function nameOf(house: House, point: Point): Promise<Record<"asset" | "variable", string>> {
  const view = await house.model.view();
  return { asset: view.path(point.assetId), variable: point.variable.name };
}

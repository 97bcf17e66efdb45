import { problem } from "../domain/problem.ts";
import { failure, success } from "../lib/outcome.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { pointOf } from "./points.ts";
import { iso, spanOf } from "./time.ts";

export const forgetHandlers = { "DELETE /points/:id/history": forget } satisfies Handlers;

type ForgetRoute = "DELETE /points/:id/history";

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

  const { from, to } = span.value;
  const detail = { from: iso(from), to: iso(to) };
  const { actor } = by;
  const subject = `point:${params.id}`;
  await house.journal.record({ actor, kind: "history.deleted", subject, detail });
  for (const series of house.ingest.statusSeries.withWords(point.value.series)) {
    await house.historian.deleteRange({ series, from, to });
  }
  return success(undefined);
}

import { type Problem, problem } from "../domain/problem.ts";
import type { Retention } from "../historian/historian.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { RetentionReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { pointOf } from "./points.ts";

export const retentionHandlers = {
  "GET /points/:id/retention": kept,
  "PUT /points/:id/retention": keep,
} satisfies Handlers;

const DAY_MS = 86_400_000;
const FOR_GOOD: Retention = { rawMs: null, hourlyMs: null, dailyMs: null };

async function kept(
  house: House,
  { params }: Call<"GET /points/:id/retention">,
): Answer<"GET /points/:id/retention"> {
  const point = await pointOf(house, params.id);
  if (!point.ok) return point;
  const own = (await house.historian.retentions()).get(point.value.series);
  return success({ own: own ? inDays(own) : null, house: houseInDays(house) });
}

/** In the journal first: who let something be forgotten stays known, whatever happens then. */
async function keep(
  house: House,
  { params, body, by }: Call<"PUT /points/:id/retention">,
): Answer<"PUT /points/:id/retention"> {
  const point = await pointOf(house, params.id);
  if (!point.ok) return point;
  const { own } = body;
  const sensible = own ? inOrder(own) : success(undefined);
  if (!sensible.ok) return sensible;
  const { actor } = by;
  const { series } = point.value;
  const before = (await house.historian.retentions()).get(series);
  const detail = { before: before ? inDays(before) : null, own };
  const subject = `point:${params.id}`;
  await house.journal.record({ actor, kind: "point.retention-changed", subject, detail });
  for (const one of house.ingest.statusSeries.withWords(series)) {
    await house.historian.setRetention(one, own && inMs(own));
  }
  house.changed(subject);
  return success({ own, house: houseInDays(house) });
}

/** What comes to less stays at least as long as what it is made of: less would say nothing. */
function inOrder({ rawDays, hourlyDays, dailyDays }: RetentionReply): Outcome<void, Problem> {
  const days = [rawDays, hourlyDays, dailyDays].map((kept) => kept ?? Number.POSITIVE_INFINITY);
  const [raw = 0, hourly = 0, daily = 0] = days;
  if (raw <= hourly && hourly <= daily) return success(undefined);
  const detail = "hours stay at least as long as raw samples, and days as long as hours";
  return failure(problem("request_invalid", detail));
}

/** Of points that have no time of their own. */
export function houseInDays({ retention = FOR_GOOD }: House): RetentionReply {
  return inDays(retention);
}

function inDays({ rawMs, hourlyMs, dailyMs }: Retention): RetentionReply {
  const days = (ms: number | null) => (ms === null ? null : Math.round(ms / DAY_MS));
  return { rawDays: days(rawMs), hourlyDays: days(hourlyMs), dailyDays: days(dailyMs) };
}

function inMs({ rawDays, hourlyDays, dailyDays }: RetentionReply): Retention {
  const ms = (days: number | null) => (days === null ? null : days * DAY_MS);
  return { rawMs: ms(rawDays), hourlyMs: ms(hourlyDays), dailyMs: ms(dailyDays) };
}

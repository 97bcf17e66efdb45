import { type Event, THE_HOUSE } from "../domain/event.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { EventReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { namesOf } from "./names.ts";
import { limitOf, pageOf } from "./page.ts";
import { iso, type Span, timeOf } from "./time.ts";

export const journalHandlers = {
  "GET /journal": listEvents,
  "GET /journal/actors": listActors,
  "GET /journal/verify": async ({ journal }) => success({ ...(await journal.verify()) }),
} satisfies Handlers;

async function listEvents(house: House, { query }: Call<"GET /journal">): Answer<"GET /journal"> {
  const { kind, subject, actor, after } = query;
  if (after !== undefined && !/^\d{1,15}$/.test(after)) {
    return failure(problem("request_invalid", "after: take it from 'next' of the page before"));
  }
  const within = openSpanOf(query);
  if (!within.ok) return within;
  const limit = limitOf(query);
  const events = await house.journal.list({
    where: { ...(kind !== undefined && { kind }), ...(subject !== undefined && { subject }) },
    ...(actor !== undefined && { member: { column: "actor", name: "id", is: actor } }),
    within: { column: "at", ...within.value },
    ...(after !== undefined && { after: Number(after) }),
    limit: limit + 1,
    descending: true,
  });
  const page = pageOf(events, limit, ({ sequence }) => sequence);
  const names = await namesOf(
    house,
    page.items.map(({ subject }) => subject),
  );
  return success({ items: page.items.map((event) => eventReply(event, names)), next: page.next });
}

/** A half-open range of time; what is left out has no end there. */
function openSpanOf(query: {
  readonly from?: string | number;
  readonly to?: string | number;
}): Outcome<Partial<Span>, Problem> {
  const from = query.from === undefined ? undefined : timeOf(query.from, "from");
  if (from && !from.ok) return from;
  const to = query.to === undefined ? undefined : timeOf(query.to, "to");
  if (to && !to.ok) return to;
  return success({ ...(from && { from: from.value }), ...(to && { to: to.value }) });
}

/** Who is gone, and agents, are found by one of their events. */
async function listActors({ access }: House): Answer<"GET /journal/actors"> {
  const named = (kind: "user" | "token", who: readonly Named[]) =>
    who.map(({ id, name }) => ({ kind, id, name })).sort(byName);
  const people = named("user", await access.users());
  return success({
    items: [...people, ...named("token", await access.tokens()), { ...THE_HOUSE }],
  });
}

type Named = { readonly id: string; readonly name: string };

function byName(a: Named, b: Named): number {
  return a.name.localeCompare(b.name);
}

function eventReply(
  { at, actor, detail, ...event }: Event,
  names: ReadonlyMap<string, string>,
): EventReply {
  const subjectName = names.get(event.subject) ?? null;
  return { ...event, subjectName, at: iso(at), actor: { ...actor }, detail: { ...detail } };
}

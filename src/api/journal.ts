import type { Event } from "../domain/event.ts";
import { problem } from "../domain/problem.ts";
import { failure, success } from "../lib/outcome.ts";
import type { EventReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { namesOf } from "./names.ts";
import { limitOf, pageOf } from "./page.ts";
import { iso } from "./time.ts";

export const journalHandlers = {
  "GET /journal": listEvents,
  "GET /journal/verify": async ({ journal }) => success({ ...(await journal.verify()) }),
} satisfies Handlers;

async function listEvents(house: House, { query }: Call<"GET /journal">): Answer<"GET /journal"> {
  const { kind, subject, after } = query;
  if (after !== undefined && !/^\d{1,15}$/.test(after)) {
    return failure(problem("request_invalid", "after: take it from 'next' of the page before"));
  }
  const limit = limitOf(query);
  const events = await house.journal.list({
    where: { ...(kind !== undefined && { kind }), ...(subject !== undefined && { subject }) },
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

function eventReply(
  { at, actor, detail, ...event }: Event,
  names: ReadonlyMap<string, string>,
): EventReply {
  const subjectName = names.get(event.subject) ?? null;
  return { ...event, subjectName, at: iso(at), actor: { ...actor }, detail: { ...detail } };
}

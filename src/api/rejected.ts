import { type ProblemCode, problem } from "../domain/problem.ts";
import type { Rejected } from "../domain/records.ts";
import { AssertionError } from "../lib/assert.ts";
import { failure, success } from "../lib/outcome.ts";
import type { RejectedReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { namesOf } from "./names.ts";
import { afterOf, cut, limitOf, pageOf } from "./page.ts";
import { matching } from "./search.ts";
import { iso, isoOrNull } from "./time.ts";

export const rejectedHandlers = {
  "GET /rejected": listRejected,
  "DELETE /rejected": clearRejected,
  "GET /rejected/ahead": aheadValues,
  "POST /rejected/ahead/take-in": takeIn,
} satisfies Handlers;

async function listRejected(
  house: House,
  { query }: Call<"GET /rejected">,
): Answer<"GET /rejected"> {
  const limit = limitOf(query);
  const { agentId, code, search } = query;
  const { rejected } = house.store;
  const where = {
    ...(agentId !== undefined && { agentId }),
    ...(code !== undefined && { code: code as ProblemCode }),
  };
  if (search !== undefined) {
    // There are LIMIT.rejectedMessages at most, and an agent's name is not among what is stored.
    const all = await rejectedReplies(house, await rejected.find({ where, descending: true }));
    return cut(matching(all, search, textOf), query, ({ id }) => id);
  }
  const [rows, total] = await Promise.all([
    rejected.find({ where, ...afterOf(query), limit: limit + 1, descending: true }),
    rejected.count(where),
  ]);
  const page = pageOf(rows, limit, ({ id }) => id);
  const items = await rejectedReplies(house, page.items);
  return success({ items, next: page.next, total });
}

function textOf({ topic, detail, clientId, code, agentName }: RejectedReply): string {
  return `${topic} ${detail} ${clientId} ${code} ${agentName ?? ""}`;
}

async function clearRejected(house: House, { by }: Call<"DELETE /rejected">) {
  const { actor } = by;
  await house.journal.record({ actor, kind: "rejected.cleared", subject: "", detail: {} });
  await house.ingest.clearRejected();
  return success(undefined);
}

async function aheadValues(house: House): Answer<"GET /rejected/ahead"> {
  const { values, from, to } = house.ingest.ahead;
  return success({ values, from: isoOrNull(from), to: isoOrNull(to) });
}

type TakeInRoute = "POST /rejected/ahead/take-in";

async function takeIn(house: House, { by }: Call<TakeInRoute>): Answer<TakeInRoute> {
  const refusal = house.refusal?.();
  if (refusal) return failure(refusal);
  try {
    return success(await house.ingest.takeInAhead(by.actor));
  } catch (reason) {
    if (reason instanceof AssertionError) throw reason;
    house.log.error("values that were ahead could not be taken in", { reason: String(reason) });
    return failure(problem("historian_failed", "what could not be stored is kept: try it again"));
  }
}

export async function rejectedReplies(
  house: House,
  rows: readonly Rejected[],
): Promise<RejectedReply[]> {
  const subjectOf = ({ agentId }: Rejected) => `agent:${agentId}`;
  const names = await namesOf(house, rows.map(subjectOf));
  return rows.map((row) => {
    return { ...row, agentName: names.get(subjectOf(row)) ?? null, at: iso(row.at) };
  });
}

import type { ProblemCode } from "../domain/problem.ts";
import type { Rejected } from "../domain/records.ts";
import { success } from "../lib/outcome.ts";
import type { RejectedReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { namesOf } from "./names.ts";
import { afterOf, cut, limitOf, pageOf } from "./page.ts";
import { matching } from "./search.ts";
import { iso } from "./time.ts";

export const rejectedHandlers = {
  "GET /rejected": listRejected,
  "DELETE /rejected": clearRejected,
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

import type { Rejected } from "../domain/records.ts";
import { success } from "../lib/outcome.ts";
import type { RejectedReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { limitOf, pageOf } from "./page.ts";
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
  const { agentId, after } = query;
  const rows = await house.store.rejected.find({
    ...(agentId !== undefined && { where: { agentId } }),
    ...(after !== undefined && { after }),
    limit: limit + 1,
    descending: true,
  });
  const page = pageOf(rows, limit, ({ id }) => id);
  return success({ items: page.items.map(rejectedReply), next: page.next });
}

async function clearRejected(house: House, { by }: Call<"DELETE /rejected">) {
  const { actor } = by;
  await house.journal.record({ actor, kind: "rejected.cleared", subject: "", detail: {} });
  await house.ingest.clearRejected();
  return success(undefined);
}

export function rejectedReply({ at, ...row }: Rejected): RejectedReply {
  return { ...row, at: iso(at) };
}

import type { Agent } from "../domain/agent.ts";
import type { AgentId } from "../domain/brand.ts";
import type { Store } from "../store/store.ts";

export type AgentWish = {
  /** Words of what an agent is called by. */
  readonly search?: string | undefined;
  /** Behind this one. */
  readonly after?: AgentId | undefined;
  readonly limit: number;
};

export type AgentPage = { readonly rows: readonly Agent[]; readonly total: number };

/** Those that may come in, by name, then those that were revoked; see 0017 of the migrations. */
export async function agentsOnPage({ agents }: Store, wish: AgentWish): Promise<AgentPage> {
  const { search: words, after, limit } = wish;
  const columns = ["name", "tenant", "clientId", "kind"] as const;
  const search = words === undefined ? undefined : { columns, words };
  const rows = await agents.find({
    by: ["revoked", "name"],
    limit,
    ...(search && { search }),
    ...(after !== undefined && { after }),
  });
  return { rows, total: await agents.count({}, undefined, search) };
}

/** Of all, without the rest of them: there may be twenty thousand. */
export async function agentNames({ agents }: Store): Promise<ReadonlyMap<AgentId, string>> {
  const rows = await agents.pick(["id", "name"]);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

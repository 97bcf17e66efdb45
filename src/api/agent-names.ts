import type { AgentId } from "../domain/brand.ts";
import type { House } from "./house.ts";

/** The demo's own agents have none: they are not among those that the house keeps. */
export type AgentNames = ReadonlyMap<AgentId, string>;

/** Of those on a page, which is asked for again and again. */
export async function namesOf({ agents }: House, ids: Iterable<AgentId>): Promise<AgentNames> {
  const names = new Map<AgentId, string>();
  for (const id of new Set(ids)) {
    const agent = await agents.get(id);
    if (agent) names.set(id, agent.name);
  }
  return names;
}

import type { House } from "../house.ts";

/** What a house calls itself where a tenant is asked for and nobody has named one. */
const NAMELESS = "house";

/**
 * The house's tenant, for clients of Insights Hub: that of its oldest MindSphere agent; before
 * there is one, of its oldest certificate authority, whose agents are still to come.
 */
export async function tenantOf({ store }: House): Promise<string> {
  // Ids begin with when their owner was made.
  const [agent] = await store.agents.find({ where: { kind: "mindsphere" }, limit: 1 });
  if (agent?.tenant) return agent.tenant;
  const [authority] = await store.authorities.find({ limit: 1 });
  return authority?.tenant ?? NAMELESS;
}

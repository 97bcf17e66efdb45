import type { House } from "../house.ts";

/** What a house without MindSphere agents calls itself where a tenant is asked for. */
const NAMELESS = "house";

/** The house's tenant, for clients of Insights Hub: that of its oldest MindSphere agent. */
export async function tenantOf({ store }: House): Promise<string> {
  // Ids of agents begin with when they were made.
  const [oldest] = await store.agents.find({ where: { kind: "mindsphere" }, limit: 1 });
  return oldest?.tenant || NAMELESS;
}

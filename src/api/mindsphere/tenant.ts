import type { House } from "../house.ts";

/** What a house without MindSphere agents calls itself where a tenant is asked for. */
const NAMELESS = "house";

/** The house's tenant, for clients of Insights Hub: that of its oldest MindSphere agent. */
export async function tenantOf({ agents }: House): Promise<string> {
  const [oldest] = (await agents.list())
    .filter(({ kind }) => kind === "mindsphere")
    .toSorted((a, b) => a.createdAt - b.createdAt);
  return oldest?.tenant || NAMELESS;
}

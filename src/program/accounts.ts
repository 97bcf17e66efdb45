import type { Agents } from "../agent/agent.ts";
import type { Account } from "../broker/broker.ts";
import { type Agent, rightsOf } from "../domain/agent.ts";
import type { AgentId } from "../domain/brand.ts";

/** All agents as another broker needs them that keeps rights of its own. */
export async function accountsOf(agents: Agents): Promise<readonly Account[]> {
  const real = (await agents.list()).filter(isReal);
  const names = namesTaken(real);
  return Promise.all(real.map((agent) => accountOf(agents, agent, names)));
}

/** One of them: null where it is gone, undefined where no other broker is to know of it. */
export async function accountOfAgent(agents: Agents, id: AgentId) {
  const all = await agents.list();
  const agent = all.find((other) => other.id === id);
  if (!agent) return null;
  return isReal(agent) ? accountOf(agents, agent, namesTaken(all.filter(isReal))) : undefined;
}

/** The demo plant's agents live in this process. */
function isReal({ demo }: Agent): boolean {
  return !demo;
}

async function accountOf(
  agents: Agents,
  agent: Agent,
  names: ReadonlyMap<string, number>,
): Promise<Account> {
  const { id, kind, name, clientId, revoked } = agent;
  const only = kind === "mindsphere" ? clientId : null;
  // Who is let in by the name in its certificate alone must not be taken for another.
  const isAlone = names.get(name) === 1;
  const commonName = isAlone && (await hasCertificate(agents, id)) ? name : null;
  const rights = rightsOf(agent);
  return { agent: id, username: clientId, commonName, clientId: only, rights, isRevoked: revoked };
}

async function hasCertificate(agents: Agents, id: AgentId): Promise<boolean> {
  const credentials = await agents.credentials(id);
  return credentials.some(({ kind, revokedAt }) => kind === "certificate" && revokedAt === null);
}

/** How many agents are known by a name, as user name or in a certificate. */
function namesTaken(agents: readonly Agent[]): ReadonlyMap<string, number> {
  const taken = new Map<string, number>();
  for (const { name, clientId, revoked } of agents) {
    if (revoked) continue;
    for (const each of new Set([name, clientId])) taken.set(each, (taken.get(each) ?? 0) + 1);
  }
  return taken;
}

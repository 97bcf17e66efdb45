import type { House } from "../test/house.ts";
import type { Account } from "./load.ts";

/** As many as one agent may have; more take another agent. */
const CLIENTS_PER_AGENT = 500;

/** The agents that a load's clients are, each with its password: every other one speaks viaSens. */
export function mixedAgents(house: House, count: number): Promise<Account[]> {
  return agents(house, count, (index) =>
    index % 2 === 0
      ? { kind: "mindsphere", tenant: "acme", name: `agent_${index}` }
      : { kind: "viasens", tenant: `net${index}`, name: "gateway" },
  );
}

export function mindsphereAgents(house: House, count: number): Promise<Account[]> {
  return agents(house, count, (index) => ({
    ...{ kind: "mindsphere", tenant: "acme", name: `agent_${index}` },
  }));
}

/** Enough of them for so many silent clients and one more. */
export function crowdAgents(house: House, clients: number): Promise<Account[]> {
  const grant = { publish: ["crowd/#"], subscribe: ["crowd/#"] };
  const count = Math.ceil((clients + 1) / CLIENTS_PER_AGENT);
  return agents(house, count, (index) => ({ kind: "plain", name: `crowd-${index}`, grant }));
}

async function agents(
  house: House,
  count: number,
  wishOf: (index: number) => object,
): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let index = 0; index < count; index += 1) {
    const wish = { ...wishOf(index), credential: "password" };
    const issued = await house.call("POST", "/agents", wish);
    const { clientId } = issued.agent;
    accounts.push({ clientId, username: issued.username, password: issued.password });
  }
  return accounts;
}

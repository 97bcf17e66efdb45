import type { AgentKind } from "../domain/agent.ts";
import type { Device } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { NetworkState } from "../liveness/liveness.ts";
import type { House } from "./house.ts";

/** The columns of a list of nodes, as people keep them in a table. */
export const NODE_COLUMNS = ["address", "name", "place", "template"];

export async function findNetwork(
  house: House,
  { driver, network: wanted }: { readonly driver: string; readonly network: string },
): Promise<Outcome<NetworkState, Problem>> {
  const networks = await networksOf(house);
  const found = networks.find((one) => one.driver === driver && one.id === wanted);
  return found ? success(found) : failure(problem("network_unknown", `${driver} ${wanted}`));
}

/** Those with devices, and those whose gateway may come although nobody has heard of a device. */
export async function networksOf(house: House): Promise<readonly NetworkState[]> {
  const known = house.liveness.networks();
  const isKnown = ({ driver, id }: NetworkState) =>
    known.some((one) => one.driver === driver && one.id === id);
  const awaited = await awaitedNetworks(house);
  return [...known, ...awaited.filter((network) => !isKnown(network))];
}

/** Agents of a kind speak the driver of this name, and their tenant is the network. */
async function awaitedNetworks({ agents, drivers }: House): Promise<readonly NetworkState[]> {
  const found = drivers
    .filter(({ networkOf }) => networkOf !== undefined)
    .map(async ({ id }) => agents.list({ kind: id as AgentKind, revoked: false }));
  return (await Promise.all(found)).flat().map(({ id: agentId, kind, tenant }) => {
    return { driver: kind, id: tenant, agentId, lost: null, devices: [], counts: NOBODY };
  });
}

const NOBODY = { reporting: 0, late: 0, offline: 0, unknown: 0, expected: 0 };

/** All that there are now: who spoke a moment ago has not been looked at yet, and is there. */
export function devicesOf(
  { drivers, ingest }: House,
  { driver, id }: Pick<NetworkState, "driver" | "id">,
): readonly Device[] {
  const networkOf = drivers.find((one) => one.id === driver)?.networkOf;
  return ingest
    .devices()
    .filter((device) => device.driver === driver && networkOf?.(device.address) === id);
}

import type { Device } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { NetworkState } from "../liveness/liveness.ts";
import type { House } from "./house.ts";

/** The columns of a list of nodes, as people keep them in a table. */
export const NODE_COLUMNS = ["address", "name", "place", "template"];

export function findNetwork(
  { liveness }: House,
  { driver, network: wanted }: { readonly driver: string; readonly network: string },
): Outcome<NetworkState, Problem> {
  const found = liveness.networks().find((one) => one.driver === driver && one.id === wanted);
  return found ? success(found) : failure(problem("network_unknown", `${driver} ${wanted}`));
}

export function devicesOf({ ingest }: House, { devices }: NetworkState): readonly Device[] {
  return devices.flatMap((id) => ingest.device(id)?.device ?? []);
}

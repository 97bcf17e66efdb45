import type { Bearer } from "../../access/access.ts";
import type { AgentId, AssetId } from "../../domain/brand.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";

/**
 * Whether somebody may add to an asset. An agent may where it belongs: its own asset, what stands
 * below that, and what its values go to.
 */
export async function mayTouch(
  house: House,
  by: Bearer | undefined,
  assetId: AssetId,
): Promise<Outcome<void, Problem>> {
  if (by?.actor.kind !== "agent") return success(undefined);
  const assets = await assetsOf(house, by.actor.id as AgentId);
  const { assets: tree } = await house.model.view();
  for (let next: AssetId | null = assetId; next !== null; ) {
    if (assets.has(next)) return success(undefined);
    next = tree.get(next)?.parentId ?? null;
  }
  return failure(problem("permission_missing", "agents touch nothing but what is theirs"));
}

/** The agent's own asset, those of its devices, and those that their values go to. */
async function assetsOf(house: House, agentId: AgentId): Promise<ReadonlySet<AssetId>> {
  const boarding = await house.agents.boardings.get(agentId);
  const own = new Set<AssetId>(boarding ? [boarding.assetId] : []);
  const { bySeries } = await house.model.view();
  for (const device of house.ingest.devices()) {
    if (device.agentId !== agentId) continue;
    if (device.assetId) own.add(device.assetId);
    for (const { series } of house.ingest.device(device.id)?.channels ?? []) {
      const point = bySeries.get(series);
      if (point) own.add(point.assetId);
    }
  }
  return own;
}

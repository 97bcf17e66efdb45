import type { DeviceReply } from "../src/api/contract.ts";
import { faultsIn } from "./health.ts";
import { usePoint } from "./use-live.ts";

const NONE: readonly string[] = [];

/** What a device reports missing or faulty now, by the names of its health's bits. */
export function useFaults({ channels }: Pick<DeviceReply, "channels">): readonly string[] {
  const mask = channels.find(({ proposal, pointId }) => proposal.bits && pointId !== null);
  const newest = usePoint(mask && { id: mask.pointId ?? "", latest: mask.latest });
  return mask ? faultsIn(newest?.value ?? null, mask.proposal.bits ?? []) : NONE;
}

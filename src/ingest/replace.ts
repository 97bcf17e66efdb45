import type { DeviceId } from "../domain/brand.ts";
import type { Actor } from "../domain/event.ts";
import type { Device } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Bindings } from "./bindings.ts";
import type { IngestParts } from "./ingest.ts";

type Swap = { readonly by: Actor; readonly id: DeviceId; readonly newcomerId: DeviceId };

/**
 * Another device takes a device's place: from now on what it says goes into the same series. What
 * it said while it waited in the inbox leaves with its row.
 */
export async function replaceDevice(
  parts: IngestParts,
  bindings: Bindings,
  { by, id, newcomerId }: Swap,
): Promise<Outcome<void, Problem>> {
  const bound = bindings.get(id);
  const newcomer = bindings.get(newcomerId)?.device;
  if (!bound || !newcomer) return failure(problem("device_unknown", bound ? newcomerId : id));
  const { device } = bound;
  if (id === newcomerId || newcomer.driver !== device.driver) {
    return failure(problem("request_invalid", `${newcomer.address} cannot take its place`));
  }
  if (newcomer.assetId !== null) return failure(problem("device_adopted", newcomer.address));
  const { address, agentId } = newcomer;
  const swapped: Device = { ...device, address, agentId };
  const detail = { before: device.address, address };
  await parts.record({ actor: by, kind: "device.replaced", subject: `device:${id}`, detail });
  await parts.store.together(async () => {
    await parts.store.channels.remove({ deviceId: newcomerId });
    await parts.store.devices.remove({ id: newcomerId });
    await parts.store.devices.put(swapped);
  });
  bindings.remove(newcomerId);
  bindings.readdress(id, swapped);
  parts.onChanged(`device:${newcomerId}`);
  parts.onChanged(`device:${id}`);
  return success(undefined);
}

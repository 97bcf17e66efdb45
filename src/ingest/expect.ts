import type { AgentId, DeviceAddress, DeviceId, Timestamp } from "../domain/brand.ts";
import type { Actor } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Device } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { newId } from "../lib/id.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { adopt } from "./adopt.ts";
import type { Bindings } from "./bindings.ts";
import type { Adoption, IngestParts } from "./ingest.ts";

/** A device that somebody has written down before it has spoken. */
export type Expected = Pick<Adoption, "name" | "parentId"> & {
  readonly driver: string;
  readonly address: DeviceAddress;
  /** Who will bring its messages. */
  readonly agentId: AgentId;
};

/**
 * Gives a device that has never spoken its asset. It has no channel until its first message; what
 * it says then is a point at once, and it takes the settings that were laid down for it.
 */
export async function expectDevice(
  parts: IngestParts,
  bindings: Bindings,
  by: Actor,
  { driver: driverId, address, agentId, ...place }: Expected,
): Promise<Outcome<Device, Problem>> {
  const driver = parts.drivers.find(({ id }) => id === driverId);
  if (!driver) return failure(problem("request_invalid", `no protocol '${driverId}'`));
  if (bindings.find(driverId, address)) return failure(problem("device_adopted", address));
  if (bindings.deviceCount >= LIMIT.devices) return failure(problem("device_limit", address));
  const now = parts.now();
  const device: Device = {
    ...{ id: newId(now) as DeviceId, driver: driverId, address, agentId, name: address },
    ...{ assetId: null, ignored: false, demo: false, firstSeenAt: now as Timestamp },
  };
  await parts.store.devices.put(device);
  const bound = bindings.put(device, []);
  const adopted = await adopt(parts, bound, driver, place);
  if (!adopted.ok) {
    await parts.store.devices.remove({ id: device.id });
    bindings.remove(device.id);
    return adopted;
  }
  const detail = { address, assetId: adopted.value };
  const subject = `device:${device.id}`;
  await parts.record({ actor: by, kind: "device.expected", subject, detail });
  parts.onChanged(subject);
  return success(bound.device);
}

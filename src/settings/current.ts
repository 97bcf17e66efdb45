import type { DeviceId } from "../domain/brand.ts";
import type { CommandType } from "../domain/catalogue.ts";
import type { Device } from "../domain/model.ts";
import type { JsonObject } from "../lib/json.ts";
import { planOf } from "./meant.ts";
import { lastSent } from "./overhearing.ts";
import type { SettingsParts } from "./settings.ts";

/** What counts for a device now, and what of it went out to the device. */
export type Told = { readonly parameters: JsonObject; readonly sent: JsonObject | undefined };

/** Devices between two turns of the event loop: thousands must not stop all the rest. */
const TURN = 200;

/** What each device was told last, or where nothing was said, what it is meant to be told. */
export async function currentOf(
  parts: SettingsParts,
  devices: readonly Device[],
): Promise<ReadonlyMap<DeviceId, Told>> {
  const plan = await planOf(parts);
  const found = new Map<DeviceId, Told>();
  for (const [index, device] of devices.entries()) {
    if (index % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
    const type = configureOf(parts, device);
    if (!type) continue;
    const sent = await lastSent(parts.store, device.id, type.name);
    const parameters = sent?.parameters ?? plan.meant(device, type.name)?.parameters ?? {};
    found.set(device.id, { parameters, sent: sent?.parameters });
  }
  return found;
}

/** A protocol has one kind of settings, or none. */
function configureOf({ drivers }: SettingsParts, device: Device): CommandType | undefined {
  const types = drivers.find(({ id }) => id === device.driver)?.catalogue.commandTypes ?? [];
  return types.find(({ kind }) => kind === "configure");
}

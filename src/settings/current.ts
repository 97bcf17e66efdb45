import type { DeviceId } from "../domain/brand.ts";
import type { Device } from "../domain/model.ts";
import { laidOver } from "../domain/settings.ts";
import type { JsonObject } from "../lib/json.ts";
import { planOf } from "./meant.ts";
import { lastSent } from "./overhearing.ts";
import type { SettingsParts } from "./settings.ts";

/** Devices between two turns of the event loop: whoever asks for thousands must not stop the rest. */
const TURN = 200;

/** What each device was told last, or where nothing was said, what it is meant to be told. */
export async function currentOf(
  parts: SettingsParts,
  devices: readonly Device[],
): Promise<ReadonlyMap<DeviceId, JsonObject>> {
  const plan = await planOf(parts);
  const found = new Map<DeviceId, JsonObject>();
  for (const [index, device] of devices.entries()) {
    if (index % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
    let settings: JsonObject = {};
    for (const name of configuresOf(parts, device)) {
      const sent = await lastSent(parts.store, device.id, name);
      const told = sent?.parameters ?? plan.meant(device, name)?.parameters ?? {};
      settings = laidOver(settings, told);
    }
    found.set(device.id, settings);
  }
  return found;
}

function configuresOf({ drivers }: SettingsParts, device: Device): readonly string[] {
  const types = drivers.find(({ id }) => id === device.driver)?.catalogue.commandTypes ?? [];
  return types.filter(({ kind }) => kind === "configure").map(({ name }) => name);
}

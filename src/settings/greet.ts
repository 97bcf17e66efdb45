import { THE_HOUSE } from "../domain/event.ts";
import type { Device } from "../domain/model.ts";
import { planOf } from "./meant.ts";
import { lastSent } from "./overhearing.ts";
import type { SettingsParts } from "./settings.ts";

/**
 * Sends a device that has just spoken for the first time what people laid down while it was only
 * expected, if that was anything. The house does it in the place of whoever laid it down.
 */
export async function greet(parts: SettingsParts, device: Device): Promise<void> {
  const { store, drivers, ask, log } = parts;
  try {
    const types = drivers.find(({ id }) => id === device.driver)?.catalogue.commandTypes ?? [];
    const type = types.find(({ kind }) => kind === "configure");
    const meant = type && (await planOf(parts)).meant(device, type.name);
    if (!type || !meant || meant.sources.length === 0) return;
    if (await lastSent(store, device.id, type.name)) return;
    const by = { actor: THE_HOUSE, role: "engineer" } as const;
    const wish = { deviceId: device.id, name: type.name, parameters: meant.parameters };
    const asked = await ask(by, wish);
    if (!asked.ok) log.warn("a new device was not told its settings", { ...asked.problem });
  } catch (reason) {
    // Its settings still show as not sent: a person rolls them out.
    log.error("a new device was not told its settings", { reason: String(reason) });
  }
}

import type { Event } from "../domain/event.ts";
import type { Device } from "../domain/model.ts";
import type { Outage } from "../domain/report-check.ts";
import type { House } from "./house.ts";

/** Losses and returns that are looked at, the newest: older ones lie before what is judged. */
const EVENTS = 40;

/** When the network of a device was away as a whole, as the journal says; the newest first. */
export async function outagesOf(house: House, device: Device): Promise<readonly Outage[]> {
  const driver = house.drivers.find(({ id }) => id === device.driver);
  const network = driver?.networkOf?.(device.address);
  if (network === undefined) return [];
  const where = { subject: `network:${device.driver}/${network}` };
  return outagesIn(await house.journal.list({ where, limit: EVENTS, descending: true }));
}

/** One that has not ended lasts. */
export function outagesIn(newestFirst: readonly Pick<Event, "kind" | "at">[]): readonly Outage[] {
  const outages: Outage[] = [];
  let to = Number.POSITIVE_INFINITY;
  for (const { kind, at } of newestFirst) {
    if (kind === "network.back") to = at;
    if (kind !== "network.lost") continue;
    outages.push({ from: at, to });
  }
  return outages;
}

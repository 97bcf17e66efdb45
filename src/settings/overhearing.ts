import type { DeviceId } from "../domain/brand.ts";
import type { CommandRow } from "../domain/records.ts";
import { areSame, type Overheard } from "../domain/settings.ts";
import type { Store } from "../store/store.ts";

/** Commands of a device that are looked through for the settings that it was sent last. */
const COMMANDS = 200;

/** What others told devices, as long as the house has not said anything since. */
export class Overhearing {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async of(deviceId: DeviceId, command: string): Promise<Overheard | undefined> {
    const [heard, sent] = await Promise.all([
      this.#store.overheard.get([deviceId, command]),
      lastSent(this.#store, deviceId, command),
    ]);
    if (!heard || (sent && sent.requestedAt >= heard.at)) return undefined;
    return heard;
  }

  /** A broker may tell the house what the house has said itself: that is nobody else's word. */
  async note(heard: Overheard): Promise<void> {
    const { deviceId, command, parameters } = heard;
    const sent = await lastSent(this.#store, deviceId, command);
    if (sent && parameters && areSame(sent.parameters, parameters)) return;
    await this.#store.overheard.put(heard);
  }
}

/** The newest command of this name that went out to the device. */
export async function lastSent(
  store: Store,
  deviceId: DeviceId,
  name: string,
): Promise<CommandRow | undefined> {
  const rows = await store.commands.find({
    where: { deviceId, name },
    limit: COMMANDS,
    descending: true,
  });
  return rows.find(wentOut);
}

/** A failure that the device has told of was under way, and a broker may keep it for the device. */
function wentOut({ state, answer }: CommandRow): boolean {
  const isUnderway = state === "sent" || state === "confirmed" || state === "unknown";
  return isUnderway || (state === "failed" && answer !== null);
}

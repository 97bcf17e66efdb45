import type { ChannelName, DeviceAddress, Timestamp } from "../domain/brand.ts";
import type { DeclaredChannel, Finding } from "../domain/findings.ts";
import type { Driver, Known } from "../driver/driver.ts";
import type { Store } from "../store/store.ts";

type Channels = Extract<Finding, { kind: "channels" }>;
type List = ReadonlyMap<ChannelName | number, DeclaredChannel>;

/**
 * The devices' own lists of channels, for drivers whose messages leave out names or types: noted
 * with the message that brings one, so that the next message of the same batch is understood.
 */
export class Declarations {
  readonly #drivers = new Map<string, Map<DeviceAddress, List>>();

  static async load(store: Store): Promise<Declarations> {
    const declarations = new Declarations();
    for (const { driver, device, channels } of await store.declarations.find()) {
      declarations.#of(driver).set(device, listOf({ channels, isWhole: true }));
    }
    return declarations;
  }

  /** What `driver` is handed with each message. */
  channelOf({ id }: Driver): Known["channel"] {
    const lists = this.#of(id);
    return (device, key) => lists.get(device)?.get(key);
  }

  of(driver: string, device: DeviceAddress, channel: ChannelName): DeclaredChannel | undefined {
    return this.#drivers.get(driver)?.get(device)?.get(channel);
  }

  /** Only lists that say more than names and types of ours are of use later. */
  note({ id }: Driver, finding: Channels): void {
    if (!isTelling(finding.channels)) return;
    const lists = this.#of(id);
    lists.set(finding.device, listOf(finding, lists.get(finding.device)));
  }

  /** A restart must not make the devices' next messages unreadable. */
  async keep(store: Store, { id: driver }: Driver, { device }: Channels, at: number) {
    const list = this.#of(driver).get(device);
    if (!list) return;
    const channels = [...new Set(list.values())];
    await store.declarations.put({ driver, device, channels, at: at as Timestamp });
  }

  #of(driver: string): Map<DeviceAddress, List> {
    const known = this.#drivers.get(driver);
    if (known) return known;
    const lists = new Map<DeviceAddress, List>();
    this.#drivers.set(driver, lists);
    return lists;
  }
}

function isTelling(channels: readonly DeclaredChannel[]): boolean {
  return channels.some(({ alias, form }) => alias !== undefined || form !== undefined);
}

/** One that is not whole adds to what was known. */
function listOf(
  { channels, isWhole }: Pick<Channels, "channels" | "isWhole">,
  before?: List,
): List {
  const list = new Map<ChannelName | number, DeclaredChannel>(isWhole ? [] : before);
  for (const channel of channels) {
    list.set(channel.channel, channel);
    if (channel.alias !== undefined) list.set(channel.alias, channel);
  }
  return list;
}

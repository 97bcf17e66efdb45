import type { ChannelName, DeviceAddress, Timestamp } from "../domain/brand.ts";
import type { DeclaredChannel, Finding } from "../domain/findings.ts";
import type { Declared, Driver } from "../driver/driver.ts";
import type { Store } from "../store/store.ts";

type Channels = Extract<Finding, { kind: "channels" }>;
type List = ReadonlyMap<ChannelName | number, DeclaredChannel>;

/**
 * The devices' own lists of channels, for drivers whose messages leave out names or types: noted
 * with the message that brings one, so that the next message of the same batch is understood.
 */
export class Declarations {
  readonly #drivers = new Map<string, { lists: Map<DeviceAddress, List>; declared: Declared }>();

  static async load(store: Store): Promise<Declarations> {
    const declarations = new Declarations();
    for (const { driver, device, channels } of await store.declarations.find()) {
      declarations.#of(driver).lists.set(device, listOf(channels));
    }
    return declarations;
  }

  /** What `driver` is handed with each message. */
  handOver({ id }: Driver): Declared {
    return this.#of(id).declared;
  }

  /** Only lists that say more than names and types of ours are of use later. */
  note({ id }: Driver, { device, channels }: Channels): void {
    if (isTelling(channels)) this.#of(id).lists.set(device, listOf(channels));
  }

  #of(driver: string) {
    const known = this.#drivers.get(driver);
    if (known) return known;
    const lists = new Map<DeviceAddress, List>();
    const declared: Declared = (device, key) => lists.get(device)?.get(key);
    const made = { lists, declared };
    this.#drivers.set(driver, made);
    return made;
  }
}

/** A restart must not make the devices' next messages unreadable. */
export async function keepDeclaration(
  { store, now }: { readonly store: Store; readonly now: () => number },
  { id: driver }: Driver,
  { device, channels }: Channels,
): Promise<void> {
  if (!isTelling(channels)) return;
  await store.declarations.put({ driver, device, channels, at: now() as Timestamp });
}

function isTelling(channels: readonly DeclaredChannel[]): boolean {
  return channels.some(({ alias, form }) => alias !== undefined || form !== undefined);
}

function listOf(channels: readonly DeclaredChannel[]): List {
  const list = new Map<ChannelName | number, DeclaredChannel>();
  for (const channel of channels) {
    list.set(channel.channel, channel);
    if (channel.alias !== undefined) list.set(channel.alias, channel);
  }
  return list;
}

import type { DeviceId } from "../domain/brand.ts";
import type { Store } from "../store/store.ts";
import type { Bindings, BoundDevice } from "./bindings.ts";

/**
 * Who has left and not spoken since. It is kept on the disk: what a device said before it left must
 * not look like the state of the plant because the house was started anew.
 */
export class Departures {
  readonly #store: Pick<Store, "departures">;
  /** Those that have spoken again, while the disk still says that they are gone. */
  readonly #returned = new Set<DeviceId>();

  static async load(store: Pick<Store, "departures">, bindings: Bindings): Promise<Departures> {
    for (const { deviceId, heardAt } of await store.departures.find()) {
      const bound = bindings.get(deviceId);
      if (!bound) continue;
      bound.hasLeft = true;
      bound.lastSeenAt = heardAt;
    }
    return new Departures(store);
  }

  private constructor(store: Pick<Store, "departures">) {
    this.#store = store;
  }

  /** Whether somebody is back whom no `flush` has written. */
  get areOver(): boolean {
    return this.#returned.size > 0;
  }

  /** Durable when it settles. */
  async leave(leaving: readonly BoundDevice[]): Promise<void> {
    for (const bound of leaving) {
      bound.hasLeft = true;
      this.#returned.delete(bound.device.id);
    }
    const rows = leaving.map(({ device, lastSeenAt }) => {
      return { deviceId: device.id, heardAt: lastSeenAt };
    });
    if (rows.length > 0) await this.#store.departures.put(...rows);
  }

  /** Counts at once, durable with the next `flush`. */
  comeBack(bound: BoundDevice): void {
    if (!bound.hasLeft) return;
    bound.hasLeft = false;
    this.#returned.add(bound.device.id);
  }

  async flush(): Promise<void> {
    const returned = [...this.#returned];
    this.#returned.clear();
    for (const deviceId of returned) await this.#store.departures.remove({ deviceId });
  }
}

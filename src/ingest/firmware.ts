import type { DeviceAddress } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Firmware } from "../domain/network.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";

/** What networks have said of their devices' software, also of those that have not spoken yet. */
export class FirmwareBook {
  readonly #store: Pick<Store, "firmware">;
  readonly #apis = new Map<string, string>();

  static async load(store: Pick<Store, "firmware">): Promise<FirmwareBook> {
    const book = new FirmwareBook(store);
    for (const one of await store.firmware.find()) book.#apis.set(keyOf(one), one.api);
    return book;
  }

  private constructor(store: Pick<Store, "firmware">) {
    this.#store = store;
  }

  of(driver: string, address: DeviceAddress): string | undefined {
    return this.#apis.get(keyOf({ driver, address }));
  }

  /** It is said again at each start of a gateway: only what is new is written down. */
  async note(firmware: Firmware): Promise<Outcome<void, Problem>> {
    const key = keyOf(firmware);
    if (this.#apis.get(key) === firmware.api) return success(undefined);
    const isNew = !this.#apis.has(key);
    if (isNew && this.#apis.size >= LIMIT.devices) {
      return failure(problem("device_limit", firmware.address));
    }
    await this.#store.firmware.put(firmware);
    this.#apis.set(key, firmware.api);
    return success(undefined);
  }
}

function keyOf({ driver, address }: Omit<Firmware, "api">): string {
  return `${driver} ${address}`;
}

import type { LiveNotice } from "../domain/live-frame.ts";

type HouseEvent = Omit<Extract<LiveNotice, { readonly op: "event" }>, "op">;

/** What happened while somebody looks: commands, devices, changes of the model. */
export class Notices {
  readonly #listeners = new Set<(event: HouseEvent) => void>();

  tell(event: HouseEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Gives what ends the listening. */
  listen(listener: (event: HouseEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

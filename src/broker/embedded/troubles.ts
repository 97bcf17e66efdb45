import { type Problem, problem } from "../../domain/problem.ts";

/** Told by whoever cannot write, and taken back (null) when it could again. */
export type OnTrouble = (detail: string | null) => void;

/** Why nothing is acknowledged at this moment, as people are shown it; it heals by itself. */
export class Troubles {
  readonly #details = new Map<string, string>();

  of(source: string): OnTrouble {
    return (detail) => {
      if (detail === null) this.#details.delete(source);
      else this.#details.set(source, `MQTT messages are not acknowledged: ${detail}`);
    };
  }

  get problem(): Problem | null {
    const [detail] = this.#details.values();
    return detail === undefined ? null : problem("link_down", detail);
  }
}

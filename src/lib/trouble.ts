import type { Log } from "./log.ts";

/** Something that works, or fails again and again: said when it begins and when it is over. */
export class Trouble {
  readonly #log: Log;
  readonly #text: string;
  #times = 0;

  constructor(log: Log, text: string) {
    this.#log = log;
    this.#text = text;
  }

  met(reason: unknown): void {
    this.#times += 1;
    if (this.#times > 1) return;
    this.#log.error(this.#text, { reason: reason instanceof Error ? reason.message : reason });
  }

  over(): void {
    if (this.#times > 0) this.#log.info(`over: ${this.#text}`, { times: this.#times });
    this.#times = 0;
  }
}

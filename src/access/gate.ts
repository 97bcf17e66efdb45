/** Lets a few through at a time; a few more may wait, and the rest are told to come again. */
export class Gate {
  #free: number;
  readonly #places: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number, waiting: number) {
    this.#free = atOnce;
    this.#places = waiting;
  }

  /** Undefined where even the waiting places are taken. */
  async through<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#free > 0) this.#free -= 1;
    else if (this.#waiting.length >= this.#places) return undefined;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

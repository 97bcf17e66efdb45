import type { WrongChunk } from "../database/comparison.ts";
import type { Engine } from "../engine/engine.ts";

/** When the engine looks at what is stored: a little at a time, with long rests. */
export class Inspecting {
  readonly #engine: Pick<Engine, "inspect">;
  readonly #onWrong: (wrong: readonly WrongChunk[]) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(engine: Pick<Engine, "inspect">, onWrong: (wrong: readonly WrongChunk[]) => void) {
    this.#engine = engine;
    this.#onWrong = onWrong;
  }

  begin(afterMs: number): void {
    this.#timer = setTimeout(() => this.#slice(), afterMs);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #slice(): void {
    const { restMs, wrong } = this.#engine.inspect();
    this.begin(restMs);
    if (wrong.length > 0) this.#onWrong(wrong);
  }
}

import { isDiskFailure, isMalformed } from "../../../lib/sqlite.ts";
import type { Chunks } from "../database/chunks.ts";
import type { Generation } from "../memory/generation.ts";
import { Flush, FlushTools } from "./flush.ts";

/**
 * Brings frozen generations into chunks, one at a time: in the thread of its caller
 * (`PackingHere`), or in one of its own (`PackingPort`). It alone writes to the database meanwhile;
 * who else has something to write lets it `pause`.
 */
export type Packing = {
  /** What the generation holds is only read from now on, until it has left. */
  begin(generation: Generation): void;
  /** Settles when more of it is done, rejects with what is in the way. */
  more(isEnough?: () => boolean): Promise<void>;
  /** Settles when nothing is written until the returned function is called. */
  pause(): Promise<() => void>;
  /** Some of the series was deleted. */
  forget(series: number): void;
  /** Settles when it has nothing open; it goes on where more is asked of it. */
  end(): Promise<void>;
};

export type PackingParts = {
  readonly chunks: Chunks;
  /** All of it is in chunks, and is not read from memory any more. */
  readonly left: () => void;
  /** The disk failed the database. */
  readonly doubt: (reason: unknown) => void;
  /** Pages of the database are not what was written. */
  readonly onMalformed: (reason: string) => void;
};

/** Packs where and when it is asked to, a slice at a time: a thread takes memory. */
export class PackingHere implements Packing {
  readonly #parts: PackingParts;
  readonly #tools: FlushTools;
  #flush: Flush | undefined;

  constructor(parts: PackingParts, chunkSamples: number) {
    this.#parts = parts;
    this.#tools = new FlushTools(parts.chunks, chunkSamples);
  }

  begin(generation: Generation): void {
    this.#flush = new Flush(generation, this.#tools);
  }

  /** Throws where the disk fails. */
  slice(isEnough: () => boolean): void {
    try {
      if (!this.#flush?.slice(isEnough)) return;
    } catch (reason) {
      if (isDiskFailure(reason)) this.#parts.doubt(reason);
      if (isMalformed(reason)) this.#parts.onMalformed(reason.message);
      throw reason;
    }
    this.#flush = undefined;
    this.#parts.left();
  }

  async more(isEnough = () => false): Promise<void> {
    this.slice(isEnough);
  }

  async pause(): Promise<() => void> {
    return () => {};
  }

  forget(): void {
    // They are its own chunks that were cut.
  }

  async end(): Promise<void> {}
}

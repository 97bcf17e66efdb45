import { Duplex } from "node:stream";

/** A line within this process: what is written at one end is read at the other. */
export function line(): [Duplex, Duplex] {
  const [near, far] = [new LineEnd(), new LineEnd()];
  near.join(far);
  far.join(near);
  return [near, far];
}

class LineEnd extends Duplex {
  #other: LineEnd | undefined;
  /** Lets the other end write on, once this one is read again. */
  #resume: (() => void) | undefined;

  join(other: LineEnd): void {
    this.#other = other;
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    if (this.#other?.receive(chunk, done)) done();
  }

  override _read(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  override _final(done: () => void): void {
    this.#other?.push(null);
    done();
  }

  /** A line that is cut is cut for both; one that has been ended is read to its end. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const isCut = error !== null || !this.writableFinished;
    done(error);
    if (isCut) this.#other?.destroy();
  }

  /** Whether the other end may write on at once; else `resume` is called when it may. */
  receive(chunk: Uint8Array, resume: () => void): boolean {
    const isReady = this.push(chunk);
    if (!isReady) this.#resume = resume;
    return isReady;
  }
}

/** Work that must not overlap: each piece begins when the one before it is over, even failed. */
export class Turns {
  #last: Promise<void> | undefined;

  /** Whether work is under way or waits. */
  get areTaken(): boolean {
    return this.#last !== undefined;
  }

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = (this.#last ?? Promise.resolve()).then(work);
    const settled = turn.then(
      () => undefined,
      () => undefined, // The caller learns of it; those behind go on.
    );
    this.#last = settled;
    void settled.then(() => {
      if (this.#last === settled) this.#last = undefined;
    });
    return turn;
  }
}

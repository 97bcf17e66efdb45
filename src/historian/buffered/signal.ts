/** Something changed: all who wait look again. */
export class Signal {
  #ring = () => {};
  #next = this.#wait();

  ring(): void {
    this.#ring();
    this.#next = this.#wait();
  }

  /** Settles when it is so; what makes it so has to ring. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#next;
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#ring = resolve;
    });
  }
}

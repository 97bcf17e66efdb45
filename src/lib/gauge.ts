/** Counters and gauges of our own process; `meter` would be a thing in the plant. */
export class Gauges {
  readonly #values = new Map<string, number>();

  /** `name` may carry labels: `messages_total{driver="viasens"}`. */
  add(name: string, amount = 1): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + amount);
  }

  set(name: string, value: number): void {
    this.#values.set(name, value);
  }

  get(name: string): number {
    return this.#values.get(name) ?? 0;
  }

  /** The sum over all labels of a name. */
  total(name: string): number {
    let sum = this.get(name);
    for (const [other, value] of this.#values) {
      if (other.startsWith(`${name}{`)) sum += value;
    }
    return sum;
  }

  /** Prometheus' text format. */
  text(): string {
    return [...this.#values]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `fieldline_${name} ${value}\n`)
      .join("");
  }
}

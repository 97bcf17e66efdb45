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

  /** Undefined where it was never told. */
  find(name: string): number | undefined {
    return this.#values.get(name);
  }

  /** The sum over all labels of a name. */
  total(name: string): number {
    let sum = this.get(name);
    for (const [other, value] of this.#values) {
      if (other.startsWith(`${name}{`)) sum += value;
    }
    return sum;
  }

  /** What stands in the one label of a name, with its value: the largest first. */
  byLabel(name: string): readonly { readonly label: string; readonly value: number }[] {
    const rows = [...this.#values].flatMap(([other, value]) => {
      const label = other.startsWith(`${name}{`) ? /="(.*)"\}$/s.exec(other)?.[1] : undefined;
      return label === undefined ? [] : { label, value };
    });
    return rows.sort((a, b) => b.value - a.value || order(a.label, b.label));
  }

  /** Prometheus' text format: what is named `_total` only grows; all of one name stand together. */
  text(): string {
    const rows = [...this.#values].map(([name, value]) => ({ name, base: baseOf(name), value }));
    rows.sort((a, b) => order(a.base, b.base) || order(a.name, b.name));
    return rows
      .map(({ name, base, value }, index) => {
        const type = base.endsWith("_total") ? "counter" : "gauge";
        const isFirst = rows[index - 1]?.base !== base;
        return `${isFirst ? `# TYPE fieldline_${base} ${type}\n` : ""}fieldline_${name} ${value}\n`;
      })
      .join("");
  }
}

function baseOf(name: string): string {
  return name.replace(/\{.*$/s, "");
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

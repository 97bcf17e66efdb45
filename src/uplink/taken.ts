import type { RecordSpan } from "../historian/historian.ts";

/** With more of them, the shortest is sent again. */
const SPANS_MAX = 1_000;

/**
 * Which records of the log the server above has: all up to one, and spans beyond it. Where it is in
 * doubt it knows too few, and what it does not know of is sent again.
 */
export class Taken {
  /** The server has everything up to this one. */
  upTo: number;
  #spans: RecordSpan[];

  constructor(upTo: number, beyond: readonly RecordSpan[]) {
    this.upTo = upTo;
    this.#spans = [];
    for (const span of beyond.toSorted((one, other) => one.first - other.first)) this.add(span);
  }

  /** In their order, none of them beside another. */
  get beyond(): readonly RecordSpan[] {
    return this.#spans;
  }

  /** How many of the records up to this one the server does not have. */
  missing(last: number): number {
    const there = this.#spans.reduce((sum, span) => {
      return sum + Math.max(0, Math.min(span.last, last) - span.first + 1);
    }, 0);
    return Math.max(0, last - this.upTo - there);
  }

  /** The oldest records that it does not have, as far as this one; undefined where it has all. */
  firstGap(last: number): RecordSpan | undefined {
    const end = Math.min(last, (this.#spans[0]?.first ?? Number.POSITIVE_INFINITY) - 1);
    return end > this.upTo ? { first: this.upTo + 1, last: end } : undefined;
  }

  /** The server has these as well. */
  add({ first, last }: RecordSpan): void {
    if (last < first) return;
    const apart = this.#spans.filter((span) => span.last < first - 1 || span.first > last + 1);
    const met = this.#spans.filter((span) => !apart.includes(span));
    const whole = {
      first: Math.min(first, ...met.map((span) => span.first)),
      last: Math.max(last, ...met.map((span) => span.last)),
    };
    this.#spans = [...apart, whole].toSorted((one, other) => one.first - other.first);
    this.#settle();
    if (this.#spans.length > SPANS_MAX) this.#forgetShortest();
  }

  /** A span that begins where all is there belongs to it. */
  #settle(): void {
    for (let [span] = this.#spans; span && span.first <= this.upTo + 1; [span] = this.#spans) {
      this.upTo = Math.max(this.upTo, span.last);
      this.#spans.shift();
    }
  }

  #forgetShortest(): void {
    const lengths = this.#spans.map(({ first, last }) => last - first);
    this.#spans.splice(lengths.indexOf(Math.min(...lengths)), 1);
  }
}

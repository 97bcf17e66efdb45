import { isPast } from "../../../domain/reading.ts";
import { KIND, type Samples } from "../../../domain/samples.ts";
import { type Columns, grown, type Run } from "../run/run.ts";

/**
 * The newest sample of each series by its time, whatever the order of arrival. What was told
 * afterwards (`PAST`) is none. Of what arrives, memory knows the newest time: the sample is looked
 * up there when somebody asks for it, and before it leaves memory.
 */
export class Latest {
  /** How many series have a sample. */
  known = 0;
  newestAt = Number.NEGATIVE_INFINITY;
  #at = new Float64Array(0);
  #value = new Float64Array(0);
  #kind = new Uint8Array(0);
  #quality = new Uint8Array(0);
  #isKnown = new Uint8Array(0);
  /** 1 where what was there before this start is known too. */
  #isWhole = new Uint8Array(0);
  readonly #texts = new Map<number, string>();

  #reserveSeries(end: number): void {
    const held = this.#at.length;
    if (end <= held) return;
    const size = Math.max(end, held * 2, 1024);
    this.#at = grown(new Float64Array(size), this.#at).fill(Number.NEGATIVE_INFINITY, held);
    this.#value = grown(new Float64Array(size), this.#value);
    this.#kind = grown(new Uint8Array(size), this.#kind);
    this.#quality = grown(new Uint8Array(size), this.#quality);
    this.#isKnown = grown(new Uint8Array(size), this.#isKnown);
    this.#isWhole = grown(new Uint8Array(size), this.#isWhole);
  }

  /** Something of these is stored or has arrived. */
  know(series: Iterable<number>): void {
    for (const one of series) {
      this.#reserveSeries(one + 1);
      if (this.#isKnown[one] === 0) this.known += 1;
      this.#isKnown[one] = 1;
    }
  }

  /** The newest of what has arrived lately: it stays if nothing of its series is newer. */
  note(series: number, arrived: Run): void {
    if (arrived.count > 0 && arrived.newestAt >= (this.#at[series] ?? 0)) {
      this.#keep(series, arrived, 0);
    }
  }

  #keep(series: number, from: Columns, row: number): void {
    const at = from.at[row] ?? 0;
    const kind = from.kind[row] ?? 0;
    const value = from.value[row] ?? 0;
    this.#at[series] = at;
    this.#value[series] = value;
    this.#kind[series] = kind;
    this.#quality[series] = from.quality[row] ?? 0;
    if (kind === KIND.text) this.#texts.set(series, from.texts[value] ?? "");
  }

  /** Whether something is stored of it that was not looked up since the start. */
  isOpen(series: number): boolean {
    return this.#isKnown[series] === 1 && this.#isWhole[series] === 0;
  }

  /** The end of what was stored before any arrival noted here: it stays only if it is newer. */
  recall(series: number, stored: Run): void {
    this.#isWhole[series] = 1;
    const row = presentRow(stored);
    const at = row < 0 ? undefined : stored.at[row];
    if (at === undefined || at <= (this.#at[series] ?? 0)) return;
    this.#keep(series, stored, row);
    this.newestAt = Math.max(this.newestAt, at);
  }

  /** Some of it was deleted: what is left of it in memory, and the end of what is stored. */
  replace(series: number, arrived: Run, stored: Run): void {
    this.#at[series] = Number.NEGATIVE_INFINITY;
    this.recall(series, arrived);
    this.recall(series, stored);
    if (this.#isKnown[series] === 1 && arrived.count + stored.count === 0) {
      this.#isKnown[series] = 0;
      this.known -= 1;
    }
  }

  /** One row for each of these series that has a sample. */
  of(wanted: Uint32Array): Samples {
    const nothing = Number.NEGATIVE_INFINITY;
    const series = wanted.filter((one) => (this.#at[one] ?? nothing) > nothing);
    const texts: string[] = [];
    const value = Float64Array.from(series, (one) =>
      this.#kind[one] === KIND.text
        ? texts.push(this.#texts.get(one) ?? "") - 1
        : (this.#value[one] ?? 0),
    );
    return {
      count: series.length,
      series,
      at: Float64Array.from(series, (one) => this.#at[one] ?? 0),
      value,
      kind: Uint8Array.from(series, (one) => this.#kind[one] ?? 0),
      quality: Uint8Array.from(series, (one) => this.#quality[one] ?? 0),
      texts,
    };
  }
}

/** The last row that was not told afterwards; -1 where there is none. */
export function presentRow({ count, quality }: Run): number {
  let row = count - 1;
  while (row >= 0 && isPast(quality[row])) row -= 1;
  return row;
}

import type { Series } from "../domain/brand.ts";
import type { StatusWords } from "../domain/records.ts";
import type { Store } from "../store/store.ts";

/**
 * Where the status words of a series are kept that say more than a quality: in a series of their
 * own, at the times of their values. Most series have none. Where one has, every word of it is
 * kept, also the plain ones, so that a value that is written anew does not keep the word of before.
 */
export class StatusSeries {
  readonly #store: Pick<Store, "statusSeries" | "newSeries" | "together">;
  readonly #words = new Map<number, Series>();
  readonly #values = new Map<number, Series>();

  static async load(store: Store): Promise<StatusSeries> {
    const known = new StatusSeries(store);
    known.#note(await store.statusSeries.find());
    return known;
  }

  private constructor(store: Store) {
    this.#store = store;
  }

  get areNone(): boolean {
    return this.#words.size === 0;
  }

  readonly of = (series: number): Series | undefined => this.#words.get(series);

  /** Whose words a series holds. */
  readonly valuesOf = (words: number): Series | undefined => this.#values.get(words);

  /** The series and that of its words: what is done to all that is known of a value. */
  readonly withWords = (series: number): readonly number[] => {
    const words = this.#words.get(series);
    return words === undefined ? [series] : [series, words];
  };

  /** Each of these has one from now on. Durable when it settles. */
  async give(wanted: Iterable<Series>): Promise<void> {
    const missing = this.#missing(wanted);
    if (missing.length === 0) return;
    const made = await this.#store.together(() => this.#make(missing));
    this.#note(made);
  }

  #note(rows: readonly StatusWords[]): void {
    for (const { series, words } of rows) {
      this.#words.set(series, words);
      this.#values.set(words, series);
    }
  }

  /** Others may have made some while we waited for our turn. */
  async #make(wanted: readonly Series[]): Promise<readonly StatusWords[]> {
    const missing = this.#missing(wanted);
    const given = await this.#store.newSeries(missing.length);
    const made = missing.map((series, index) => ({ series, words: (given[index] ?? 0) as Series }));
    await this.#store.statusSeries.put(...made);
    return made;
  }

  #missing(wanted: Iterable<Series>): readonly Series[] {
    return [...new Set(wanted)].filter((series) => !this.#words.has(series));
  }
}

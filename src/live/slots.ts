import { isPast } from "../domain/reading.ts";
import { KIND, type Samples } from "../domain/samples.ts";

/** The newest sample of a series that somebody watches, and who does. */
export type Slot = {
  at: number;
  value: number;
  kind: number;
  quality: number;
  text: string;
  /** The status word of the sample, 0 where it has none that says more than its quality. */
  word: number;
  /** Whether the historian was asked: before, an empty slot says nothing. */
  isLoaded: boolean;
  readonly seats: Set<Seat>;
};

/** One position in one viewer's list. */
export type Seat = { readonly viewer: Watcher; readonly position: number };

export interface Watcher {
  /** The slot has a newer sample than that of `before`. */
  changed(position: number, before: number, at: number): void;
  /** A sample came that is not the newest: it is older, or was told afterwards. */
  cameLate(at: number, newest: number): void;
  /** The slot was emptied: there is nothing to send of it. */
  emptied(position: number): void;
  /** All samples of a batch are in their slots. */
  wake(): void;
}

/** Which series hold the status words of others, whose values come with them in one batch. */
export type WordsBook = {
  readonly withWords: (series: number) => readonly number[];
  readonly valuesOf: (words: number) => number | undefined;
};

/** A table of last values, of watched series only: it costs nothing while nobody looks. */
export class Slots {
  readonly #slots = new Map<number, Slot>();
  readonly #words: WordsBook;

  constructor(words: WordsBook) {
    this.#words = words;
  }

  seat(series: number, seat: Seat): Slot {
    const slot = this.#slots.get(series) ?? emptySlot();
    this.#slots.set(series, slot);
    slot.seats.add(seat);
    return slot;
  }

  leave(series: number, seat: Seat): void {
    const slot = this.#slots.get(series);
    slot?.seats.delete(seat);
    if (slot?.seats.size === 0) this.#slots.delete(series);
  }

  take(samples: Samples): void {
    if (this.#slots.size === 0) return;
    const touched = new Set<Watcher>();
    for (let row = 0; row < samples.count; row += 1) {
      const series = samples.series[row] ?? 0;
      const slot = this.#slots.get(series);
      if (slot) this.#takeRow(slot, samples, row, touched);
      else this.#takeWord(series, samples, row);
    }
    for (const watcher of touched) watcher.wake();
  }

  /** Where the newest lies within; says whether it did, and so whether to load the slot again. */
  empty(series: number, from: number, to: number): boolean {
    const slot = this.#slots.get(series);
    if (!slot || slot.at < from || slot.at >= to) return false;
    const { seats } = slot;
    Object.assign(slot, { ...emptySlot(), seats });
    for (const { viewer, position } of seats) viewer.emptied(position);
    return true;
  }

  async load(
    series: readonly number[],
    latest: (series: Uint32Array) => Promise<Samples>,
  ): Promise<void> {
    const unknown = series.filter((one) => this.#slots.get(one)?.isLoaded === false);
    if (unknown.length === 0) return;
    const wanted = new Set(unknown.flatMap((one) => this.#words.withWords(one)));
    const samples = await latest(Uint32Array.from(wanted));
    for (let row = 0; row < samples.count; row += 1) {
      const slot = this.#slots.get(samples.series[row] ?? 0);
      // What was stored meanwhile is as new or newer.
      if (slot && (samples.at[row] ?? 0) > slot.at) fill(slot, samples, row);
    }
    for (let row = 0; row < samples.count; row += 1) {
      this.#takeWord(samples.series[row] ?? 0, samples, row);
    }
    for (const one of unknown) {
      const slot = this.#slots.get(one);
      if (slot) slot.isLoaded = true;
    }
  }

  #takeRow(slot: Slot, samples: Samples, row: number, touched: Set<Watcher>): void {
    const at = samples.at[row] ?? 0;
    const before = slot.at;
    const isNews = at >= before && !isPast(samples.quality[row]);
    if (isNews) fill(slot, samples, row);
    for (const { viewer, position } of slot.seats) {
      if (isNews) viewer.changed(position, before, at);
      else viewer.cameLate(at, before);
      touched.add(viewer);
    }
  }

  /** It follows its value. */
  #takeWord(words: number, samples: Samples, row: number): void {
    const series = this.#words.valuesOf(words);
    const slot = series === undefined ? undefined : this.#slots.get(series);
    if (slot && slot.at === samples.at[row]) slot.word = samples.value[row] ?? 0;
  }
}

function emptySlot(): Slot {
  return {
    at: Number.NEGATIVE_INFINITY,
    value: 0,
    kind: KIND.none,
    quality: 0,
    text: "",
    word: 0,
    isLoaded: false,
    seats: new Set(),
  };
}

function fill(slot: Slot, samples: Samples, row: number): void {
  slot.at = samples.at[row] ?? 0;
  slot.value = samples.value[row] ?? 0;
  slot.kind = samples.kind[row] ?? KIND.none;
  slot.quality = samples.quality[row] ?? 0;
  slot.text = slot.kind === KIND.text ? (samples.texts[slot.value] ?? "") : "";
  slot.word = 0;
}

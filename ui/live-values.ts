import { unpackInteger } from "../src/domain/integer.ts";
import type { LiveFrame, LiveNotice } from "../src/domain/live-frame.ts";
import { type Quality, qualityOf, type Value } from "../src/domain/reading.ts";
import { KIND } from "../src/domain/samples.ts";

/** The newest that is known of a point, as a screen wants it. */
export type LiveValue = {
  /** Milliseconds since the epoch, by the clock of who took the sample. */
  readonly at: number;
  readonly value: Value | null;
  readonly quality: Quality;
  /** OPC UA's, where it says more than the quality. */
  readonly statusWord?: number | undefined;
};

type Listener = (value: LiveValue) => void;
type Row = readonly [point: string, value: LiveValue];

/**
 * The newest value of every point that somebody looks at. It lives outside React: a component
 * listens to exactly the points it draws, and nothing above it is drawn again.
 */
export class LiveValues {
  #values = new Map<string, LiveValue>();
  #listeners = new Map<string, Set<Listener>>();
  /** A text's row comes in the frame, its words in the notice behind it. */
  #textQuality = new Map<string, Quality>();
  #words = new Map<string, { readonly at: number; readonly word: number }>();
  #onWanted: () => void;

  /** `onWanted` hears of it when the set of points that somebody looks at has changed. */
  constructor(onWanted: () => void) {
    this.#onWanted = onWanted;
  }

  get(point: string): LiveValue | undefined {
    return this.#values.get(point);
  }

  /** The points that the server must send now. */
  wanted(): string[] {
    return [...this.#listeners.keys()];
  }

  listen(point: string, listener: Listener): () => void {
    const known = this.#listeners.get(point);
    const listeners = known ?? new Set();
    listeners.add(listener);
    if (!known) {
      this.#listeners.set(point, listeners);
      this.#onWanted();
    }
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      this.#listeners.delete(point);
      // Nobody is told of its changes any more, so it must not come back later as if it were new.
      this.#values.delete(point);
      this.#onWanted();
    };
  }

  /** What was deleted is not live any more: until another comes, the reply's newest counts. */
  forget(point: string, from: number, to: number): void {
    const known = this.#values.get(point);
    if (known && known.at >= from && known.at < to) this.#values.delete(point);
  }

  /** They are of the frame that comes next. */
  expectWords(notice: LiveNotice & { readonly op: "words" }, points: readonly string[]): void {
    for (const { position, at, word } of notice.rows) {
      this.#words.set(points[position] ?? "", { at, word });
    }
  }

  /** Every value is written before any listener runs: no listener sees half a frame. */
  applyFrame(frame: LiveFrame, points: readonly string[]): void {
    const rows: Row[] = [];
    for (let row = 0; row < frame.count; row++) {
      const point = points[frame.position[row] ?? -1];
      if (point === undefined) continue;
      const quality = qualityOf(frame.quality[row] ?? -1);
      if (frame.kind[row] === KIND.text) {
        this.#textQuality.set(point, quality);
      } else {
        const value = valueIn(frame.kind[row], frame.value[row]);
        rows.push([point, { at: frame.t0 + (frame.after[row] ?? 0), value, quality }]);
      }
    }
    this.#write(rows);
  }

  applyTexts(notice: LiveNotice & { readonly op: "texts" }, points: readonly string[]): void {
    const rows: Row[] = [];
    for (const { position, at, text } of notice.rows) {
      const point = points[position];
      if (point === undefined) continue;
      rows.push([point, { at, value: text, quality: this.#textQuality.get(point) ?? "good" }]);
      this.#textQuality.delete(point);
    }
    this.#write(rows);
  }

  #write(rows: readonly Row[]): void {
    const touched: [Set<Listener>, LiveValue][] = [];
    for (const [point, told] of rows) {
      const value = this.#withWord(point, told);
      const listeners = this.#listeners.get(point);
      const known = this.#values.get(point);
      if (!listeners || (known && known.at > value.at)) continue;
      this.#values.set(point, value);
      touched.push([listeners, value]);
    }
    for (const [listeners, value] of touched) {
      for (const listener of listeners) listener(value);
    }
  }

  #withWord(point: string, value: LiveValue): LiveValue {
    const said = this.#words.get(point);
    this.#words.delete(point);
    return said?.at === value.at ? { ...value, statusWord: said.word } : value;
  }
}

function valueIn(kind: number | undefined, number: number | undefined): Value | null {
  if (number === undefined || !Number.isFinite(number)) return null;
  if (kind === KIND.integer) return unpackInteger(number);
  if (kind === KIND.boolean) return number !== 0;
  return kind === KIND.number ? number : null;
}

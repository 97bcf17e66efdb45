import { nextTick } from "node:process";
import type { Samples } from "../../../domain/samples.ts";
import type { Appended } from "../../historian.ts";
import { type Columns, copyInto, storableBoundsOf } from "../run/batch.ts";
import { type Bounds, boundsOfBoth, NO_BOUNDS } from "../run/bounds.ts";
import { TextList } from "../run/text-list.ts";
import type { Place, Trays } from "./trays.ts";
import type { AppendAsk, TooOld } from "./wire.ts";

/*
 * Where samples leave the main thread: those of one turn of its loop go into one tray (trays.ts)
 * and are one message to the thread.
 */

/** Brings rows of several calls to the thread. */
type Bring = (append: AppendAsk) => Promise<TooOld>;

type Call = {
  readonly resolve: (appended: Appended) => void;
  readonly reject: (reason: unknown) => void;
};

/** What is being loaded: rows so far, where each of the calls ends, and who waits for it. */
type Loading = {
  readonly place: Place;
  readonly columns: Columns;
  count: number;
  readonly texts: TextList;
  bounds: Bounds;
  readonly ends: number[];
  readonly calls: Call[];
};

/** More of them go in two messages: the other thread begins while the rest is got ready. */
const ROWS_MAX = 4_096;

/**
 * What is appended in one turn of the loop crosses to the thread as one message, for a message
 * costs more than its rows: to make it, to wake whoever waits for it, and to answer.
 */
export class Intake {
  readonly #trays: Trays;
  readonly #bring: Bring;
  #loading: Loading | undefined;

  constructor(trays: Trays, bring: Bring) {
    this.#trays = trays;
    this.#bring = bring;
  }

  /** The columns are read at once. */
  add(samples: Samples): Promise<Appended> {
    return new Promise((resolve, reject) => {
      const bounds = storableBoundsOf(samples);
      const loading = this.#loadingFor(samples.count);
      copyInto(loading.columns, loading.count, samples, loading.texts);
      loading.bounds = boundsOfBoth(loading.bounds, bounds);
      loading.count += samples.count;
      loading.ends.push(loading.count);
      loading.calls.push({ resolve, reject });
    });
  }

  /** Before anything else is asked, for that comes after what was appended. */
  send(): void {
    const loading = this.#loading;
    if (!loading) return;
    this.#loading = undefined;
    const { place, count, texts, bounds, ends, calls } = loading;
    const load = { place, count, texts: texts.all, bounds };
    this.#bring({ ask: "append", load, ends }).then(
      (tooOld) => {
        for (const [index, { resolve }] of calls.entries())
          resolve({ tooOld: tooOld?.[index] ?? 0 });
      },
      (reason) => {
        this.#trays.giveBack(place); // The thread gives back what it has stored, and no other.
        for (const { reject } of calls) reject(reason);
      },
    );
  }

  #loadingFor(rows: number): Loading {
    const { count = 0 } = this.#loading ?? {};
    if (count + rows > ROWS_MAX) this.send();
    this.#loading ??= this.#begin(Math.max(rows, ROWS_MAX));
    return this.#loading;
  }

  #begin(rows: number): Loading {
    nextTick(() => this.send());
    const place = this.#trays.take(rows);
    const columns = this.#trays.columnsOf(place);
    const texts = new TextList();
    return { place, columns, count: 0, texts, bounds: NO_BOUNDS, ends: [], calls: [] };
  }
}

import type { LiveFrame, LiveWord } from "../domain/live-frame.ts";
import type { Samples } from "../domain/samples.ts";
import type { Clock } from "../lib/clock.ts";
import { Slots, type WordsBook } from "./slots.ts";
import { Viewer } from "./viewer.ts";

/** Who watches which series; slow watchers lose intermediate values, never the last. */
export interface Live {
  /** Told by ingest of samples that are stored. Reads the columns and keeps none of them. */
  stored(samples: Samples): void;
  watch(wish: WatchWish): Watch;
  /** What was deleted is nobody's newest any more; the one before it is, for whoever looks next. */
  forget(range: SeriesRange): Promise<void>;
}

/** Half open, `[from, to)`, in milliseconds since the epoch. */
export type SeriesRange = { readonly series: number; readonly from: number; readonly to: number };

export type WatchWish = {
  /** In the order of the viewer's list; frames speak of positions in it. */
  readonly series: readonly number[];
  readonly rateHz: number;
  /** False while the viewer cannot take more: values overwrite each other until it can. */
  readonly ready: () => boolean;
  /** A snapshot first, empty where nothing is stored yet; then what changed. */
  readonly send: (
    frame: Omit<LiveFrame, "subscription">,
    texts: readonly { readonly position: number; readonly at: number; readonly text: string }[],
    words: readonly LiveWord[],
  ) => void;
  /**
   * Samples in [from, to) were stored and will not be sent: the viewer was slow, or they came late,
   * or all at once after an outage. What the rate leaves out is not told.
   */
  readonly missed: (from: number, to: number) => void;
};

export interface Watch {
  /** Rejects if the newest values could not be read; nothing is sent then. */
  readonly opened: Promise<void>;
  setRate(rateHz: number): void;
  close(): void;
}

export type LiveParts = {
  readonly clock: Clock;
  /** The newest sample of each series: the historian's. */
  readonly latest: (series: Uint32Array) => Promise<Samples>;
  readonly words: WordsBook;
};

export function openLive({ clock, latest, words }: LiveParts): Live {
  const slots = new Slots(words);
  return {
    stored: (samples) => slots.take(samples),
    async forget({ series, from, to }) {
      if (slots.empty(series, from, to)) await slots.load([series], latest);
    },
    watch(wish) {
      const viewer = new Viewer(wish, slots, clock);
      return {
        opened: slots.load(wish.series, latest).then(() => viewer.open()),
        setRate: (rateHz) => viewer.setRate(rateHz),
        close: () => viewer.close(),
      };
    },
  };
}

import type { LiveFrame } from "../domain/live-frame.ts";
import type { Samples } from "../domain/samples.ts";

/** Who watches which series; slow watchers lose intermediate values, never the last. */
export interface Live {
  /** Told by ingest of samples that are stored. */
  stored(samples: Samples): void;
  /** The newest sample of a series, if one was stored since the start. */
  latest(series: number): number | undefined;
  watch(wish: WatchWish): Watch;
}

export type WatchWish = {
  /** In the order of the viewer's list; frames speak of positions in it. */
  readonly series: readonly number[];
  readonly rateHz: number;
  /** False while the viewer cannot take more: values overwrite each other until it can. */
  readonly ready: () => boolean;
  readonly send: (
    frame: Omit<LiveFrame, "subscription">,
    texts: readonly { readonly position: number; readonly at: number; readonly text: string }[],
  ) => void;
};

export interface Watch {
  setRate(rateHz: number): void;
  close(): void;
}

import type { LogWord } from "../../../lib/port-log.ts";
import type { Damaged } from "../../historian.ts";
import type { Totals } from "../database/totals.ts";
import type { SharedGeneration } from "../memory/generation.ts";

/*
 * What the history's thread and the one that packs say to each other.
 */

/** What the thread that packs is started with. */
export type PackingOptions = {
  readonly database: string;
  readonly pagesKib: number | undefined;
  readonly chunkSamples: number;
};

/** What the history's thread says to the one that packs, which does it in this order. */
export type PackingAsk =
  | { readonly ask: "pack"; readonly generation: SharedGeneration }
  /** Somebody waits for this generation to leave, or will soon. */
  | { readonly ask: "hurry" }
  /** After a failure, before the time for it has come. */
  | { readonly ask: "again" }
  | { readonly ask: "pause" }
  | { readonly ask: "resume" }
  | { readonly ask: "forget"; readonly series: number }
  | { readonly ask: "checkpoint"; readonly filledAgain: boolean }
  | { readonly ask: "end" };

/** What it is told. A slice is in the database when it is said. */
export type PackingWord =
  | {
      readonly say: "sliced";
      /** Series below this one are in chunks. */
      readonly below: number;
      readonly isDone: boolean;
      readonly totals: Totals;
    }
  /** It will be tried again. */
  | {
      readonly say: "failed";
      readonly reason: string;
      readonly isDisk: boolean;
      /** Pages of the database are not what was written. */
      readonly isMalformed: boolean;
    }
  /** What is sliced came into a chunk that cannot be read any more. */
  | { readonly say: "damaged"; readonly damaged: Damaged }
  | { readonly say: "checkpointed"; readonly trouble: string | undefined }
  | { readonly say: "paused" }
  | { readonly say: "ended" }
  | LogWord;

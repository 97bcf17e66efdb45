import { on } from "node:events";
import type { ParquetShape } from "../lib/parquet.ts";
import { startThread } from "../lib/thread.ts";

/** What the thread says: what is in the file, and then, each time it is asked, rows. */
export type ParquetWord =
  | { readonly say: "shape"; readonly shape: ParquetShape }
  /** Values in the order of the columns; no rows where the file has no more of them. */
  | { readonly say: "rows"; readonly rows: readonly ParquetRow[] }
  | { readonly say: "failed"; readonly reason: string };

export type ParquetRow = readonly unknown[];

/** What is in a file, without its rows. Throws where it is no such file. */
export async function shapeOfParquet(path: string): Promise<ParquetShape> {
  for await (const word of wordsOf(path)) if (word.say === "shape") return word.shape;
  throw new Error("it cannot be read");
}

/** Its rows, some at a time. */
export async function* rowsOfParquet(path: string): AsyncGenerator<readonly ParquetRow[]> {
  for await (const word of wordsOf(path)) if (word.say === "rows") yield word.rows;
}

/**
 * A group of rows is unpacked at once, which takes longer than devices and people like to wait: a
 * thread does that. Where it runs out of memory, that is an error of the file and not our end.
 */
async function* wordsOf(path: string): AsyncGenerator<ParquetWord> {
  const thread = startThread(import.meta.url, "parquet-thread", { workerData: path });
  try {
    for await (const [said] of on(thread, "message", { close: ["exit"] })) {
      const word = said as ParquetWord;
      if (word.say === "failed") throw new Error(word.reason);
      if (word.say === "rows" && word.rows.length === 0) return;
      yield word;
      thread.postMessage("more");
    }
  } finally {
    await thread.terminate();
  }
}

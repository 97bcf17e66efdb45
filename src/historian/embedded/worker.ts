import { isMainThread, parentPort, type Worker, workerData } from "node:worker_threads";
import { assert } from "../../lib/assert.ts";
import { startThread } from "../../lib/thread.ts";
import type { PackingOptions } from "./packing-words.ts";
import { serve } from "./serve.ts";
import type { WorkerData } from "./wire.ts";

/*
 * The thread of the history, where it has one of its own.
 */

assert(!isMainThread && parentPort, "this file is the thread of the embedded historian");
serve(parentPort, workerData as WorkerData, startPacking);

/** Its columns and what SQLite takes lie outside of its heap: what it makes is soon garbage. */
function startPacking(workerData: PackingOptions): Worker {
  const resourceLimits = { maxYoungGenerationSizeMb: 8 };
  return startThread(import.meta.url, "packing-thread", { workerData, resourceLimits });
}

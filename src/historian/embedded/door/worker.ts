import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { assert } from "../../../lib/assert.ts";
import { startPackingThread } from "../packing/packing-port.ts";
import { serve } from "./serve.ts";
import type { WorkerData } from "./wire.ts";

/*
 * The thread of the history, where it has one of its own.
 */

assert(!isMainThread && parentPort, "this file is the thread of the embedded historian");
serve(parentPort, workerData as WorkerData, startPackingThread);

import {
  isMainThread,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  type Worker,
  workerData,
} from "node:worker_threads";
import { assert } from "../../lib/assert.ts";
import { compileInSmallPieces } from "../../lib/heap.ts";
import { startThread } from "../../lib/thread.ts";
import type { Dropped } from "../historian.ts";
import { checkpoint } from "./checkpoint.ts";
import { Desk, type Say } from "./desk.ts";
import { Engine } from "./engine.ts";
import { diskFiles } from "./files.ts";
import type { PackingOptions } from "./packing-words.ts";
import { portLog } from "./port-log.ts";
import type { Question, WorkerOptions } from "./wire.ts";

assert(!isMainThread && parentPort, "this file is the thread of the embedded historian");
compileInSmallPieces();
serve(parentPort, workerData as WorkerOptions);

/** The thread that holds the engine. */
function serve(port: MessagePort, options: WorkerOptions): void {
  const say: Say = (answer, transfer) => port.postMessage(answer, transfer);
  const log = portLog(say);
  const onDropped = (dropped: Dropped) => say({ say: "dropped", dropped });
  const onDoubt = (reason: string) => say({ say: "doubt", reason });
  const monotonic = () => performance.now();
  const packing = options.isSmall ? {} : { startPacking };
  const outward = { onDropped, onDoubt, checkpoint: inTurn, ...packing };
  const parts = { log, files: diskFiles, monotonic, ...outward };
  const opened = Engine.open(options, parts);
  if (!opened.ok) {
    say({ say: "opened", problem: opened.problem });
    port.close();
    return;
  }
  const next = (): Question | undefined => receiveMessageOnPort(port)?.message;
  const desk = new Desk(opened.value, { say, next, commitEveryMs: options.commitEveryMs });
  port.on("message", (question: Question) => desk.hear(question));
  say({ say: "opened" });
}

/** Where memory is dearer than time. */
async function inTurn(database: string): Promise<void> {
  checkpoint(database);
}

/** Its columns and what SQLite takes lie outside of its heap: what it makes is soon garbage. */
function startPacking(workerData: PackingOptions): Worker {
  const resourceLimits = { maxYoungGenerationSizeMb: 8 };
  return startThread(import.meta.url, "packing-thread", { workerData, resourceLimits });
}

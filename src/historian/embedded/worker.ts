import {
  isMainThread,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  type Worker,
  workerData,
} from "node:worker_threads";
import { assert } from "../../lib/assert.ts";
import { compileInPieces, releaseMemory } from "../../lib/heap.ts";
import { startThread } from "../../lib/thread.ts";
import type { Damaged, Dropped, Missing } from "../historian.ts";
import { checkpoint } from "./checkpoint.ts";
import { Desk, type Say } from "./desk.ts";
import { Engine } from "./engine.ts";
import type { EngineParts } from "./engine-parts.ts";
import { diskFiles } from "./files.ts";
import type { PackingOptions } from "./packing-words.ts";
import { portLog } from "./port-log.ts";
import { Trays } from "./trays.ts";
import type { Question, WorkerData } from "./wire.ts";

/*
 * The thread of the history: opens the engine and has its desk hear what the door asks.
 */

/** It takes 15 ms, and some of what V8 has compiled is compiled anew: no more often than that. */
const RELEASE_EVERY_MS = 500;

assert(!isMainThread && parentPort, "this file is the thread of the embedded historian");
serve(parentPort, workerData as WorkerData);

/** The thread that holds the engine. */
function serve(port: MessagePort, { trays: memory, ...options }: WorkerData): void {
  compileInPieces(options.isSmall ? "smallest" : "small");
  const say: Say = (answer) => port.postMessage(answer);
  const log = portLog(say);
  const onDropped = (dropped: Dropped) => say({ say: "dropped", dropped });
  const onDamaged = (damaged: Damaged) => say({ say: "damaged", damaged });
  const onMissing = (missing: Missing) => say({ say: "missing", missing });
  const onDoubt = (reason: string) => say({ say: "doubt", reason });
  const monotonic = () => performance.now();
  const packing = options.isSmall ? {} : { startPacking };
  const told = { onDropped, onDamaged, onMissing, onDoubt };
  const onReleased = () => say({ say: "released" });
  const outward = { ...told, checkpoint: inTurn(monotonic, onReleased), ...packing };
  const parts = { log, files: diskFiles, monotonic, ...outward };
  const opened = Engine.open(options, parts);
  if (!opened.ok) {
    say({ say: "opened", problem: opened.problem });
    port.close();
    return;
  }
  const next = (): Question | undefined => receiveMessageOnPort(port)?.message;
  const trays = new Trays(memory);
  const desk = new Desk(opened.value, { trays, say, next, commitEveryMs: options.commitEveryMs });
  port.on("message", (question: Question) => desk.hear(question));
  say({ say: "opened" });
}

/**
 * Where memory is dearer than time. What has left memory and was packed by this thread is garbage
 * after that, and what brought it here is garbage on the thread of the door: 4 to 8 MB each that V8
 * would let pile up.
 */
function inTurn(monotonic: () => number, onReleased: () => void): EngineParts["checkpoint"] {
  let releasedAt = Number.NEGATIVE_INFINITY;
  return async (database) => {
    checkpoint(database);
    if (monotonic() - releasedAt < RELEASE_EVERY_MS) return;
    releaseMemory();
    onReleased();
    releasedAt = monotonic();
  };
}

/** Its columns and what SQLite takes lie outside of its heap: what it makes is soon garbage. */
function startPacking(workerData: PackingOptions): Worker {
  const resourceLimits = { maxYoungGenerationSizeMb: 8 };
  return startThread(import.meta.url, "packing-thread", { workerData, resourceLimits });
}

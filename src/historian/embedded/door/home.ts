import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { MessageChannel } from "node:worker_threads";
import { releaseMemory } from "../../../lib/heap.ts";
import { isLeftOpen } from "../../../lib/sqlite.ts";
import { startThread } from "../../../lib/thread.ts";
import type { Answer, Question, WorkerData } from "./wire.ts";

/*
 * Where the engine is at work: in a thread of its own, or in that of the door.
 */

/** The door asks the engine in the same words, wherever that is. */
export type Home = {
  ask(question: Question): void;
  /** Keeps the process alive from now on, or does not. */
  ref(): void;
  unref(): void;
  end(): Promise<void>;
};

type Listeners = {
  readonly onAnswer: (answer: Answer) => void;
  /** It has ended, asked to or not. */
  readonly onGone: () => void;
};

/**
 * Of the thread's heap, what is collected often: samples lie outside of it, so little is enough.
 * Left to V8, it takes 20 MB more and no less time.
 */
const YOUNG_MIB = 6;

/** In a thread of its own, so that the main loop waits for no disk. */
export function inThread(workerData: WorkerData, { onAnswer, onGone }: Listeners): Home {
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MIB };
  const worker = startThread(import.meta.url, "worker", { workerData, resourceLimits });
  worker.on("message", onAnswer);
  // A wrong program: whoever started this one decides how it ends.
  worker.on("error", (reason) => {
    throw reason;
  });
  worker.on("exit", onGone);
  return {
    ask: (question) => worker.postMessage(question),
    ref: () => worker.ref(),
    unref: () => worker.unref(),
    end: async () => void (await worker.terminate()),
  };
}

/**
 * In the thread of whoever asks: one of its own takes 12 MB, however little is in it. Rejects where
 * SQLite has not let go of the folder yet, which was open here before.
 */
export async function inSameThread(
  workerData: WorkerData,
  { onAnswer, onGone }: Listeners,
): Promise<Home> {
  const { serve } = await import("./serve.ts");
  await untilLetGo(join(workerData.folder, "history.db"));
  const { port1: outside, port2: inside } = new MessageChannel();
  outside.on("message", onAnswer);
  outside.on("close", onGone);
  serve(inside, workerData);
  inside.unref();
  return {
    ask: (question) => outside.postMessage(question),
    ref: () => outside.ref(),
    unref: () => outside.unref(),
    end: async () => outside.close(),
  };
}

/** A thread would take its connections along when it ends. */
async function untilLetGo(file: string): Promise<void> {
  if (!isLeftOpen(file)) return;
  await nextTurn();
  releaseMemory();
  await nextTurn();
  if (isLeftOpen(file)) throw new Error("SQLite has not let go of the database yet");
}

import { once } from "node:events";
import {
  isMainThread,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  type Worker,
  workerData,
} from "node:worker_threads";
import { assert } from "../../lib/assert.ts";
import type { Log, LogFields } from "../../lib/log.ts";
import { startThread } from "../../lib/thread.ts";
import type { Dropped } from "../historian.ts";
import { checkpoint } from "./checkpoint.ts";
import { Desk, type Say } from "./desk.ts";
import { Engine } from "./engine.ts";
import { diskFiles } from "./files.ts";
import type { LogLevel, Question, WorkerOptions } from "./wire.ts";

assert(!isMainThread && parentPort, "this file is the thread of the embedded historian");
serve(parentPort, workerData as WorkerOptions);

/** The thread that holds the engine. */
function serve(port: MessagePort, options: WorkerOptions): void {
  const say: Say = (answer, transfer) => port.postMessage(answer, transfer);
  const log = portLog(say);
  const onDropped = (dropped: Dropped) => say({ say: "dropped", dropped });
  const onDoubt = (reason: string) => say({ say: "doubt", reason });
  const monotonic = () => performance.now();
  const outward = { onDropped, onDoubt, checkpoint: options.isSmall ? inTurn : checkpoints() };
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

/** How long the thread waits for the next one: to start it costs more than what it does. */
const CHECKPOINT_IDLE_MS = 30_000;

/** Where memory is dearer than time: a thread takes 8 MB. */
async function inTurn(database: string): Promise<void> {
  checkpoint(database);
}

/**
 * Checkpoints in a thread of their own, one at a time: the disk may take seconds for one, in which
 * the engine goes on.
 */
function checkpoints(): (database: string) => Promise<void> {
  let thread: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  const leave = () => {
    void thread?.terminate();
    thread = undefined;
  };
  return async (database) => {
    clearTimeout(idle);
    thread ??= startThread(import.meta.url, "checkpoint-thread", { workerData: database });
    thread.postMessage("go");
    try {
      const [trouble] = await once(thread, "message");
      if (trouble !== undefined) throw new Error(String(trouble));
    } catch (reason) {
      leave();
      throw reason;
    }
    idle = setTimeout(leave, CHECKPOINT_IDLE_MS).unref();
  };
}

function portLog(say: Say): Log {
  const write = (level: LogLevel) => (text: string, fields?: LogFields) =>
    say({ say: "log", level, text, ...(fields && { fields }) });
  const log: Log = {
    error: write("error"),
    warn: write("warn"),
    info: write("info"),
    debug: write("debug"),
    child: () => log,
  };
  return log;
}

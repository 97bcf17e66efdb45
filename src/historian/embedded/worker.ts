import { isMainThread, type MessagePort, parentPort, workerData } from "node:worker_threads";
import { assert } from "../../lib/assert.ts";
import type { Log, LogFields } from "../../lib/log.ts";
import { startThread } from "../../lib/thread.ts";
import type { Dropped } from "../historian.ts";
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
  const monotonic = () => performance.now();
  const parts = { log, files: diskFiles, monotonic, checkpoint, onDropped };
  const opened = Engine.open(options, parts);
  if (!opened.ok) {
    say({ say: "opened", problem: opened.problem });
    port.close();
    return;
  }
  const desk = new Desk(opened.value, say, options.commitEveryMs);
  port.on("message", (question: Question) => desk.hear(question));
  say({ say: "opened" });
}

function checkpoint(database: string): Promise<void> {
  const thread = startThread(import.meta.url, "checkpoint", { workerData: database });
  return new Promise((resolve, reject) => {
    thread.once("error", reject);
    thread.once("exit", () => resolve());
  });
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

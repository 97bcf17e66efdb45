import { type MessagePort, receiveMessageOnPort, type Worker } from "node:worker_threads";
import { compileInPieces, releaseMemory } from "../../../lib/heap.ts";
import { portLog } from "../../../lib/port-log.ts";
import type { Damaged, Dropped, Mended, Missing } from "../../historian.ts";
import { checkpoint } from "../database/checkpoint.ts";
import { Engine } from "../engine/engine.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { diskFiles } from "../log/files.ts";
import type { PackingOptions } from "../packing/packing-words.ts";
import { type Say, Scheduler } from "./scheduler.ts";
import { Trays } from "./trays.ts";
import type { Question, WorkerData } from "./wire.ts";

/*
 * Opens the engine, wherever its home is, and has its scheduler hear what the door asks.
 */

/** It takes 30 ms, and V8 compiles some code anew after it: no more often than that. */
const RELEASE_EVERY_MS = 500;

/** Answers what comes by this port. Without `startPacking` the engine packs by itself. */
export function serve(
  port: MessagePort,
  { trays: memory, ...options }: WorkerData,
  startPacking?: (options: PackingOptions) => Worker,
): void {
  compileInPieces(options.isSmall ? "smallest" : "small");
  const say: Say = (answer) => port.postMessage(answer);
  const log = portLog(say);
  const onDropped = (dropped: Dropped) => say({ say: "dropped", dropped });
  const onDamaged = (damaged: Damaged) => say({ say: "damaged", damaged });
  const onMissing = (missing: Missing) => say({ say: "missing", missing });
  const onMended = (mended: Mended, report: string) => say({ say: "mended", mended, report });
  const onDoubt = (reason: string, isMalformed: boolean) =>
    say({ say: "doubt", reason, isMalformed });
  const monotonic = () => performance.now();
  const packing = startPacking ? { startPacking } : {};
  const onMalformed = (reason: string, whyNotMended?: string) =>
    say({ say: "malformed", reason, ...(whyNotMended && { whyNotMended }) });
  const told = { onDropped, onDamaged, onMissing, onMalformed, onMended, onDoubt };
  const outward = { ...told, checkpoint: inTurn(monotonic), ...packing };
  const parts = { log, files: diskFiles, monotonic, ...outward };
  const opened = Engine.open(options, parts);
  if (!opened.ok) {
    say({ say: "opened", problem: opened.problem });
    port.close();
    return;
  }
  const next = (): Question | undefined => receiveMessageOnPort(port)?.message;
  const trays = new Trays(memory);
  const scheduler = new Scheduler(opened.value, {
    trays,
    say,
    next,
    commitEveryMs: options.commitEveryMs,
    inspectAfterMs: options.inspectAfterMs,
  });
  port.on("message", (question: Question) => scheduler.hear(question));
  say({ say: "opened" });
}

/**
 * Where memory is dearer than time: what has left memory and was packed here is garbage after that,
 * and so is what brought it here, some MB that V8 would let pile up.
 */
function inTurn(monotonic: () => number): EngineParts["checkpoint"] {
  let releasedAt = Number.NEGATIVE_INFINITY;
  return async (database) => {
    checkpoint(database);
    if (monotonic() - releasedAt < RELEASE_EVERY_MS) return;
    releaseMemory();
    releasedAt = monotonic();
  };
}

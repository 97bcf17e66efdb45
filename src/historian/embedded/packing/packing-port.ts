import type { Worker } from "node:worker_threads";
import type { Log } from "../../../lib/log.ts";
import { startThread } from "../../../lib/thread.ts";
import type { Trouble } from "../../../lib/trouble.ts";
import type { Damaged } from "../../historian.ts";
import type { Generation } from "../memory/generation.ts";
import type { Packing, PackingParts } from "./packing.ts";
import type { PackingAsk, PackingOptions, PackingWord } from "./packing-words.ts";

/*
 * The thread that packs (packing-thread.ts) as the history's thread sees it.
 */

/** Its columns and what SQLite takes lie outside of its heap: what it makes is soon garbage. */
export function startPackingThread(workerData: PackingOptions): Worker {
  const resourceLimits = { maxYoungGenerationSizeMb: 8 };
  return startThread(import.meta.url, "packing-thread", { workerData, resourceLimits });
}

type PortParts = PackingParts & {
  readonly start: () => Worker;
  readonly log: Log;
  readonly onDamaged: (damaged: Damaged) => void;
  readonly trouble: Trouble;
};

type Waiting = { readonly resolve: () => void; readonly reject: (reason: Error) => void };
type Reply = Extract<PackingWord, { say: "paused" | "checkpointed" | "ended" }>;

/**
 * Packs in a thread of its own (packing-thread.ts), which reads the very memory of the generation.
 * Slice by slice it says what is in the database; until it has said so, the same samples are read
 * from both, and are one all the same.
 */
export class PackingPort implements Packing {
  readonly #parts: PortParts;
  #thread: Worker | undefined;
  #generation: Generation | undefined;
  /** The last slice failed. */
  #isStuck = false;
  #isHurried = false;
  #waiting: Waiting[] = [];
  readonly #replies = new Map<Reply["say"], (reply: Reply) => void>();
  #pauses = 0;
  #pausing: Promise<unknown> | undefined;

  constructor(parts: PortParts) {
    this.#parts = parts;
  }

  begin(generation: Generation): void {
    this.#generation = generation;
    this.#isHurried = false;
    this.#post({ ask: "pack", generation: generation.share() });
  }

  /** Where it was ended, and is to go on all the same. */
  goOn(): void {
    if (this.#generation && !this.#thread) this.begin(this.#generation);
  }

  /** Whether there is more to come, and nothing in its way. */
  get isAtWork(): boolean {
    return this.#generation !== undefined && !this.#isStuck;
  }

  /** From now on, until the generation has left, nothing is left to others. */
  hurry(): void {
    if (!this.isAtWork || this.#isHurried) return;
    this.#isHurried = true;
    this.#post({ ask: "hurry" });
  }

  more(): Promise<void> {
    if (!this.#generation) return Promise.resolve();
    this.goOn();
    this.hurry();
    const heard = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    if (this.#isStuck) this.#post({ ask: "again" });
    return heard;
  }

  async pause(): Promise<() => void> {
    this.#pauses += 1;
    if (this.#thread) this.#pausing ??= this.#ask({ ask: "pause" }, "paused");
    await this.#pausing;
    return () => {
      this.#pauses -= 1;
      if (this.#pauses > 0) return;
      this.#pausing = undefined;
      this.#thread?.postMessage({ ask: "resume" } satisfies PackingAsk);
    };
  }

  forget(series: number): void {
    this.#thread?.postMessage({ ask: "forget", series } satisfies PackingAsk);
  }

  /** One at a time. */
  async checkpoint(filledAgain: boolean): Promise<void> {
    const reply = await this.#ask({ ask: "checkpoint", filledAgain }, "checkpointed");
    if (reply.say === "checkpointed" && reply.trouble !== undefined) throw new Error(reply.trouble);
  }

  /** SQLite holds on to its files as long as the thread lives. */
  async end(): Promise<void> {
    const thread = this.#thread;
    if (!thread) return;
    await this.#ask({ ask: "end" }, "ended");
    this.#thread = undefined;
    await thread.terminate();
  }

  #ask(ask: PackingAsk, say: Reply["say"]): Promise<Reply> {
    const reply = new Promise<Reply>((resolve) => this.#replies.set(say, resolve));
    this.#post(ask);
    return reply;
  }

  #post(ask: PackingAsk): void {
    this.#thread ??= this.#start();
    this.#thread.postMessage(ask);
  }

  #start(): Worker {
    const thread = this.#parts.start();
    thread.on("message", (word: PackingWord) => this.#hear(word));
    // A wrong program: whoever started this one decides how it ends.
    thread.on("error", (reason) => {
      throw reason;
    });
    if (this.#pauses > 0) thread.postMessage({ ask: "pause" } satisfies PackingAsk);
    return thread;
  }

  #hear(word: PackingWord): void {
    switch (word.say) {
      case "sliced":
        this.#sliced(word);
        break;
      case "failed":
        this.#failed(word);
        break;
      case "log":
        this.#parts.log[word.level](word.text, word.fields);
        break;
      case "damaged":
        this.#parts.onDamaged(word.damaged);
        break;
      default:
        this.#replies.get(word.say)?.(word);
    }
  }

  #sliced({ below, isDone, totals }: Extract<PackingWord, { say: "sliced" }>): void {
    const generation = this.#generation;
    if (!generation) return;
    this.#isStuck = false;
    generation.flushed(below);
    Object.assign(this.#parts.chunks.totals, totals);
    this.#parts.trouble.over();
    if (isDone) {
      this.#generation = undefined;
      this.#parts.left();
    }
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  #failed({ reason, ...is }: Extract<PackingWord, { say: "failed" }>): void {
    this.#isStuck = true;
    const why = new Error(is.isDisk ? `the disk failed: ${reason}` : reason);
    this.#parts.trouble.met(reason);
    if (is.isDisk) this.#parts.doubt(reason);
    if (is.isMalformed) this.#parts.onMalformed(reason);
    for (const { reject } of this.#waiting.splice(0)) reject(why);
  }
}

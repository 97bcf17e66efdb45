import { parentPort, workerData } from "node:worker_threads";
import { AssertionError, assert } from "../../../lib/assert.ts";
import { portLog } from "../../../lib/port-log.ts";
import { isDiskFailure, isMalformed, openSqlite } from "../../../lib/sqlite.ts";
import { checkpoint } from "../database/checkpoint.ts";
import { Chunks } from "../database/chunks.ts";
import { prepareDatabase } from "../database/schema.ts";
import { BUSY_MS, RETRY_MS } from "../database/waits.ts";
import { Generation } from "../memory/generation.ts";
import { Flush, FlushTools } from "./flush.ts";
import type { PackingAsk, PackingOptions, PackingWord } from "./packing-words.ts";

/*
 * A thread of its own that packs: it reads the memory of a frozen generation and writes chunks
 * through a connection of its own.
 */

/**
 * Longer slices spend less on transactions; whoever has something to write waits for the end. While
 * there is time for it they are short, and rests between them leave processor and disk to those who
 * wait for an acknowledgement.
 */
const SLICE_MS = { hurried: 10, leisurely: 1 } as const;
const REST_MS = 4;

/**
 * The thread that brings generations into chunks, through a connection of its own. It hears what is
 * asked between two slices, and does all of it in turn.
 */
class PackingThread {
  readonly #options: PackingOptions;
  readonly #say: (word: PackingWord) => void;
  #tools: FlushTools | undefined;
  #generation: Generation | undefined;
  #flush: Flush | undefined;
  #isPaused = false;
  #isHurried = false;
  #isDue = false;
  #later: NodeJS.Timeout | undefined;

  constructor(options: PackingOptions, say: (word: PackingWord) => void) {
    this.#options = options;
    this.#say = say;
  }

  hear(ask: PackingAsk): void {
    switch (ask.ask) {
      case "pack":
        this.#generation = Generation.of(ask.generation);
        this.#isHurried = false;
        this.#soon();
        break;
      case "hurry":
        this.#isHurried = true;
        this.#soon();
        break;
      case "again":
        this.#soon();
        break;
      case "pause":
        this.#isPaused = true;
        this.#say({ say: "paused" });
        break;
      case "resume":
        this.#isPaused = false;
        this.#soon();
        break;
      case "forget":
        this.#tools?.chunks.days.open.forget(ask.series);
        break;
      case "checkpoint":
        this.#say({ say: "checkpointed", trouble: this.#checkpoint(ask.filledAgain) });
        break;
      default:
        this.#end();
    }
  }

  #soon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#work());
  }

  #work(): void {
    this.#isDue = false;
    clearTimeout(this.#later);
    if (!this.#generation || this.#isPaused) return;
    try {
      if (this.#slice(this.#generation)) return;
      if (this.#isHurried) this.#soon();
      else this.#later = setTimeout(() => this.#soon(), REST_MS);
    } catch (reason) {
      if (reason instanceof AssertionError) throw reason;
      const isDisk = isDiskFailure(reason);
      const why = { reason: messageOf(reason), isDisk, isMalformed: isMalformed(reason) };
      this.#say({ say: "failed", ...why });
      this.#later = setTimeout(() => this.#soon(), RETRY_MS);
    }
  }

  #slice(generation: Generation): boolean {
    this.#flush ??= this.#begin(generation);
    const end = performance.now() + (this.#isHurried ? SLICE_MS.hurried : SLICE_MS.leisurely);
    const isDone = this.#flush.slice(() => performance.now() >= end);
    if (isDone) {
      this.#generation = undefined;
      this.#flush = undefined;
    }
    const totals = { ...this.#open().chunks.totals };
    this.#say({ say: "sliced", below: generation.flushedBelow, isDone, totals });
    return isDone;
  }

  /** Samples may have been let go or deleted since the one before. */
  #begin(generation: Generation): Flush {
    const tools = this.#open();
    tools.chunks.refresh();
    return new Flush(generation, tools);
  }

  #open(): FlushTools {
    if (this.#tools) return this.#tools;
    const { database: file, pagesKib, chunkSamples } = this.#options;
    const database = openSqlite(file, { busyMs: BUSY_MS, keepsLog: true });
    const prepared = prepareDatabase(database, pagesKib);
    assert(prepared.ok, "the history's thread has brought it up to date");
    const chunks = new Chunks(
      database,
      portLog((word) => this.#say(word)),
      (damaged) => this.#say({ say: "damaged", damaged }),
    );
    this.#tools = new FlushTools(chunks, chunkSamples);
    return this.#tools;
  }

  /** What was in its way. */
  #checkpoint(filledAgain: boolean): string | undefined {
    try {
      checkpoint(this.#options.database, filledAgain);
      return undefined;
    } catch (reason) {
      if (reason instanceof AssertionError) throw reason;
      return String(reason);
    }
  }

  #end(): void {
    this.#generation = undefined;
    clearTimeout(this.#later);
    this.#tools?.chunks.close();
    this.#tools = undefined;
    this.#say({ say: "ended" });
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

assert(parentPort, "this file is a thread of the embedded historian");
const port = parentPort;
const packing = new PackingThread(workerData as PackingOptions, (word) => port.postMessage(word));
port.on("message", (ask: PackingAsk) => packing.hear(ask));

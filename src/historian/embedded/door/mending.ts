import type { Worker } from "node:worker_threads";
import type { Log } from "../../../lib/log.ts";
import { startThread } from "../../../lib/thread.ts";
import type { Mended } from "../../historian.ts";
import { putAsideIn } from "../folder/mending.ts";
import type { MendingData, MendingWord } from "./mending-thread.ts";

/** Has a thread bring what can be read of a damaged database into a new one, beside all else. */
export class Mending {
  readonly #folder: string;
  readonly #log: Log;
  #thread: Worker | undefined;
  /** How many were put aside before. */
  #before = 0;

  constructor(folder: string, { log }: { readonly log: Log }) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Undefined where only whoever has the folder for itself can do it: the next one to open it. */
  async run(): Promise<Mended | undefined> {
    const workerData: MendingData = { folder: this.#folder };
    const thread = startThread(import.meta.url, "mending-thread", { workerData });
    this.#thread = thread;
    this.#before = putAsideIn(this.#folder).length;
    try {
      return await new Promise<Mended | undefined>((resolve, reject) => {
        thread.on("message", (word: MendingWord) => {
          if (word.say === "log") this.#log[word.level](word.text, word.fields);
          else if (word.trouble === undefined) resolve(word.mended);
          else reject(new Error(word.trouble));
        });
        // A wrong program: whoever started this one decides how it ends.
        thread.on("error", (reason) => {
          throw reason;
        });
        thread.on("exit", () => reject(new Error("the mending was stopped")));
      });
    } finally {
      this.#thread = undefined;
      await thread.terminate();
    }
  }

  /** Whether the new one has taken the place of the old one since. */
  get isInPlace(): boolean {
    return putAsideIn(this.#folder).length > this.#before;
  }

  /** What is half made is made anew by whoever meets the damage next. */
  async stop(): Promise<void> {
    await this.#thread?.terminate();
  }
}

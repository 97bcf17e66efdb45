import type { Worker } from "node:worker_threads";
import type { Log } from "../../../lib/log.ts";
import { startThread } from "../../../lib/thread.ts";
import type { MendingData, MendingWord } from "./mending-thread.ts";

/** Has a thread bring what can be read of a damaged database into a new one, beside all else. */
export class Mending {
  readonly #folder: string;
  readonly #log: Log;
  #thread: Worker | undefined;

  constructor(folder: string, { log }: { readonly log: Log }) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Where only whoever has the folder for itself can do it, the next one to open it does. */
  async run(): Promise<void> {
    const workerData: MendingData = { folder: this.#folder };
    const thread = startThread(import.meta.url, "mending-thread", { workerData });
    this.#thread = thread;
    try {
      await new Promise<void>((resolve, reject) => {
        thread.on("message", (word: MendingWord) => {
          if (word.say === "log") this.#log[word.level](word.text, word.fields);
          else if (word.trouble === undefined) resolve();
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

  /** What is half made is made anew by whoever meets the damage next. */
  async stop(): Promise<void> {
    await this.#thread?.terminate();
  }
}

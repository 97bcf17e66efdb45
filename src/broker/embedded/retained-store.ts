import type { Durability } from "../../domain/durability.ts";
import type { Problem } from "../../domain/problem.ts";
import { type Outcome, success } from "../../lib/outcome.ts";
import type { BrokerParts } from "../broker.ts";
import { Retained, type RetainedWalk } from "./retained.ts";
import { RetainedFile } from "./retained-file.ts";
import type { RoutedMessage } from "./routed-message.ts";

type RetainedParts = Pick<BrokerParts, "clock" | "gauges" | "log"> & {
  /** Fallback: synced. */
  readonly durability?: Durability;
};

type Waiting = {
  readonly messages: readonly RoutedMessage[];
  readonly settle: (failed: unknown) => void;
};

/** Retained messages for those who subscribe later; with a folder they survive a restart. */
export class RetainedStore {
  readonly #parts: RetainedParts;
  readonly #tree = new Retained();
  readonly #file: RetainedFile | null;
  #waiting: Waiting[] = [];
  #isWriting = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(parts: RetainedParts, file: RetainedFile | null) {
    this.#parts = parts;
    this.#file = file;
  }

  static async open(
    folder: string | undefined,
    parts: RetainedParts,
  ): Promise<Outcome<RetainedStore, Problem>> {
    const file = folder === undefined ? null : new RetainedFile(folder, parts.durability);
    const store = new RetainedStore(parts, file);
    const read = (await file?.read()) ?? success([]);
    if (!read.ok) return read;
    store.#put(read.value);
    return success(store);
  }

  get count(): number {
    return this.#tree.count;
  }

  get bytes(): number {
    return this.#tree.bytes;
  }

  under(filter: string): readonly RoutedMessage[] {
    return this.#tree.under(filter, this.#parts.clock.now());
  }

  /** The same a little at a time. */
  walk(filter: string): RetainedWalk {
    return this.#tree.walk(filter, () => this.#parts.clock.now());
  }

  /** Settles when they are safe; until then nobody is given them. */
  async keep(messages: readonly RoutedMessage[]): Promise<void> {
    if (this.#file === null) {
      this.#put(messages);
      return;
    }
    const written = new Promise<void>((resolve, reject) => {
      const settle = (failed: unknown) => (failed === null ? resolve() : reject(failed));
      this.#waiting.push({ messages, settle });
    });
    if (!this.#isWriting) this.#writing = this.#write(this.#file);
    await written;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
  }

  /** One write for all that came while the one before was on its way to the disk. */
  async #write(file: RetainedFile): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      const messages = waiting.flatMap((each) => each.messages);
      const failed = await this.#save(file, messages);
      if (failed === null) this.#put(messages);
      for (const { settle } of waiting) settle(failed);
    }
    this.#isWriting = false;
  }

  async #save(file: RetainedFile, messages: readonly RoutedMessage[]): Promise<unknown> {
    try {
      if (file.needsRewrite) await file.rewrite(this.#tree.all(this.#parts.clock.now()));
      await file.append(messages);
      return null;
    } catch (reason) {
      return reason;
    }
  }

  #put(messages: readonly RoutedMessage[]): void {
    const { gauges, log } = this.#parts;
    for (const message of messages) {
      if (this.#tree.keep(message)) continue;
      gauges.add('mqtt_dropped_total{reason="retained_full"}');
      log.warn("no room for a retained message", { topic: message.topic });
    }
    gauges.set("mqtt_retained_messages", this.#tree.count);
  }
}

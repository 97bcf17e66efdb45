import type { Refusal } from "../broker/broker.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Receive } from "../domain/link.ts";
import type { ReceivedMessage } from "../domain/message.ts";
import { backoff } from "../lib/backoff.ts";
import type { Timer } from "../lib/clock.ts";
import { newId } from "../lib/id.ts";
import { isJsonObject, parseJson } from "../lib/json.ts";
import { bytesOf, encodeBatch, type RelayedMessage, type RelayedRefusal } from "./batch.ts";
import { Glance } from "./glance.ts";
import type { Answer, Post } from "./post.ts";
import type { Relay, RelayOptions, RelayParts } from "./relay.ts";

type LineParts = RelayParts & { readonly post: Post };

type Entry = {
  readonly messages: readonly RelayedMessage[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
};

/**
 * A worker's line to the house. One batch is on its way at a time, with all that has come while the
 * one before it was made safe: so the order is kept, and a busy line carries large batches. A batch
 * that was not answered is sent again under its number, and the house knows it again.
 */
export class WorkersLine implements Relay {
  readonly #options: Pick<RelayOptions, "worker" | "workers">;
  readonly #parts: LineParts;
  readonly #glance: Glance;
  readonly #session: string;
  readonly #waiting: Entry[] = [];
  readonly #refused: RelayedRefusal[] = [];
  readonly #gaps: number[] = [];
  #number = 0;
  #isUnderWay = false;
  #isClosing = false;
  #beat: Timer;
  #pause: (() => void) | undefined;
  #complaint = "";
  #topics = "";
  /** What the house said last of who is the first, and when. */
  #told = { isFirst: false, at: Number.NEGATIVE_INFINITY };
  #idle: Promise<void> = Promise.resolve();

  constructor(options: Pick<RelayOptions, "worker" | "workers">, parts: LineParts) {
    this.#options = options;
    this.#parts = parts;
    this.#glance = new Glance(parts.drivers);
    this.#session = newId(parts.clock.now());
    this.#beat = this.#beatLater();
    this.#begin();
  }

  /** Longer than that the house waits for nobody. */
  get isFirst(): boolean | null {
    const { isFirst, at } = this.#told;
    return this.#parts.clock.monotonic() - at < LIMIT.workerSilentMs ? isFirst : null;
  }

  readonly receive: Receive = (messages) =>
    new Promise((resolve, reject) => {
      if (this.#isClosing) throw new Error("the worker is about to stop");
      const glanced = messages.map((message) => this.#look(message));
      const bytes = glanced.reduce((sum, message) => sum + bytesOf(message), 0);
      this.#waiting.push({ messages: glanced, bytes, resolve, reject });
      this.#begin();
    });

  refuse({ topic, payload, problem: { code, detail } }: Refusal): void {
    if (this.#refused.length >= LIMIT.rejectedMessages) this.#refused.shift();
    this.#refused.push({ topic, payload: Buffer.from(payload).toString("base64"), code, detail });
    this.#begin();
  }

  gap(since: number): void {
    this.#gaps.push(since);
    this.#begin();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#beat.cancel();
    this.#pause?.();
    await this.#idle;
    this.#parts.post.close();
  }

  #look(message: ReceivedMessage): RelayedMessage {
    const { topic, payload, receivedAt, retain } = message;
    const read = this.#glance.at(message);
    return { topic, payload, receivedAt, retain, ...(read && { read }) };
  }

  #beatLater(): Timer {
    return this.#parts.clock.after(LIMIT.workerBeatMs, () => {
      this.#beat = this.#beatLater();
      this.#begin();
    });
  }

  /** Sends what waits, or that the worker is here. */
  #begin(): void {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    this.#idle = this.#carry();
  }

  async #carry(): Promise<void> {
    do {
      const entries = this.#takeSome();
      const isSafe = await this.#deliver(entries);
      const given = new Error("the house did not take it in before the worker stopped");
      for (const { resolve, reject } of entries) isSafe ? resolve() : reject(given);
    } while (this.#waiting.length + this.#refused.length + this.#gaps.length > 0);
    this.#isUnderWay = false;
  }

  #takeSome(): readonly Entry[] {
    let bytes = 0;
    const fit = this.#waiting.findIndex((entry) => {
      bytes += entry.bytes;
      return bytes > LIMIT.relayBytes / 2;
    });
    return this.#waiting.splice(0, fit === -1 ? this.#waiting.length : Math.max(1, fit));
  }

  /** The same bytes until the house has them safe; false where the worker stops before. */
  async #deliver(entries: readonly Entry[]): Promise<boolean> {
    this.#number += 1;
    const said = {
      ...this.#options,
      ...{ session: this.#session, number: this.#number, trouble: this.#parts.trouble() },
      ...{ isShared: this.#parts.isShared(), topics: this.#topics },
      ...{ gaps: this.#gaps.splice(0), refused: this.#refused.splice(0) },
    };
    const body = encodeBatch(
      said,
      entries.flatMap(({ messages }) => messages),
    );
    for (let tries = 0; ; tries += 1) {
      const askedAt = this.#parts.clock.monotonic();
      const answer = await this.#parts.post.send(body);
      if (answer?.status === 200) {
        this.#complain("");
        this.#learn(answer.text, askedAt);
        return true;
      }
      this.#complain(wordsOf(answer));
      if (this.#isClosing) return false;
      await this.#wait(tries);
    }
  }

  /** Of topics the house says only what is new. */
  #learn(text: string, askedAt: number): void {
    const news = parseJson(text);
    if (!isJsonObject(news)) return;
    const isFirst = news["first"] === this.#options.worker;
    // An answer may be late: what it says was so when it was asked for.
    this.#told = { isFirst, at: askedAt };
    this.#parts.onFirst(isFirst);
    if (!Array.isArray(news["topics"])) return;
    this.#topics = String(news["print"]);
    this.#parts.onTopics(news["topics"].map(String));
  }

  /** Said once, not with every try. */
  #complain(complaint: string): void {
    if (complaint === this.#complaint) return;
    this.#complaint = complaint;
    if (complaint === "") this.#parts.log.info("the house takes in again");
    else this.#parts.log.error("the house does not take in, it is asked again", { complaint });
  }

  async #wait(tries: number): Promise<void> {
    const { clock, chance } = this.#parts;
    const { externalRetryMs: firstMs, workerBeatMs: longestMs } = LIMIT;
    await new Promise<void>((resolve) => {
      const timer = clock.after(backoff({ firstMs, longestMs }, tries, chance()), resolve);
      this.#pause = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#pause = undefined;
  }
}

function wordsOf(answer: Answer): string {
  return answer
    ? `it answers ${answer.status}: ${answer.text.slice(0, 300)}`
    : "it does not answer";
}

import { LIMIT } from "../../domain/limit.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { backoff } from "../../lib/backoff.ts";
import type { Clock, Timer } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { ServerAddress } from "./external.ts";
import { type Conversation, type End, Line, type Wire } from "./line.ts";
import type { Spoken, Welcome } from "./packet.ts";

type ClientParts = {
  readonly clientId: string;
  readonly isFresh: boolean;
  /** Between two tries, at most. */
  readonly retryMsMax?: number;
  /** Of a broker that is there and has no time for us. Fallback: like any other trouble. */
  readonly whenBusy?: { readonly retryMsMax: number; readonly connectMsMax: number };
  /** Whether it may connect now; asked before each try. Fallback: it may. */
  readonly mayConnect?: () => boolean;
  /** What the broker says when this process is gone without a word. */
  readonly will?: () => Message | null;
  /** A conversation begins; `hasWill` says whether the broker has taken the will. */
  readonly begin: (wire: Wire, welcome: Welcome, hasWill: boolean) => Conversation;
  readonly clock: Clock;
  readonly log: Log;
  readonly chance: () => number;
};

const NOT_FIRST = problem("link_down", "the house has not said that this worker takes in");
const THROWN_OUT_OFTEN = 3;
/** Greetings of MQTT 3.1.1 that a broker hung up on: NATS 2.9 does so where a topic has a dot. */
const HUNG_UP_OFTEN = 2;

/** One identity at the broker: connects, and again whenever the connection is lost. */
export class Client {
  readonly #address: ServerAddress;
  readonly #parts: ClientParts;
  #version: Spoken = 5;
  #wasWelcome = false;
  #tries = 0;
  /** How often it had no time for us, one after the other. */
  #busy = 0;
  /** A node that was lost is tried again after all the others. */
  #losses = 0;
  #thrownOut = 0;
  #hungUp = 0;
  #line: Line | undefined;
  #retry: Timer | undefined;
  #isClosed = false;
  #trouble: Problem = problem("link_down", "the broker was not reached yet");
  #onSettled: (() => void)[] = [];

  constructor(address: ServerAddress, parts: ClientParts) {
    this.#address = address;
    this.#parts = parts;
    this.#connect();
  }

  /** Why it is not connected; null while it is. */
  get trouble(): Problem | null {
    return this.#line?.isWelcome ? null : this.#trouble;
  }

  /** Settles when the first try has come to something: a welcome, a refusal, or nothing at all. */
  async settled(): Promise<void> {
    if (this.#wasWelcome || this.#tries > 0 || this.#trouble === NOT_FIRST) return;
    await new Promise<void>((resolve) => this.#onSettled.push(resolve));
  }

  /** Ends the connection; it may come back when it is allowed to. */
  leave(): void {
    this.#line?.end();
  }

  close(): void {
    this.#isClosed = true;
    this.#retry?.cancel();
    this.#line?.end();
  }

  #connect(): void {
    if (this.#parts.mayConnect?.() === false) {
      this.#trouble = NOT_FIRST;
      this.#retry = this.#parts.clock.after(LIMIT.externalRetryMs, () => this.#connect());
      this.#settle();
      return;
    }
    const { hosts, ...address } = this.#address;
    const there = hosts[this.#losses % hosts.length] ?? { host: "", port: 0 };
    const { begin, will } = this.#parts;
    const hasWill = will !== undefined && this.#hungUp < HUNG_UP_OFTEN;
    this.#line = new Line({ ...address, ...there }, this.#version, {
      ...this.#parts,
      welcomeWithinMs: this.#welcomeWithinMs(),
      will: () => (hasWill ? will() : null),
      begin: (wire, welcome) => begin(wire, welcome, hasWill),
      onWelcome: () => {
        this.#wasWelcome = true;
        if (hasWill) this.#hungUp = 0;
        this.#parts.log.info("connected to the broker", { version: this.#version });
        this.#settle();
      },
      onEnd: (end) => this.#lost(end),
    });
  }

  #lost(end: End): void {
    this.#trouble = this.#explained(end);
    if (!end.wasWelcome && end.isOldBroker && this.#version === 4) this.#hungUp += 1;
    if (this.#isClosed) {
      this.#settle();
      return;
    }
    this.#parts.log.warn("not connected to the broker", { ...this.#trouble });
    const delayMs = this.#delayMs(end);
    if (delayMs > 0) this.#losses += 1;
    this.#retry = this.#parts.clock.after(delayMs, () => this.#connect());
    if (delayMs > 0) this.#settle();
  }

  /** Few brokers say that somebody of our name has come: being thrown out at once shows it. */
  #explained({ problem: trouble, wasWelcome, lastedMs }: End): Problem {
    if (wasWelcome) this.#thrownOut = lastedMs < LIMIT.externalStableMs ? this.#thrownOut + 1 : 0;
    if (this.#thrownOut < THROWN_OUT_OFTEN) return trouble;
    const guess = "has another Fieldline the same --broker-share?";
    return problem(trouble.code, `${trouble.detail}, soon after it had let us in: ${guess}`);
  }

  /** At once where all that is wrong is that the broker does not know MQTT 5. */
  #delayMs(end: End): number {
    const { wasWelcome, lastedMs, isOldBroker } = end;
    const { whenBusy } = this.#parts;
    if (whenBusy && end.isBusy) {
      this.#busy += 1;
      const pause = { firstMs: LIMIT.uplinkRetryMsMax, longestMs: whenBusy.retryMsMax };
      return backoff(pause, this.#busy - 1, this.#parts.chance());
    }
    this.#busy = 0;
    // Who is thrown out again and again waits longer: two may be fighting over one identity.
    if (lastedMs >= LIMIT.externalStableMs) this.#tries = 0;
    const isOlder = isOldBroker && this.#version === 5;
    if (!wasWelcome) this.#version = isOlder ? 4 : 5;
    if (isOlder && this.#tries === 0) return 0;
    const { externalRetryMs: firstMs, externalRetryMsMax } = LIMIT;
    const { retryMsMax: longestMs = externalRetryMsMax } = this.#parts;
    const delayMs = backoff({ firstMs, longestMs }, this.#tries, this.#parts.chance());
    this.#tries += 1;
    return delayMs;
  }

  #welcomeWithinMs(): number {
    const { connectMsMax = 0 } = this.#parts.whenBusy ?? {};
    return Math.min(connectMsMax, LIMIT.externalConnectMs * 2 ** this.#busy);
  }

  #settle(): void {
    for (const resolve of this.#onSettled.splice(0)) resolve();
  }
}

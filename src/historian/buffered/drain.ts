import { AssertionError } from "../../lib/assert.ts";
import { backoff } from "../../lib/backoff.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import { type Arrivals, type ArrivalsQuery, AwayError, type Outbox } from "../historian.ts";
import { Signal } from "./signal.ts";
import type { Target } from "./target.ts";

/*
 * From the log of the folder into the database, in order, for as long as the house runs.
 */

export type Link = {
  readonly target: Target;
  /** The name of the log in this database. */
  readonly source: string;
  /** The last record that it has; undefined where it has lost what it had. */
  readonly sequence: number | undefined;
};

type DrainParts = {
  readonly outbox: Outbox;
  /** Connects and joins; throws what is in the way. */
  readonly link: () => Promise<Link>;
  /** Sends again what the database has lost, from what is here. */
  readonly resend: (target: Target, onProgress: (words: string) => void) => Promise<void>;
  readonly clock: Clock;
  readonly chance: () => number;
  readonly log: Log;
};

/** Under this name the outbox keeps for us what is not drained yet. */
export const FOLLOWER = "database";
/** Enough for COPY to be fast, little enough to be done in a fifth of a second. */
const BATCH_SAMPLES = 50_000;
/** Two that the database works on, and one that is made ready. */
const UNDER_WAY = 3;
/** What comes within this time goes along: small commits cost a database most. */
const LINGER_MS = 200;
const LOST = "the database has lost samples; they are sent again from here";
const RETRY = { firstMs: 500, longestMs: 15_000 };
/** Whoever reads waits so long at most until the database has what was acknowledged. */
const SETTLE_MS = 10_000;
/** A batch is done in a fifth of a second; a database that takes so long for one is silent. */
const SILENT_MS = 10_000;

/**
 * Brings what arrives in the local log into the database, in order, and again until it is there.
 * How far it has come the database says itself, for that is noted with the samples.
 */
export class Drain {
  readonly #parts: DrainParts;
  readonly #signal = new Signal();
  readonly #running: Promise<void>;
  #target: Target | undefined;
  #known: Target | undefined;
  #trouble: string | undefined;
  #failure: unknown;
  /** Since when the database has batches that it has not said are safe, the oldest first. */
  readonly #sent: number[] = [];
  #done = 0;
  #waiting = 0;
  #hasNews = false;
  #isHurried = false;
  #isClosed = false;

  /** `taken` is what the outbox knows to be drained. */
  constructor(parts: DrainParts, taken: number, first?: Link) {
    this.#parts = parts;
    this.#done = taken;
    this.#running = this.#run(first);
  }

  /** While it is connected. */
  get target(): Target | undefined {
    return this.#target;
  }

  /** Why the database cannot be reached, and what waits for it; undefined while it can be. */
  get trouble(): string | undefined {
    const why = this.#inTheWay;
    return why && `${why}; ${waitingWords(this.#waiting)} for it here`;
  }

  /** Whether the database would not take it, as far as that was ever known since the start. */
  isTooOld(series: number, at: number): boolean {
    return this.#known?.isTooOld(series, at) ?? false;
  }

  /** Something arrived. */
  wake(): void {
    this.#hasNews = true;
    this.#waiting += 1;
    this.#signal.ring();
  }

  /** The database, with all that was acknowledged until now. Throws where it is away. */
  async settled(): Promise<Target> {
    const { outbox, clock } = this.#parts;
    const { sequence, waiting } = await outbox.arrivals(this.#asked(0));
    const goal = sequence + waiting;
    let isOver = false;
    const timer = clock.after(SETTLE_MS, () => {
      isOver = true;
      this.#signal.ring();
    });
    this.#isHurried = true;
    this.#hasNews = true;
    this.#signal.ring();
    const isThere = () => this.#target !== undefined && this.#done >= goal;
    await this.#signal.until(() => isThere() || this.#isAway() || isOver);
    timer.cancel();
    if (this.#target && this.#done >= goal) return this.#target;
    throw new AwayError(this.#inTheWay ?? "the database is behind with what arrived");
  }

  /** Brings over what is left if that can be done soon. */
  async close(): Promise<void> {
    await this.settled().catch(() => {}); // What waits is kept for the next start.
    this.#isClosed = true;
    this.#signal.ring();
    await this.#running;
  }

  #asked(samplesMax: number, after = this.#done): ArrivalsQuery {
    return { target: FOLLOWER, after, samplesMax };
  }

  get #inTheWay(): string | undefined {
    const [since = Number.POSITIVE_INFINITY] = this.#sent;
    const silentMs = this.#parts.clock.monotonic() - since;
    if (this.#trouble !== undefined || silentMs < SILENT_MS) return this.#trouble;
    return `the database has not answered for ${Math.round(silentMs / 1_000)} s`;
  }

  #isAway(): boolean {
    return this.#inTheWay !== undefined || this.#isClosed;
  }

  async #run(first: Link | undefined): Promise<void> {
    let next = first;
    for (let tries = 0; !this.#isClosed; tries += 1) {
      const before = this.#done;
      try {
        const link = next ?? (await this.#parts.link());
        next = undefined;
        await this.#serve(link)
          .catch((reason) => this.#lost(reason))
          .finally(() => link.target.close());
      } catch (reason) {
        this.#lost(reason);
      }
      this.#waiting = (await this.#parts.outbox.arrivals(this.#asked(0))).waiting;
      if (this.#done > before) tries = 0;
      if (!this.#isClosed) await this.#pause(backoff(RETRY, tries, this.#parts.chance()));
    }
  }

  /** Until it is lost or all is closed. */
  async #serve({ target, source, sequence }: Link): Promise<void> {
    this.#failure = undefined;
    void target.lost.then(() => {
      if (this.#target === target) this.#fail(new Error("the connection was lost"));
    });
    const taken = this.#done;
    if (sequence === undefined || sequence < taken) {
      this.#parts.log.error(LOST);
      await this.#resend(target);
    }
    this.#done = Math.max(taken, sequence ?? taken);
    if (this.#trouble !== undefined) this.#parts.log.warn("the database is back");
    this.#trouble = undefined;
    this.#target = target;
    this.#known = target;
    this.#signal.ring();
    await this.#pump(target, source).finally(() => {
      this.#target = undefined;
    });
  }

  /** What is older than what is here is not asked for meanwhile: some of it may be missing. */
  #resend(target: Target): Promise<void> {
    return this.#parts.resend(target, (words) => {
      this.#trouble = `${LOST}: ${words}`;
    });
  }

  async #pump(target: Target, source: string): Promise<void> {
    const underWay: Promise<void>[] = [];
    try {
      for (let read = this.#done; !this.#isClosed && this.#failure === undefined; ) {
        const arrivals = await this.#next(read);
        this.#waiting = arrivals.sequence - this.#done + arrivals.waiting;
        if (arrivals.missing > 0) {
          await Promise.all(underWay.splice(0));
          await this.#resend(target);
          this.#trouble = undefined;
        }
        if (arrivals.sequence > read) underWay.push(this.#send(target, source, arrivals));
        read = arrivals.sequence;
        if (underWay.length >= UNDER_WAY) await underWay.shift();
        if (arrivals.samples.count < BATCH_SAMPLES) await this.#rest();
      }
      if (this.#failure !== undefined) throw this.#failure;
    } finally {
      await Promise.allSettled(underWay);
    }
  }

  #next(after: number): Promise<Arrivals> {
    this.#hasNews = false;
    this.#isHurried = false;
    return this.#parts.outbox.arrivals(this.#asked(BATCH_SAMPLES, after));
  }

  async #send(target: Target, source: string, { samples, sequence }: Arrivals): Promise<void> {
    this.#sent.push(this.#parts.clock.monotonic());
    try {
      await target.take(samples, { source, sequence }).finally(() => this.#sent.shift());
      this.#done = sequence;
      this.#signal.ring();
      await this.#parts.outbox.take(FOLLOWER, sequence);
    } catch (reason) {
      this.#fail(reason);
      throw reason;
    }
  }

  /** Until something has arrived, and a little longer for what comes with it. */
  async #rest(): Promise<void> {
    const isDisturbed = () => this.#isClosed || this.#isHurried || this.#failure !== undefined;
    await this.#signal.until(() => this.#hasNews || isDisturbed());
    let isOver = false;
    const timer = this.#parts.clock.after(LINGER_MS, () => {
      isOver = true;
      this.#signal.ring();
    });
    await this.#signal.until(() => isOver || isDisturbed());
    timer.cancel();
  }

  async #pause(ms: number): Promise<void> {
    let isOver = false;
    const timer = this.#parts.clock.after(ms, () => {
      isOver = true;
      this.#signal.ring();
    });
    await this.#signal.until(() => isOver || this.#isClosed);
    timer.cancel();
  }

  #fail(reason: unknown): void {
    this.#failure ??= reason;
    this.#signal.ring();
  }

  /** Said once, until it is over. */
  #lost(reason: unknown): void {
    if (reason instanceof AssertionError) throw reason;
    const why = reason instanceof Error ? reason.message : String(reason);
    if (this.#trouble === undefined) {
      this.#parts.log.error("the database is away; what arrives waits here", { reason: why });
    }
    this.#trouble = `the database is away: ${why}`;
    this.#signal.ring();
  }
}

function waitingWords(batches: number): string {
  if (batches === 0) return "nothing waits";
  return batches === 1 ? "about 1 batch waits" : `about ${batches} batches wait`;
}

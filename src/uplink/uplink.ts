import type { Timestamp } from "../domain/brand.ts";
import type { Problem } from "../domain/problem.ts";
import type { Samples } from "../domain/samples.ts";
import type { Arrivals, ArrivalsQuery, Outbox } from "../historian/historian.ts";
import { AssertionError } from "../lib/assert.ts";
import { backoff } from "../lib/backoff.ts";
import { Delivery, type DeliveryParts } from "./delivery.ts";
import { NewestFirst } from "./newest-first.ts";
import { Rests } from "./rests.ts";
import { Speech, type SpeechParts } from "./speech.ts";
import { Taken } from "./taken.ts";
import { NOTHING, TimeLeft, type Waiting, waitingWith } from "./waiting.ts";

export type { Source } from "./speech.ts";

/** What whoever stands before the gateway wants to know. */
export type UplinkState = {
  readonly isUp: boolean;
  /** Why nothing goes up. */
  readonly reason: string | null;
  readonly waiting: Waiting;
  /** What comes goes up at once, and beside it what waited: how long that takes, if known. */
  readonly fillingUp: { readonly leftMs: number | null } | null;
  /** When the server above acknowledged something last, since this start. */
  readonly acknowledgedAt: Timestamp | null;
};

export interface Uplink {
  /** Why nothing goes up, and how much waits; undefined while it does. */
  readonly trouble: string | undefined;
  readonly state: UplinkState;
  /** Ends after what is on its way; what waits is kept. */
  close(): Promise<void>;
}

type UplinkParts = SpeechParts &
  DeliveryParts & {
    readonly outbox: Outbox;
    /** Settles when the first try to reach the server has come to something. */
    readonly tried: () => Promise<void>;
    /** Why nothing can be sent now; null where it can be tried. */
    readonly reachTrouble: () => Problem | null;
    /** The newest samples of what devices feed, with their status words. */
    readonly newest: () => Promise<Samples>;
    readonly chance: () => number;
    /** Samples of one batch at most. Fallback: a minute of a large plant. */
    readonly batchSamples?: number;
  };

/** Under this name the outbox keeps what the server above has not acknowledged. */
const TARGET = "uplink";
/** A backlog goes up fast with it, and memory stays small. */
const BATCH_SAMPLES = 5_000;
/** On a thin line what waited goes up in parts so small that live values are not held up long. */
const BATCH_SAMPLES_MIN = 250;
const BATCH_MS = 1_000;
const LOOK_EVERY_MS = 500;
const RETRY = { firstMs: 500, longestMs: 15_000 };
/** A first try that takes longer is trouble. */
const FIRST_TRY_MS = 10_000;
const FIRST_TRY = "the server is being reached for the first time since the start";
/** Each note writes to the disk; what comes twice after a crash is no harm. */
const NOTE_EVERY_MS = 10_000;

/**
 * Brings what the history has taken in to a server above, and again until it is acknowledged there:
 * stored. A sample keeps its time, so that one that comes twice is one sample.
 *
 * In two lanes: what arrives since the server was reached goes up at once, and beside it what
 * waited, the oldest first. Only what is newer than all before it of its series may overtake. The
 * rest goes up in its place among what waited, so that of one time the later arrival stays: see
 * docs/decisions/0085-live-values-overtake-what-waited.md.
 */
export async function openUplink(parts: UplinkParts): Promise<Uplink> {
  const upTo = await parts.outbox.follow(TARGET);
  const carrier = new Carrier(parts, new Taken(upTo, await parts.outbox.beyond(TARGET)));
  await carrier.start();
  return carrier;
}

class Carrier implements Uplink {
  readonly #parts: UplinkParts;
  readonly #speech: Speech;
  readonly #delivery: Delivery;
  readonly #taken: Taken;
  #running: Promise<void> | undefined;
  /** The last record when the server was reached: up to here it is what waited. */
  #head: number;
  /** The last record that the live lane has come to. */
  #live: number;
  /** What may overtake; nothing waits where there is none. */
  #newest: NewestFirst | undefined;
  #isLiveBehind = false;
  readonly #batchSamplesMax: number;
  #batchSamples: number;
  #waiting = NOTHING;
  readonly #timeLeft = new TimeLeft();
  #noted = "";
  #notedAt: number;
  #isBroken = false;
  #isFirstTry = true;
  #isClosed = false;
  readonly #rests: Rests;

  constructor(parts: UplinkParts, taken: Taken) {
    this.#parts = parts;
    this.#speech = new Speech(parts);
    this.#delivery = new Delivery(parts);
    this.#taken = taken;
    this.#batchSamplesMax = parts.batchSamples ?? BATCH_SAMPLES;
    this.#batchSamples = this.#batchSamplesMax;
    this.#head = taken.upTo;
    this.#live = taken.upTo;
    this.#notedAt = parts.clock.monotonic();
    this.#rests = new Rests(parts.clock);
  }

  /** Settles when it is known what waits. */
  async start(): Promise<void> {
    await this.#try(() => this.#look());
    this.#running = this.#run();
  }

  get trouble(): string | undefined {
    const { samples, oldestAt } = this.#waiting;
    const since = oldestAt === null ? "" : `, the oldest of ${new Date(oldestAt).toISOString()}`;
    const { why } = this.#delivery;
    return why && `the uplink is down: ${why}; about ${samples} samples wait here${since}`;
  }

  get state(): UplinkState {
    const { why, acknowledgedAt } = this.#delivery;
    const reason = this.#isFirstTry ? FIRST_TRY : (why ?? null);
    const isFilling = reason === null && this.#taken.firstGap(this.#head) !== undefined;
    return {
      isUp: reason === null,
      reason,
      waiting: this.#waiting,
      fillingUp: isFilling ? { leftMs: this.#timeLeft.ms } : null,
      acknowledgedAt,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#rests.wake();
    await this.#running;
    await this.#note();
  }

  async #run(): Promise<void> {
    await Promise.race([this.#parts.tried(), this.#rests.rest(FIRST_TRY_MS)]);
    this.#rests.wake();
    this.#isFirstTry = false;
    for (let tries = 0; !this.#isClosed; tries += 1) {
      const before = this.#delivery.acknowledgedAt;
      this.#isBroken = false;
      await this.#try(() => this.#begin());
      await Promise.all([
        this.#repeat(() => this.#liveStep()),
        this.#repeat(() => this.#lateStep()),
      ]);
      if (this.#delivery.acknowledgedAt !== before) tries = 0;
      await this.#restUntilReached(backoff(RETRY, tries, this.#parts.chance()));
    }
  }

  /** Until the line breaks. */
  async #repeat(step: () => Promise<Pace>): Promise<void> {
    while (!this.#isClosed && !this.#isBroken) {
      const pace = await this.#try(step);
      if (pace === "rest" && !this.#isClosed) await this.#rests.rest(LOOK_EVERY_MS);
    }
  }

  async #try<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (reason) {
      if (reason instanceof AssertionError) throw reason;
      this.#parts.log.error("the outbox cannot be read", { reason: String(reason) });
      this.#break();
      return undefined;
    }
  }

  /** What waits, and where the live lane is to begin: behind all that has arrived. */
  async #look(): Promise<Arrivals> {
    // What a full outbox has dropped meanwhile it has told itself.
    const cursor = await this.#parts.outbox.follow(TARGET);
    this.#taken.add({ first: this.#taken.upTo + 1, last: cursor });
    const { upTo } = this.#taken;
    const gap = this.#taken.firstGap(Number.POSITIVE_INFINITY);
    const asked = { after: upTo, upTo: gap?.last ?? upTo, samplesMax: this.#batchSamplesMax };
    const arrivals = await this.#read(asked);
    this.#head = arrivals.sequence + arrivals.waiting;
    this.#live = this.#head;
    this.#isLiveBehind = false;
    this.#newest = undefined;
    this.#timeLeft.forget();
    return arrivals;
  }

  /** Where much waits, the newest is told first. */
  async #begin(): Promise<void> {
    const { samples, waiting } = await this.#look();
    if (this.#isCutOff() || this.#taken.missing(this.#head) === 0) return;
    const newest = await this.#newestNow();
    this.#newest = newest && new NewestFirst(newest);
    if (waiting === 0 || !newest) return;
    const since = samples.at.reduce((oldest, at) => Math.min(oldest, at), Number.POSITIVE_INFINITY);
    const says = (row: number) => (newest.at[row] ?? 0) >= since;
    await this.#bring(newest, { isLate: true, says });
  }

  /** Where a database does not tell, nothing overtakes: all goes up in one lane. */
  async #newestNow(): Promise<Samples | undefined> {
    try {
      return await this.#parts.newest();
    } catch (reason) {
      this.#parts.log.warn("the newest samples cannot be read", { reason: String(reason) });
      return undefined;
    }
  }

  /** What arrived since the server was reached. */
  async #liveStep(): Promise<Pace> {
    const first = this.#live + 1;
    const isAlone = this.#taken.upTo === this.#live;
    const asked = { after: this.#live, samplesMax: this.#batchSamplesMax };
    const arrivals = await this.#read(asked, isAlone);
    const { samples, sequence, waiting } = arrivals;
    this.#isLiveBehind = waiting > 0;
    if (sequence < first) {
      if (!this.#isCutOff() && isAlone) this.#delivery.hear(undefined);
      return "rest";
    }
    const marks = isAlone ? undefined : this.#newest?.of(samples);
    const says = (row: number) => isAlone || marks?.[row] === 1;
    if (!(await this.#bring(samples, { isLate: false, says }))) return "go on";
    if (this.#areAllSaid(samples, says)) this.#taken.add({ first, last: sequence });
    this.#live = sequence;
    await this.#noteInTime();
    return "go on";
  }

  /** The oldest that waited, and what may not overtake it. */
  async #lateStep(): Promise<Pace> {
    const gap = this.#taken.firstGap(this.#live);
    if (!gap) return "rest";
    if (this.#isLiveBehind) await this.#rests.rest(LOOK_EVERY_MS);
    const asked = { after: gap.first - 1, upTo: gap.last, samplesMax: this.#batchSamples };
    const { samples, sequence } = await this.#read(asked);
    const { clock } = this.#parts;
    const startedAt = clock.monotonic();
    if (!(await this.#bring(samples, { isLate: true }))) return "go on";
    const size = sizeAfter(this.#batchSamples, clock.monotonic() - startedAt);
    this.#batchSamples = Math.min(size, this.#batchSamplesMax);
    this.#taken.add({ first: gap.first, last: sequence });
    await this.#noteInTime();
    return "go on";
  }

  async #read(asked: Omit<ArrivalsQuery, "target">, isOldest = true): Promise<Arrivals> {
    const { outbox, log } = this.#parts;
    const there = this.#taken.beyond;
    const arrivals = await outbox.arrivals({ target: TARGET, ...asked, there });
    const { missing } = arrivals;
    if (missing > 0) log.error("samples are missing in the outbox", { records: missing });
    if (isOldest) this.#wait(arrivals, asked.after);
    return arrivals;
  }

  async #bring(
    samples: Samples,
    { isLate, says }: { readonly isLate: boolean; readonly says?: (row: number) => boolean },
  ): Promise<boolean> {
    const isTaken = await this.#delivery.bring(this.#speech.of(samples, { isLate, says }));
    if (!isTaken) this.#break();
    return isTaken;
  }

  /** Of what devices have sent. */
  #areAllSaid({ count, series }: Samples, says: (row: number) => boolean): boolean {
    for (let row = 0; row < count; row += 1) {
      if (!says(row) && this.#parts.sourceOf(series[row] ?? 0)) return false;
    }
    return true;
  }

  #isCutOff(): boolean {
    const trouble = this.#parts.reachTrouble();
    if (!trouble) return false;
    this.#delivery.hear(trouble);
    this.#break();
    return true;
  }

  #break(): void {
    this.#isBroken = true;
    this.#rests.wake();
  }

  #wait(arrivals: Arrivals, after: number): void {
    const { gauges, clock } = this.#parts;
    const { sequence, waiting: behind } = arrivals;
    const records = this.#taken.missing(sequence + behind) - (sequence - after);
    const waiting = waitingWith(arrivals);
    this.#waiting = waiting;
    this.#timeLeft.note(clock.monotonic(), waiting.samples);
    gauges.set("uplink_waiting_records", records);
    gauges.set("uplink_waiting_samples", waiting.samples);
    gauges.set("uplink_waiting_bytes", waiting.bytes);
    gauges.set("uplink_oldest_waiting_timestamp_seconds", (waiting.oldestAt ?? 0) / 1_000);
  }

  async #noteInTime(): Promise<void> {
    if (this.#parts.clock.monotonic() >= this.#notedAt + NOTE_EVERY_MS) await this.#note();
  }

  /** Nothing up to here has to be kept any longer. */
  async #note(): Promise<void> {
    const { upTo, beyond } = this.#taken;
    const noted = JSON.stringify([upTo, beyond]);
    this.#notedAt = this.#parts.clock.monotonic();
    if (noted === this.#noted) return;
    await this.#parts.outbox.take(TARGET, upTo, beyond);
    this.#noted = noted;
  }

  /** A line that is cut may be mended before the time is over. */
  async #restUntilReached(ms: number): Promise<void> {
    const { clock, reachTrouble } = this.#parts;
    const wasCut = reachTrouble() !== null;
    const until = clock.monotonic() + ms;
    while (!this.#isClosed && clock.monotonic() < until) {
      await this.#rests.rest(Math.min(LOOK_EVERY_MS, until - clock.monotonic()));
      if (wasCut && reachTrouble() === null) return;
    }
  }
}

type Pace = "go on" | "rest";

function sizeAfter(samples: number, tookMs: number): number {
  if (tookMs > BATCH_MS) return Math.max(BATCH_SAMPLES_MIN, Math.round(samples / 2));
  return tookMs < BATCH_MS / 4 ? samples * 2 : samples;
}

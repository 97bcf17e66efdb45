import type { ChannelName, DeviceAddress, Timestamp } from "../domain/brand.ts";
import type { DataType } from "../domain/catalogue.ts";
import type { Message } from "../domain/message.ts";
import type { Problem } from "../domain/problem.ts";
import { isPast } from "../domain/reading.ts";
import { type Samples, sampleAt } from "../domain/samples.ts";
import type { Twin, TwinReading } from "../driver/driver.ts";
import type { Arrivals, Outbox } from "../historian/historian.ts";
import { AssertionError } from "../lib/assert.ts";
import { backoff } from "../lib/backoff.ts";
import type { Clock, Timer } from "../lib/clock.ts";
import type { Gauges } from "../lib/gauge.ts";
import type { Log } from "../lib/log.ts";
import { type Outcome, success } from "../lib/outcome.ts";

/** Where samples of a series came from, as the server above is to know it. */
export type Source = {
  readonly device: DeviceAddress;
  readonly channel: ChannelName;
  readonly dataType: DataType;
  readonly unit?: string;
};

/** What whoever stands before the gateway wants to know. */
export type UplinkState = {
  readonly isUp: boolean;
  /** Why nothing goes up. */
  readonly reason: string | null;
  /** About how much is not acknowledged, and of when its oldest sample is. */
  readonly waiting: {
    readonly samples: number;
    readonly bytes: number;
    readonly oldestAt: Timestamp | null;
  };
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

type UplinkParts = {
  readonly outbox: Outbox;
  readonly send: (message: Message) => Promise<Outcome<void, Problem>>;
  /** Undefined of samples that no device has sent. */
  readonly sourceOf: (series: number) => Source | undefined;
  /** Whose status words a series holds. */
  readonly valuesOf: (series: number) => number | undefined;
  /** How the server above is told of a device. */
  readonly twin: (device: DeviceAddress) => Twin;
  readonly clock: Clock;
  readonly chance: () => number;
  readonly gauges: Gauges;
  readonly log: Log;
};

/** Under this name the outbox keeps what the server above has not acknowledged. */
const TARGET = "uplink";
/** A minute of a large plant at once: a backlog goes up fast, and memory stays small. */
const BATCH_SAMPLES = 5_000;
const LOOK_EVERY_MS = 500;
const RETRY = { firstMs: 500, longestMs: 15_000 };
/** Each note writes to the disk; what comes twice after a crash is no harm. */
const NOTE_EVERY_MS = 10_000;
/** About what one takes in the log, where nothing else says it. */
const SAMPLE_BYTES = 12;
/** A server that takes so long to store a batch needs somebody to look. */
const SILENT_MS = 30_000;

/**
 * Brings what the history has taken in to a server above, in the order of its arrival, and again
 * until it is acknowledged there: stored. A sample keeps its time, so that one that comes twice is
 * one sample.
 */
export async function openUplink(parts: UplinkParts): Promise<Uplink> {
  const taken = await parts.outbox.follow(TARGET);
  return new Carrier(parts, taken);
}

class Carrier implements Uplink {
  readonly #parts: UplinkParts;
  readonly #twins = new Map<DeviceAddress, Twin>();
  /** Channels that the server was told of since we started. */
  readonly #told = new Set<string>();
  readonly #running: Promise<void>;
  #done: number;
  #noted: number;
  #notedAt: number;
  #waiting: UplinkState["waiting"] = NOTHING;
  #acknowledgedAt: Timestamp | null = null;
  #trouble: Problem | undefined;
  /** When what is on its way was sent. */
  #sentAt: number | undefined;
  #isClosed = false;
  #wake = () => {};
  #timer: Timer | undefined;

  constructor(parts: UplinkParts, taken: number) {
    this.#parts = parts;
    this.#done = taken;
    this.#noted = taken;
    this.#notedAt = parts.clock.monotonic();
    this.#running = this.#run();
  }

  get trouble(): string | undefined {
    const { samples, oldestAt } = this.#waiting;
    const since = oldestAt === null ? "" : `, the oldest of ${new Date(oldestAt).toISOString()}`;
    const why = this.#why;
    return why && `the uplink is down: ${why}; about ${samples} samples wait here${since}`;
  }

  get state(): UplinkState {
    const why = this.#why;
    const waiting = this.#waiting;
    const acknowledgedAt = this.#acknowledgedAt;
    return { isUp: why === undefined, reason: why ?? null, waiting, acknowledgedAt };
  }

  get #why(): string | undefined {
    const { clock } = this.#parts;
    const isSilent = clock.monotonic() - (this.#sentAt ?? clock.monotonic()) > SILENT_MS;
    return this.#trouble?.detail ?? (isSilent ? "the server acknowledges nothing" : undefined);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#running;
    await this.#note();
  }

  async #run(): Promise<void> {
    for (let tries = 0; !this.#isClosed; ) {
      const step = await this.#step();
      if (step === "more") {
        tries = 0;
        continue;
      }
      const isTrouble = step === "trouble";
      await this.#pause(isTrouble ? backoff(RETRY, tries, this.#parts.chance()) : LOOK_EVERY_MS);
      tries = isTrouble ? tries + 1 : 0;
    }
  }

  /** One batch, if there is one. */
  async #step(): Promise<"more" | "nothing" | "trouble"> {
    const { outbox, gauges, log } = this.#parts;
    try {
      const asked = { target: TARGET, after: this.#done, samplesMax: BATCH_SAMPLES };
      const arrivals = await outbox.arrivals(asked);
      const { samples, sequence, missing, waiting } = arrivals;
      gauges.set("uplink_waiting_records", waiting);
      this.#wait(waitingWith(arrivals));
      if (missing > 0) log.error("samples are missing in the outbox", { records: missing });
      this.#sentAt = this.#parts.clock.monotonic();
      const brought = await this.#bring(samples);
      this.#sentAt = undefined;
      this.#hear(brought.ok ? undefined : brought.problem);
      if (!brought.ok) return "trouble";
      if (samples.count > 0) this.#acknowledged(samples.count);
      if (waiting === 0) this.#wait(NOTHING);
      const isMore = sequence > this.#done;
      this.#done = sequence;
      if (this.#parts.clock.monotonic() >= this.#notedAt + NOTE_EVERY_MS) await this.#note();
      return isMore ? "more" : "nothing";
    } catch (reason) {
      if (reason instanceof AssertionError) throw reason;
      log.error("the outbox cannot be read", { reason: String(reason) });
      return "trouble";
    }
  }

  #wait(waiting: UplinkState["waiting"]): void {
    const { gauges } = this.#parts;
    this.#waiting = waiting;
    gauges.set("uplink_waiting_samples", waiting.samples);
    gauges.set("uplink_waiting_bytes", waiting.bytes);
    gauges.set("uplink_oldest_waiting_timestamp_seconds", (waiting.oldestAt ?? 0) / 1_000);
  }

  #acknowledged(samples: number): void {
    const { gauges, clock } = this.#parts;
    this.#acknowledgedAt = clock.now() as Timestamp;
    gauges.add("uplink_samples_total", samples);
    gauges.set("uplink_acknowledged_timestamp_seconds", this.#acknowledgedAt / 1_000);
  }

  /** Settles when the server has stored all of them, or one of them was not taken. */
  async #bring(samples: Samples): Promise<Outcome<void, Problem>> {
    const { send } = this.#parts;
    const devices = this.#byDevice(samples);
    const news: string[] = [];
    const messages = Array.from(devices, ([device, rows]) => this.#said(device, rows, news)).flat();
    for (const outcome of await Promise.all(messages.map(send))) if (!outcome.ok) return outcome;
    for (const channel of news) this.#told.add(channel);
    return success(undefined);
  }

  #byDevice(samples: Samples): Map<DeviceAddress, Row[]> {
    const devices = new Map<DeviceAddress, Row[]>();
    const words = this.#wordsIn(samples);
    for (let row = 0; row < samples.count; row += 1) {
      const { series, at, value, quality } = sampleAt(samples, row);
      const source = this.#parts.sourceOf(series);
      if (!source) continue;
      const rows = devices.get(source.device) ?? [];
      const word = words.get(series)?.get(at) ?? 0;
      const told = isPast(samples.quality[row]) ? { isPast: true } : {};
      const reading = { channel: source.channel, at, value, quality, word, ...told };
      rows.push({ source, reading });
      devices.set(source.device, rows);
    }
    return devices;
  }

  /** By series and time: what arrives with a value is in its batch. */
  #wordsIn(samples: Samples): ReadonlyMap<number, ReadonlyMap<number, number>> {
    const words = new Map<number, Map<number, number>>();
    for (let row = 0; row < samples.count; row += 1) {
      const series = this.#parts.valuesOf(samples.series[row] ?? 0);
      if (series === undefined) continue;
      const known = words.get(series) ?? new Map();
      words.set(series, known.set(samples.at[row] ?? 0, samples.value[row] ?? 0));
    }
    return words;
  }

  /** Its channels first, where the server was not told of them. */
  #said(device: DeviceAddress, rows: readonly Row[], news: string[]): readonly Message[] {
    const twin = this.#twins.get(device) ?? this.#parts.twin(device);
    this.#twins.set(device, twin);
    const unknown = new Map(
      rows
        .map(({ source }) => [keyOf(source), source] as const)
        .filter(([key]) => !this.#told.has(key)),
    );
    news.push(...unknown.keys());
    const channels = Array.from(unknown.values(), ({ device: _, ...channel }) => channel);
    const list = { kind: "channels", isWhole: false, device, channels } as const;
    const told = channels.length > 0 ? twin.tell?.(list) : undefined;
    return [...(told ? [told] : []), ...twin.emit(rows.map(({ reading }) => reading))];
  }

  /** Said once, until it is over. */
  #hear(trouble: Problem | undefined): void {
    const { log } = this.#parts;
    if (trouble && !this.#trouble)
      log.warn("the uplink is down; samples wait here", { ...trouble });
    if (!trouble && this.#trouble) log.warn("the uplink is up again");
    this.#trouble = trouble;
    this.#parts.gauges.set("uplink_up", trouble ? 0 : 1);
  }

  /** Nothing up to here has to be kept any longer. */
  async #note(): Promise<void> {
    this.#notedAt = this.#parts.clock.monotonic();
    if (this.#noted === this.#done) return;
    await this.#parts.outbox.take(TARGET, this.#done);
    this.#noted = this.#done;
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#timer = this.#parts.clock.after(ms, resolve);
      if (this.#isClosed) resolve();
    });
    this.#timer?.cancel();
  }
}

const NOTHING: UplinkState["waiting"] = { samples: 0, bytes: 0, oldestAt: null };

/** What is on its way is not acknowledged either; its bytes are those of its numbers. */
function waitingWith({ samples, waitingSamples, waitingBytes }: Arrivals): UplinkState["waiting"] {
  if (samples.count === 0) return NOTHING;
  const oldestAt = samples.at.reduce((oldest, at) => Math.min(oldest, at)) as Timestamp;
  const share = waitingSamples > 0 ? waitingBytes / waitingSamples : SAMPLE_BYTES;
  return {
    samples: samples.count + waitingSamples,
    bytes: Math.round(samples.count * share + waitingBytes),
    oldestAt,
  };
}

type Row = { readonly source: Source; readonly reading: TwinReading };

function keyOf({ device, channel, dataType, unit = "" }: Source): string {
  return JSON.stringify([device, channel, dataType, unit]);
}

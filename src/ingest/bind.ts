import type { DataType } from "../domain/catalogue.ts";
import { coerce, isWithin, roundedFrom } from "../domain/coerce.ts";
import type { Reading } from "../domain/findings.ts";
import { integerOf } from "../domain/integer.ts";
import { LIMIT } from "../domain/limit.ts";
import { notFiniteIn } from "../domain/not-finite.ts";
import type { Problem } from "../domain/problem.ts";
import type { Quality, Value } from "../domain/reading.ts";
import { SamplesBuilder } from "../domain/samples.ts";
import { textSampleFault } from "../domain/static-value.ts";
import { isPossible, latestOf, timeFault, timeText } from "../domain/time.ts";
import { TIME_IN_FUTURE } from "./ahead.ts";
import type { AheadValues } from "./ahead-values.ts";
import { type BoundChannel, type BoundDevice, noteWarning } from "./bindings.ts";
import type { IngestParts } from "./ingest.ts";
import { doubtOf, noteMask, type Soundness } from "./soundness.ts";
import type { StatusSeries } from "./status-series.ts";
import type { State } from "./understand.ts";

type Judges = Pick<State, "statusSeries" | "soundness" | "ahead">;

const NO_PAYLOAD = new Uint8Array(0);

/** Makes samples of readings: each goes to its channel's series, read by the channel's type. */
export class Binder {
  /** What was bound and is not stored yet. */
  readonly samples = new SamplesBuilder(1024);
  /** Why the message in hand has to be kept for an operator, if it has. */
  refusal: Problem | undefined;
  readonly #parts: Pick<IngestParts, "now" | "gauges">;
  readonly #words: StatusSeries;
  readonly #soundness: Soundness;
  readonly #ahead: AheadValues;
  /** The last time that a reading of the batch in hand may have. */
  #latest = 0;
  /** Of the message in hand, to be shown with what is odd in it. */
  #payload: Uint8Array = NO_PAYLOAD;
  /** Of the message in hand: nobody can tell when it was said. */
  #isOld = false;

  constructor(
    parts: Pick<IngestParts, "now" | "gauges">,
    { statusSeries, soundness, ahead }: Judges,
  ) {
    this.#parts = parts;
    this.#words = statusSeries;
    this.#soundness = soundness;
    this.#ahead = ahead;
  }

  /** A batch follows: the clock is asked once for all of it. */
  begin(): void {
    this.#latest = latestOf(this.#parts.now());
    this.open(NO_PAYLOAD);
  }

  /** Readings of a message with this payload follow. */
  open(payload: Uint8Array, isOld = false): void {
    this.#payload = payload;
    this.#isOld = isOld;
    this.refusal = undefined;
  }

  bind(bound: BoundDevice, channel: BoundChannel, reading: Reading): void {
    const { name, dataType, proposal } = channel.channel;
    if (reading.at > this.#latest || !isPossible(reading.at)) {
      this.#refuse(bound, reading);
    } else if (this.#isOld && reading.isArrival && channel.arrivedAt > 0) {
      this.#doubt(bound, "W_AGE_UNKNOWN", `${name}: a broker keeps it, the newer one stays`);
    } else if (fits(reading.value, dataType) && !proposal.int32) {
      if (typeof reading.value === "string") this.#readText(bound, channel, reading.value);
      this.#keep(bound, channel, reading, reading.value);
    } else {
      this.#bindOdd(bound, channel, reading);
    }
  }

  /** The same words for each time: the same message again is one row that counts. */
  #refuse(bound: BoundDevice, reading: Reading): void {
    const { channel, at } = reading;
    const fault = timeFault(at, this.#latest, channel);
    if (!fault) return;
    const { driver, agentId: agent } = bound.device;
    const isAhead = fault.code === "time_in_future";
    if (isAhead && isPossible(at)) this.#ahead.add({ driver, agent, what: reading });
    this.#doubt(
      bound,
      isAhead ? TIME_IN_FUTURE : "W_TIME_IMPOSSIBLE",
      `${channel}: ${timeText(at)}`,
    );
    this.refusal ??= { ...fault, detail: `${fault.detail}, not stored` };
  }

  /** Reads a value by its channel's type; what nobody has described yet is kept as it came. */
  #bindOdd(bound: BoundDevice, channel: BoundChannel, reading: Reading): void {
    const { name, dataType, proposal } = channel.channel;
    const notFinite = dataType === "number" ? notFiniteIn(reading.value) : undefined;
    if (notFinite !== undefined) {
      this.#keepNotFinite(bound, channel, reading, notFinite);
      return;
    }
    const read = coerce(reading.value, dataType);
    if (read.ok && !isWithin(read.value, proposal)) {
      this.#doubt(bound, "W_VALUE_RANGE", `${name}: ${read.value} needs more than 32 bits`);
    } else if (read.ok) this.#keepRead(bound, channel, reading, read.value);
    else if (bound.device.assetId === null) this.#keep(bound, channel, reading, asItCame(reading));
    else this.#doubt(bound, "W_VALUE_TYPE", `${name}: ${read.problem}`);
  }

  /** What has no size is kept as it was said, is never good, and is told. */
  #keepNotFinite(bound: BoundDevice, channel: BoundChannel, reading: Reading, value: number): void {
    const quality = reading.quality === "good" ? "bad" : reading.quality;
    this.#keep(bound, channel, { ...reading, quality }, value);
    const detail = `${channel.channel.name}: ${value} is kept, and is not good`;
    noteWarning(bound, this.#parts.now(), { code: "W_NOT_FINITE", detail }, this.#payload);
  }

  /** An integer that a number cannot hold is rounded where one is wanted, and that is told. */
  #keepRead(
    bound: BoundDevice,
    channel: BoundChannel,
    reading: Reading,
    value: Value | null,
  ): void {
    const exact = roundedFrom(reading.value, value);
    const isDescribed = bound.device.assetId !== null;
    this.#keep(bound, channel, reading, isDescribed ? value : (exact ?? value));
    if (exact === undefined || !isDescribed) return;
    const { name } = channel.channel;
    const detail = `${name}: ${exact} is kept as ${value}, its variable is a number, no integer`;
    noteWarning(bound, this.#parts.now(), { code: "W_ROUNDED", detail }, this.#payload);
  }

  /** A text that its variable does not hold is kept whole, and that is told: nobody cuts it. */
  #readText(bound: BoundDevice, { channel }: BoundChannel, text: string): void {
    const fault = textSampleFault(channel.proposal, text);
    if (fault === undefined) return;
    const warning = { code: "W_TEXT", detail: `${channel.name}: ${fault}` };
    noteWarning(bound, this.#parts.now(), warning, this.#payload);
  }

  #keep(bound: BoundDevice, channel: BoundChannel, reading: Reading, value: Value | null): void {
    const { series } = channel.channel;
    if (reading.isPast) {
      // What is so now stays so, also where its moment is told again.
      if (reading.at === channel.stampedAt) {
        this.#compare(bound, channel, reading, value);
        return;
      }
      this.samples.past(reading.at);
    } else if (reading.isArrival) {
      this.samples.time(this.#arrivalOf(bound, channel, reading.at));
    } else {
      this.#compare(bound, channel, reading, value);
      channel.stampedAt = reading.at;
      channel.stamped = value;
      this.samples.time(reading.at);
    }
    this.samples.put(series, value, this.#qualityOf(bound, channel, reading));
    if (reading.isArrival) noteMask(channel, reading.at, value);
    const words = this.#words.areNone ? undefined : this.#words.of(series);
    if (words !== undefined) this.samples.put(words, reading.word, "good");
  }

  #qualityOf(bound: BoundDevice, channel: BoundChannel, { at, quality }: Reading): Quality {
    if (channel.sensor === "none") return quality;
    if (!this.#soundness.isDoubted(bound, channel, at)) return quality;
    const warning = doubtOf(channel.channel.name);
    noteWarning(bound, this.#parts.now(), warning, this.#payload);
    return "bad";
  }

  /**
   * Of two values that were stamped alike the later stays. Said twice they are one; where they
   * differ, something else speaks in the device's name (mindsphere.md F 16).
   */
  #compare(bound: BoundDevice, channel: BoundChannel, { at }: Reading, value: Value | null): void {
    if (at === channel.stampedAt && !Object.is(value, channel.stamped)) {
      const values = `${shortened(channel.stamped)} and ${shortened(value)}`;
      const cause = "two devices may share one name, or the time is too coarse";
      const detail = `${values} at ${new Date(at).toISOString()}: ${cause}`;
      this.#doubt(bound, "W_SAME_MOMENT", `${channel.channel.name}: ${detail}`);
    }
  }

  /**
   * Values that say no time come faster than a millisecond counts: each one of a series is given a
   * later time than the one before it, a little ahead of the clock where that must be. See
   * docs/decisions/0017-each-arrival-has-its-own-time.md.
   */
  #arrivalOf(bound: BoundDevice, channel: BoundChannel, at: number): number {
    const next = channel.arrivedAt + 1;
    const latest = at + LIMIT.arrivalAheadMs;
    if (next <= at || channel.arrivedAt > latest) {
      // The usual case, or the clock was set back.
      channel.arrivedAt = at;
    } else if (next <= latest) {
      channel.arrivedAt = next;
    } else {
      const detail = "more than one a millisecond, only the newest is kept";
      this.#doubt(bound, "W_TOO_FAST", `${channel.channel.name}: ${detail}`);
    }
    return channel.arrivedAt;
  }

  /** A value that cannot be kept is dropped alone, counted and shown with its device. */
  #doubt(bound: BoundDevice, code: string, detail: string): void {
    this.#parts.gauges.add(`values_dropped_total{reason="${code}"}`);
    noteWarning(bound, this.#parts.now(), { code, detail }, this.#payload);
  }
}

/** An integer that 64 bits do not hold is kept as its digits: a column would make another of it. */
function asItCame({ value }: Reading): Value | null {
  return typeof value === "bigint" && integerOf(value) === undefined ? String(value) : value;
}

function shortened(value: Value | null): string {
  return String(value).slice(0, 40);
}

/** Whether a value is of the type already, as most are. */
function fits(value: Value | null, dataType: DataType): boolean {
  switch (dataType) {
    case "number":
      return Number.isFinite(value);
    case "integer":
      return Number.isInteger(value);
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
  }
}

import type { AgentId, DeviceId, Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { ReceivedMessage } from "../domain/message.ts";

/** A message as it came. What it says is not kept: a driver reads it again when somebody asks. */
export type Kept = Pick<
  ReceivedMessage,
  "topic" | "payload" | "agent" | "receivedAt" | "retain"
> & {
  /** Of all messages kept since the start. */
  readonly number: number;
};

/** Where a message is kept, used again for a later one: most of a device are of one size. */
type Place = { -readonly [K in keyof Omit<Kept, "payload">]: Kept[K] } & {
  memory: Uint8Array;
  /** Of the payload. */
  bytes: number;
};

type DeviceLog = {
  readonly places: Place[];
  /** The place of the oldest, once all are taken. */
  oldest: number;
  /** The second that is counted, and how many of it are kept. */
  second: number;
  inSecond: number;
  /** Until then somebody looks: every message is kept. */
  watchedUntil: number;
};

/** A place is used again where less than this of it would be empty. */
const EMPTY_BYTES_MAX = 256;
const NO_MEMORY = new Uint8Array(0);

/**
 * The newest messages of each device, for the person who wonders what it really sends. Of a device
 * that speaks faster than a person reads, only some are copied while nobody looks. In memory: what
 * counts of a message is in the history.
 */
export class MessageLog {
  /** The device that was silent for longest comes first, as far as seconds tell. */
  readonly #logs = new Map<DeviceId, DeviceLog>();
  #bytes = 0;
  #number = 0;

  /** A payload is valid for a while only: it is copied. */
  note(device: DeviceId, message: ReceivedMessage): void {
    const { payload, receivedAt } = message;
    const log = this.#logs.get(device) ?? newLog();
    const isNewSecond = isOtherSecond(log, receivedAt);
    if (!isDue(log, receivedAt)) return;
    if (isNewSecond) this.#logs.delete(device); // so that it stands last
    if (isNewSecond || log.places.length === 0) this.#logs.set(device, log);
    this.#number += 1;
    const place = this.#placeFor(payload.length, log);
    place.memory.set(payload);
    place.bytes = payload.length;
    place.topic = message.topic;
    place.agent = message.agent;
    place.receivedAt = receivedAt;
    place.retain = message.retain;
    place.number = this.#number;
    if (this.#bytes > LIMIT.loggedBytes) this.#makeRoom();
  }

  /** Newest first. Whoever asks looks for a while. */
  of(device: DeviceId, now: number): readonly Kept[] {
    const log = this.#logs.get(device);
    if (!log) return [];
    log.watchedUntil = now + LIMIT.loggedWatchMs;
    const { places, oldest } = log;
    return [...places.slice(oldest), ...places.slice(0, oldest)].map(keptIn).reverse();
  }

  forget(device: DeviceId): void {
    for (const { memory } of this.#logs.get(device)?.places ?? []) this.#bytes -= memory.length;
    this.#logs.delete(device);
  }

  /** A free one, or that of the oldest. */
  #placeFor(bytes: number, log: DeviceLog): Place {
    const { places, oldest } = log;
    const spent = places.length < LIMIT.loggedMessages ? undefined : places[oldest];
    if (spent) log.oldest = (oldest + 1) % places.length;
    const place = spent ?? newPlace();
    if (!spent) places.push(place);
    const empty = place.memory.length - bytes;
    if (empty < 0 || empty > EMPTY_BYTES_MAX) {
      this.#bytes += bytes - place.memory.length;
      place.memory = new Uint8Array(bytes);
    }
    return place;
  }

  #makeRoom(): void {
    for (const device of this.#logs.keys()) {
      if (this.#bytes <= LIMIT.loggedBytes || this.#logs.size === 1) return;
      this.forget(device);
    }
  }
}

function newLog(): DeviceLog {
  const watchedUntil = Number.NEGATIVE_INFINITY;
  return { places: [], oldest: 0, second: Number.NaN, inSecond: 0, watchedUntil };
}

function newPlace(): Place {
  const said = { topic: "", agent: "" as AgentId, receivedAt: 0 as Timestamp, retain: false };
  return { ...said, number: 0, memory: NO_MEMORY, bytes: 0 };
}

function keptIn({ memory, bytes, ...message }: Place): Kept {
  return { ...message, payload: memory.slice(0, bytes) };
}

/** Begins to count anew where it is. */
function isOtherSecond(log: DeviceLog, receivedAt: number): boolean {
  const second = Math.floor(receivedAt / 1_000);
  if (second === log.second) return false;
  log.second = second;
  log.inSecond = 0;
  return true;
}

function isDue(log: DeviceLog, receivedAt: number): boolean {
  log.inSecond += 1;
  return log.inSecond <= LIMIT.loggedPerSecond || receivedAt <= log.watchedUntil;
}

import type { DeviceId } from "../domain/brand.ts";
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

type DeviceLog = {
  /** Oldest first. */
  readonly kept: Kept[];
  /** The second that is counted, and how many of it are kept. */
  second: number;
  inSecond: number;
  /** Until then somebody looks: every message is kept. */
  watchedUntil: number;
};

/**
 * The newest messages of each device, for the person who wonders what it really sends. Of a device
 * that speaks faster than a person reads, only some are copied while nobody looks. In memory: what
 * counts of a message is in the history.
 */
export class MessageLog {
  /** The device that was silent for longest comes first. */
  readonly #logs = new Map<DeviceId, DeviceLog>();
  #bytes = 0;
  #number = 0;

  /** A payload is valid for a while only: it is copied. */
  note(device: DeviceId, { topic, payload, agent, receivedAt, retain }: ReceivedMessage): void {
    const log = this.#logs.get(device) ?? newLog();
    if (!isDue(log, receivedAt)) return;
    this.#logs.delete(device); // so that it stands last
    this.#logs.set(device, log);
    this.#number += 1;
    const copy = { topic, payload: new Uint8Array(payload), agent, receivedAt, retain };
    log.kept.push({ ...copy, number: this.#number });
    this.#bytes += payload.length;
    if (log.kept.length > LIMIT.loggedMessages)
      this.#bytes -= log.kept.shift()?.payload.length ?? 0;
    if (this.#bytes > LIMIT.loggedBytes) this.#makeRoom();
  }

  /** Newest first. Whoever asks looks for a while. */
  of(device: DeviceId, now: number): readonly Kept[] {
    const log = this.#logs.get(device);
    if (!log) return [];
    log.watchedUntil = now + LIMIT.loggedWatchMs;
    return log.kept.toReversed();
  }

  forget(device: DeviceId): void {
    for (const { payload } of this.#logs.get(device)?.kept ?? []) this.#bytes -= payload.length;
    this.#logs.delete(device);
  }

  #makeRoom(): void {
    for (const device of this.#logs.keys()) {
      if (this.#bytes <= LIMIT.loggedBytes || this.#logs.size === 1) return;
      this.forget(device);
    }
  }
}

function newLog(): DeviceLog {
  return { kept: [], second: 0, inSecond: 0, watchedUntil: Number.NEGATIVE_INFINITY };
}

function isDue(log: DeviceLog, receivedAt: number): boolean {
  const second = Math.floor(receivedAt / 1_000);
  if (second !== log.second) Object.assign(log, { second, inSecond: 0 });
  log.inSecond += 1;
  return log.inSecond <= LIMIT.loggedPerSecond || receivedAt <= log.watchedUntil;
}

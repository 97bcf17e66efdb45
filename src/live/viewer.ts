import { LIMIT } from "../domain/limit.ts";
import type { LiveWord } from "../domain/live-frame.ts";
import { qualityOf } from "../domain/reading.ts";
import { KIND } from "../domain/samples.ts";
import { wordBeside } from "../domain/status-word.ts";
import type { Clock, Timer } from "../lib/clock.ts";
import type { WatchWish } from "./live.ts";
import type { Seat, Slot, Slots, Watcher } from "./slots.ts";

/** Gaps are told together: each one makes its viewer ask the history. */
const GAP_PAUSE_MS = 2_000;

/**
 * One list of points in front of one viewer: a set of positions that changed since they were sent.
 *
 * What comes after a quiet interval is sent at once, the rest at the viewer's rate. A viewer that
 * is not ready is passed over; its values overwrite each other, and it gets the newest when it is.
 */
export class Viewer implements Watcher {
  readonly #wish: WatchWish;
  readonly #slots: Slots;
  readonly #clock: Clock;
  readonly #seats: readonly Seat[];
  readonly #watched: readonly Slot[];
  readonly #changed = new Set<number>();
  readonly #missed = new Missed();
  #state: "opening" | "open" | "closed" = "opening";
  #hasSnapshot = false;
  #isStalled = false;
  #intervalMs: number;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  constructor(wish: WatchWish, slots: Slots, clock: Clock) {
    this.#wish = wish;
    this.#slots = slots;
    this.#clock = clock;
    this.#intervalMs = intervalOf(wish.rateHz);
    this.#seats = wish.series.map((_, position) => ({ viewer: this, position }));
    this.#watched = this.#seats.map((seat) => slots.seat(wish.series[seat.position] ?? 0, seat));
  }

  /** The slots are loaded: the snapshot can go. */
  open(): void {
    if (this.#state !== "opening") return;
    this.#state = "open";
    this.#changed.clear();
    for (const [position, slot] of this.#watched.entries()) {
      if (slot.at > Number.NEGATIVE_INFINITY) this.#changed.add(position);
    }
    this.#tick();
  }

  setRate(rateHz: number): void {
    this.#intervalMs = intervalOf(rateHz);
    this.#timer?.cancel();
    this.#timer = undefined;
    this.wake();
  }

  close(): void {
    this.#state = "closed";
    this.#timer?.cancel();
    for (const seat of this.#seats) {
      this.#slots.leave(this.#wish.series[seat.position] ?? 0, seat);
    }
  }

  changed(position: number, before: number, at: number): void {
    if (!this.#changed.has(position)) {
      this.#changed.add(position);
      return;
    }
    // Within one interval the rate may leave a sample out; more than that is a hole.
    const isHole = this.#isStalled || at - before > this.#intervalMs;
    if (isHole && at > before && this.#hasSnapshot) this.#missed.add(before, at);
  }

  cameLate(at: number, newest: number): void {
    const isApart = Math.abs(newest - at) > this.#intervalMs;
    if (isApart && this.#hasSnapshot) this.#missed.add(at, at + 1);
  }

  emptied(position: number): void {
    this.#changed.delete(position);
  }

  wake(): void {
    if (this.#state !== "open" || this.#timer) return;
    if (this.#hasSnapshot && this.#changed.size === 0 && this.#missed.isEmpty) return;
    const waitMs = this.#sentAt + this.#intervalMs - this.#clock.monotonic();
    if (waitMs <= 0) this.#tick();
    else this.#later(waitMs);
  }

  #later(waitMs: number): void {
    this.#timer = this.#clock.after(waitMs, () => {
      this.#timer = undefined;
      this.#tick();
    });
  }

  #tick(): void {
    this.#isStalled = !this.#wish.ready();
    if (this.#isStalled) {
      this.#later(this.#intervalMs);
      return;
    }
    if (this.#changed.size > 0 || !this.#hasSnapshot) this.#send();
    const now = this.#clock.monotonic();
    this.#missed.tell(now, this.#wish.missed);
    if (!this.#missed.isEmpty) this.#later(this.#intervalMs);
  }

  #send(): void {
    const count = this.#changed.size;
    const position = Uint32Array.from(this.#changed);
    const value = new Float64Array(count);
    const at = new Float64Array(count);
    const quality = new Uint8Array(count);
    const kind = new Uint8Array(count);
    const texts: { position: number; at: number; text: string }[] = [];
    const words: LiveWord[] = [];
    for (let row = 0; row < count; row += 1) {
      const place = position[row] ?? 0;
      const slot = this.#watched[place];
      if (!slot) continue;
      const hasWords = slot.kind === KIND.text || slot.kind === KIND.none;
      value[row] = hasWords ? Number.NaN : slot.value;
      at[row] = slot.at;
      quality[row] = slot.quality;
      kind[row] = slot.kind;
      if (slot.kind === KIND.text) texts.push({ position: place, at: slot.at, text: slot.text });
      const word = wordBeside(qualityOf(slot.quality), slot.word);
      if (word !== null) words.push({ position: place, at: slot.at, word });
    }
    const t0 = count === 0 ? this.#clock.now() : at.reduce((a, b) => Math.min(a, b));
    const snapshot = !this.#hasSnapshot;
    this.#hasSnapshot = true;
    this.#changed.clear();
    this.#sentAt = this.#clock.monotonic();
    const after = at.map((time) => time - t0);
    this.#wish.send({ snapshot, count, t0, value, after, position, quality, kind }, texts, words);
  }
}

/** Samples a second, as a pause between frames. */
function intervalOf(rateHz: number): number {
  return 1000 / Math.min(LIMIT.liveRateHzMax, Math.max(LIMIT.liveRateHzMin, rateHz));
}

/** One span of time that covers all samples that are not sent. */
class Missed {
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  #toldAt = Number.NEGATIVE_INFINITY;

  get isEmpty(): boolean {
    return this.#to < this.#from;
  }

  add(from: number, to: number): void {
    this.#from = Math.min(this.#from, from);
    this.#to = Math.max(this.#to, to);
  }

  tell(now: number, call: (from: number, to: number) => void): void {
    if (this.isEmpty || now - this.#toldAt < GAP_PAUSE_MS) return;
    this.#toldAt = now;
    const [from, to] = [this.#from, this.#to];
    this.#from = Number.POSITIVE_INFINITY;
    this.#to = Number.NEGATIVE_INFINITY;
    call(from, to);
  }
}

import { readdir, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { type NewEvent, THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Clock, Timer } from "../lib/clock.ts";
import type { Gauges } from "../lib/gauge.ts";
import type { Log } from "../lib/log.ts";

type WatchParts = {
  readonly folder: string;
  /** More than this the folder may not take; null: as much as there is. */
  readonly budget: number | null;
  readonly measure?: (folder: string) => Promise<Sizes>;
  /** Of the bytes in the folder, those that will be used again before there are more. */
  readonly reusable: () => Promise<number>;
  readonly record: (event: NewEvent) => Promise<unknown>;
  readonly clock: Clock;
  readonly gauges: Gauges;
  readonly log: Log;
};

export type Sizes = {
  /** What each entry of the folder takes. */
  readonly parts: Readonly<Record<string, number>>;
  readonly free: number;
  readonly disk: number;
};

type Room = { readonly used: number; readonly left: number };
type State = "fine" | "low" | "full";
type Reading = { readonly at: number; readonly used: number };

const EVERY_MS = 10_000;
/** What was seen so long ago is told to who asks. */
const SEEN_MS = 2_000;
/** How fast the folder grows is known from readings this far apart, over a week. */
const READING_MS = 10 * 60_000;
const READINGS_MAX = 7 * 24 * 6;
const DAY_MS = 86_400_000;

/**
 * Looks how much room is left, says so well before there is none, and then refuses samples, so that
 * what the house needs to go on, such as its journal, still finds some.
 */
export class DiskWatch {
  /** Bytes that may still be taken, as of the last look. */
  left = Number.POSITIVE_INFINITY;
  readonly #parts: WatchParts;
  readonly #readings: Reading[] = [];
  #state: State = "fine";
  #detail = "";
  /** What the journal has not taken yet, oldest first. */
  #untold: NewEvent[] = [];
  #timer: Timer | undefined;
  #seenAt = Number.NEGATIVE_INFINITY;
  #seeing: Promise<void> | undefined;
  #isClosed = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Why people should look, in words. */
  get reasons(): readonly string[] {
    return this.#state === "fine" ? [] : [this.#detail];
  }

  /** Why no samples are taken at this moment. */
  get refusal(): Problem | undefined {
    return this.#state === "full" ? problem("disk_full", this.#detail) : undefined;
  }

  /** Looks now, and again and again until it is closed. */
  async start(): Promise<void> {
    await this.#see();
    if (!this.#isClosed) this.#timer = this.#parts.clock.after(EVERY_MS, () => void this.start());
  }

  /** Before it is told to somebody: the gauges are of this moment then. Many may ask at once. */
  async beSeen(): Promise<void> {
    if (this.#parts.clock.monotonic() - this.#seenAt >= SEEN_MS) await this.#see();
  }

  #see(): Promise<void> {
    this.#seeing ??= this.look()
      .catch((reason) =>
        this.#parts.log.error("the disk could not be looked at", { reason: String(reason) }),
      )
      .finally(() => {
        this.#seeing = undefined;
      });
    return this.#seeing;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async look(): Promise<void> {
    const { folder, budget, gauges, measure = measured } = this.#parts;
    const sizes = await measure(folder);
    const room = roomOf(sizes, budget, await this.#parts.reusable());
    this.left = room.left;
    this.#seenAt = this.#parts.clock.monotonic();
    const daysLeft = this.#daysLeft(room);
    for (const [part, bytes] of Object.entries(sizes.parts)) {
      gauges.set(`disk_bytes{part="${part}"}`, bytes);
    }
    gauges.set("disk_left_bytes", Math.max(0, room.left));
    if (Number.isFinite(daysLeft)) gauges.set("disk_days_left", daysLeft);
    await this.#enter(stateOf(room, daysLeft, this.#state), detailOf(room, budget, daysLeft));
  }

  async #enter(state: State, detail: string): Promise<void> {
    const before = this.#state;
    this.#state = state;
    this.#detail = detail;
    if (before !== state) this.#note(state, detail);
    await this.#tell();
  }

  #note(state: State, detail: string): void {
    const { log, clock } = this.#parts;
    const level = { fine: "info", low: "warn", full: "error" } as const;
    log[level[state]](`the disk's state is: ${state}`, { detail });
    const since = new Date(clock.now()).toISOString();
    const event = { actor: THE_HOUSE, kind: `disk.${state}`, subject: "" };
    this.#untold.push({ ...event, detail: { detail, since } });
    if (this.#untold.length > LIMIT.diskEventsWaiting) this.#untold.shift();
  }

  /** A disk may be too full for the journal, too: then it is told when there is room again. */
  async #tell(): Promise<void> {
    for (let next = this.#untold[0]; next; next = this.#untold[0]) {
      try {
        await this.#parts.record(next);
      } catch (reason) {
        // No line every ten seconds: it would lie on the disk that is full.
        this.#parts.log.debug("the journal has no room yet", { reason: String(reason) });
        return;
      }
      this.#untold.shift();
    }
  }

  /** At the pace of the last week; infinite while nothing grows or too little is known. */
  #daysLeft({ used, left }: Room): number {
    const at = this.#parts.clock.monotonic();
    const newest = this.#readings.at(-1);
    if (!newest || at - newest.at >= READING_MS) this.#readings.push({ at, used });
    if (this.#readings.length > READINGS_MAX) this.#readings.shift();
    const oldest = this.#readings[0];
    if (!oldest || at - oldest.at < READING_MS) return Number.POSITIVE_INFINITY;
    const perDay = ((used - oldest.used) / (at - oldest.at)) * DAY_MS;
    return perDay > 0 ? Math.max(0, left) / perDay : Number.POSITIVE_INFINITY;
  }
}

/** What may still be taken: of the budget, and of the disk without what it needs itself. */
export function roomOf({ parts, free, disk }: Sizes, budget: number | null, reusable = 0): Room {
  const used = Object.values(parts).reduce((sum, bytes) => sum + bytes, 0) - reusable;
  const reserve = Math.min(disk * LIMIT.diskReserve, LIMIT.diskReserveBytes);
  const ofDisk = free - reserve;
  return { used, left: reusable + Math.min(ofDisk, (budget ?? Number.POSITIVE_INFINITY) - used) };
}

/** One that was full has to have some room again before it counts as not full. */
function stateOf({ used, left }: Room, daysLeft: number, before: State): State {
  const share = left / (used + left);
  if (left <= 0 || (before === "full" && share < LIMIT.diskFreeAgain)) return "full";
  return share < LIMIT.diskLow || daysLeft < LIMIT.diskLowDays ? "low" : "fine";
}

function detailOf({ used, left }: Room, budget: number | null, daysLeft: number): string {
  const mib = (bytes: number) => `${Math.floor(Math.max(0, bytes) / 2 ** 20)} MiB`;
  const of = budget === null ? "of the disk" : `of the budget of ${mib(budget)}`;
  const days = Number.isFinite(daysLeft) ? `, for about ${Math.floor(daysLeft)} days` : "";
  return `disk: ${mib(left)} are left ${of}${days}; ${mib(used)} are used`;
}

/** The bytes of all that lies in the folder; what goes away meanwhile counts as nothing. */
async function measured(folder: string): Promise<Sizes> {
  const parts: Record<string, number> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const [part = ""] = path.slice(join(folder, "/").length).split(/[/\\]/);
    const name = part.replace(/-(wal|shm)$/, "");
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    parts[name] = (parts[name] ?? 0) + size;
  }
  const { bavail, blocks, bsize } = await statfs(folder);
  return { parts, free: bavail * bsize, disk: blocks * bsize };
}

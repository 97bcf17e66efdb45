import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Samples } from "../../../domain/samples.ts";
import { assert } from "../../../lib/assert.ts";
import type { Log } from "../../../lib/log.ts";
import type {
  Arrivals,
  ArrivalsQuery,
  Dropped,
  Outbox,
  RecordSpan,
  Waiting,
} from "../../historian.ts";
import { joined } from "../run/batch.ts";
import type { Place } from "./behind.ts";
import { Cursor, readCursor } from "./cursor.ts";
import { type Files, makeFolder, readPart } from "./files.ts";
import type { SegmentLog } from "./log.ts";
import { headsIn, type RecordHead, recordOf } from "./record.ts";
import type { SegmentRange } from "./segment.ts";

/*
 * The log read again in the order of arrival, for targets that bring samples elsewhere, and kept
 * until they have taken it.
 */

type OutboxOptions = {
  readonly folder: string;
  /** More of the log is not kept for targets alone: the oldest goes, and is told. */
  readonly bytesMax: number;
};

type OutboxParts = {
  readonly files: Files;
  readonly log: Log;
  readonly onDropped: (dropped: Dropped) => void;
};

type Target = {
  readonly cursor: Cursor;
  /** Behind the last records that were read, the newest first: a target may read in two places. */
  places: Place[];
  /** Moves of the cursor, one after the other. */
  moving: Promise<void>;
};

/** A record, or the last of some that cannot be read. */
type Read = { readonly sequence: number; readonly samples?: Samples };

const PLACES_MAX = 4;
/** Of what may be kept: each time that something is dropped is told, and nobody reads thousands. */
const DROPPED_AT_ONCE = 1 / 32;

/** Read at once: some batches' worth. A record that is longer is read with as much as it needs. */
const WINDOW_BYTES = 128 * 1024;

/**
 * The log as an outbox: its records are read again in the order of their arrival, by targets that
 * each have a cursor (cursor.ts). Segments are kept as long as any of them needs one.
 */
export class LogOutbox implements Outbox {
  readonly #options: OutboxOptions;
  readonly #log: SegmentLog;
  readonly #parts: OutboxParts;
  readonly #targets = new Map<string, Target>();

  /** After the log was replayed, before anything is released. */
  constructor(options: OutboxOptions, log: SegmentLog, parts: OutboxParts) {
    this.#options = options;
    this.#log = log;
    this.#parts = parts;
    makeFolder(options.folder, parts.files);
    for (const name of readdirSync(options.folder)) {
      const target = /^([a-z0-9-]+)\.cur$/.exec(name)?.[1];
      if (target !== undefined) this.#open(target);
    }
    this.#keep();
  }

  /** Settles with the last record that the target has taken. */
  async follow(target: string): Promise<number> {
    assert(/^[a-z0-9-]{1,64}$/.test(target), "a target's name is fit for a file");
    const opened = this.#targets.get(target) ?? this.#open(target);
    this.#keep();
    return opened.cursor.sequence;
  }

  async arrivals({
    target,
    after,
    samplesMax,
    upTo,
    there = [],
  }: ArrivalsQuery): Promise<Arrivals> {
    const batches: Samples[] = [];
    let [sequence, samples, missing] = [after, 0, 0];
    for (const found of this.#recordsAfter(this.#of(target), after, upTo)) {
      if (found.samples) batches.push(found.samples);
      samples += found.samples?.count ?? 0;
      missing += found.sequence - sequence - (found.samples ? 1 : 0);
      sequence = found.sequence;
      if (samples >= samplesMax) break;
    }
    const waiting = this.#log.sequence - sequence;
    const found = this.#of(target).places.find((place) => place.sequence === sequence);
    const place = found ?? { sequence, segment: 0, offset: 0 };
    const behind = waiting > 0 ? this.#log.behind(place, there) : { bytes: 0, samples: 0 };
    const rest = { waiting, waitingBytes: behind.bytes, waitingSamples: behind.samples };
    return { samples: joined(batches), sequence, missing, ...rest };
  }

  /** Settles when it is safe that the target has taken everything up to this record. */
  async take(target: string, sequence: number, beyond?: readonly RecordSpan[]): Promise<void> {
    const { cursor } = this.#of(target);
    const last = Math.max(sequence, ...(beyond ?? []).map((span) => span.last));
    assert(last <= this.#log.sequence, "only what arrived can be taken");
    await this.#move(this.#of(target), async () => {
      const isNews = beyond !== undefined || sequence > cursor.sequence;
      if (isNews) await cursor.move({ sequence: Math.max(sequence, cursor.sequence), beyond });
    });
    this.#keep();
  }

  async beyond(target: string): Promise<readonly RecordSpan[]> {
    return this.#of(target).cursor.beyond;
  }

  async unfollow(target: string): Promise<void> {
    const { moving } = this.#of(target);
    await moving.catch(() => {}); // Whoever moved it was told.
    this.#targets.delete(target);
    this.#parts.files.remove(this.#path(target));
    this.#keep();
  }

  waiting(): Waiting[] {
    const { sequence } = this.#log;
    return [...this.#targets].map(([target, { cursor }]) => ({
      target,
      records: sequence - cursor.sequence,
      bytes: this.#log.bytesAfter(cursor.sequence),
      dropped: cursor.dropped,
    }));
  }

  /** Keeps in no more room than is needed; where that is more than may be, the oldest goes. */
  async trim(): Promise<void> {
    this.#log.cutHeld();
    const { bytesMax } = this.#options;
    if (this.#log.heldBytes <= bytesMax) return;
    const segments = this.#log.heldBeyond(bytesMax * (1 - DROPPED_AT_ONCE));
    const last = segments.at(-1)?.last ?? 0;
    const unpin = this.#log.pin();
    try {
      for (const [name, target] of this.#targets) {
        if (target.cursor.sequence < last) await this.#drop(name, target, segments);
      }
      this.#keep();
    } finally {
      unpin();
    }
  }

  /** Records in order; without samples: none up to this one can be read. */
  *#recordsAfter(target: Target, after: number, upTo = Number.POSITIVE_INFINITY): Generator<Read> {
    let sequence = after;
    while (sequence < upTo) {
      const segment = this.#log.holding(sequence + 1);
      if (!segment) return;
      const before = sequence;
      const offset = offsetOf(target, segment, sequence);
      for (const { head, bytes, end } of recordsBehind(segment, offset, sequence)) {
        if (head.sequence > upTo) break;
        note(target, sequence, { sequence: head.sequence, segment: segment.number, offset: end });
        sequence = head.sequence;
        yield { sequence, samples: recordOf(bytes, head).samples };
      }
      if (sequence > before) continue;
      sequence = Math.min(segment.last, upTo);
      yield { sequence };
    }
  }

  async #drop(name: string, target: Target, segments: readonly SegmentRange[]): Promise<void> {
    const { log, onDropped } = this.#parts;
    const { cursor } = target;
    await this.#move(target, async () => {
      const extents: Extent[] = [];
      for (const segment of segments) {
        extents.push(extentOf(segment, cursor));
        await nextTurn(); // Others have their turn between two files.
      }
      const lost = { target: name, ...joinedExtents(extents) };
      const last = segments.at(-1)?.last ?? 0;
      const sequence = Math.max(cursor.sequence, last);
      await cursor.move({ sequence, dropped: cursor.dropped + lost.samples });
      if (lost.samples === 0) return;
      log.error("samples were dropped before they were sent on", lost);
      onDropped(lost);
    });
  }

  #open(target: string): Target {
    const opened = { cursor: this.#cursor(target), places: [], moving: Promise.resolve() };
    this.#targets.set(target, opened);
    return opened;
  }

  /** What cannot be trusted is put right so that samples are sent twice rather than not at all. */
  #cursor(target: string): Cursor {
    const { log, files } = this.#parts;
    const { sequence } = this.#log;
    const path = this.#path(target);
    if (!existsSync(path)) return Cursor.create(path, files, sequence);
    const said = readCursor(path);
    if (said && said.sequence <= sequence) {
      // Beyond the end others will have these numbers, and have to be sent.
      const beyond = said.beyond.filter(({ last }) => last <= sequence);
      return new Cursor(path, files, { ...said, beyond });
    }
    log.error("a cursor is damaged, or of another log: everything is sent again", { target });
    return Cursor.create(path, files, (this.#log.holding(0)?.first ?? sequence + 1) - 1);
  }

  #of(target: string): Target {
    const found = this.#targets.get(target);
    assert(found, "a target is followed first");
    return found;
  }

  #move(target: Target, move: () => Promise<void>): Promise<void> {
    target.moving = target.moving.then(move, move);
    return target.moving;
  }

  #path(target: string): string {
    return join(this.#options.folder, `${target}.cur`);
  }

  #keep(): void {
    const taken = [...this.#targets.values()].map(({ cursor }) => cursor.sequence);
    this.#log.keepAfter(Math.min(Number.POSITIVE_INFINITY, ...taken));
  }
}

/** Where the record behind this one begins, as far as that is known; else the segment does. */
function offsetOf({ places }: Target, { number }: SegmentRange, sequence: number): number {
  const next = places.find((place) => place.sequence === sequence && place.segment === number);
  return next?.offset ?? 0;
}

/** It takes the place of the one from which it was found. */
function note(target: Target, before: number, place: Place): void {
  const others = target.places.filter(({ sequence }) => sequence !== before);
  target.places = [place, ...others.slice(0, PLACES_MAX - 1)];
}

type Found = {
  readonly head: RecordHead;
  readonly bytes: Buffer;
  /** The offset behind it in the file. */
  readonly end: number;
};

/** Some records of the segment after this one; none where there are no more of them. */
function* recordsBehind(
  { path, number, last }: SegmentRange,
  offset: number,
  after: number,
): Generator<Found> {
  for (let length = WINDOW_BYTES; ; length *= 2) {
    const bytes = readPart(path, offset, length);
    let isFound = false;
    for (const head of headsIn(bytes, number)) {
      if (head.sequence <= after || head.sequence > last) continue;
      isFound = true;
      yield { head, bytes, end: offset + head.end };
    }
    if (isFound || bytes.length < length) return;
  }
}

type Extent = Omit<Dropped, "target">;

function joinedExtents(extents: readonly Extent[]): Extent {
  return extents.reduce((all, one) => ({
    samples: all.samples + one.samples,
    from: Math.min(all.from, one.from),
    to: Math.max(all.to, one.to),
  }));
}

/** What the target does not have of it. */
function extentOf(
  { path, number, last }: SegmentRange,
  { sequence: after, beyond }: Cursor,
): Extent {
  const isThere = (sequence: number) =>
    beyond.some((span) => sequence >= span.first && sequence <= span.last);
  const bytes = readFileSync(path);
  let [samples, from, to] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const head of headsIn(bytes, number)) {
    if (head.sequence <= after || head.sequence > last || isThere(head.sequence)) continue;
    samples += head.samples;
    for (const at of recordOf(bytes, head).samples.at) {
      from = Math.min(from, at);
      to = Math.max(to, at);
    }
  }
  return { samples, from, to };
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Samples } from "../../../domain/samples.ts";
import type { Log } from "../../../lib/log.ts";
import type { RecordSpan } from "../../historian.ts";
import { ByteWriter } from "../bytes/bytes.ts";
import { boundsOf } from "../run/bounds.ts";
import { type Behind, behind, type Place } from "./behind.ts";
import { type Files, makeFolder } from "./files.ts";
import { endOfWhole, headsIn, isBegun, recordOf, writeRecord } from "./record.ts";
import {
  createSegment,
  cutToRecords,
  emptySegment,
  foundSegment,
  nameOf,
  numberOf,
  type Segment,
  type SegmentRange,
  sizeOf,
} from "./segment.ts";

/*
 * The log: what was appended and may not be in chunks yet. Its files: segment.ts; what is in them:
 * record.ts.
 */

type SegmentLogOptions = {
  readonly folder: string;
  readonly segmentBytes: number;
  readonly files: Files;
  readonly log: Log;
};

export type Replayed = {
  readonly records: number;
  readonly samples: number;
  /** How many segments they were in. */
  readonly segments: number;
  /** How often records are missing between two that are there: never, unless the disk lost them. */
  readonly gaps: number;
  /** Whether the last record is not whole: it was being written at a power cut, or is damaged. */
  readonly isTorn: boolean;
};

/** Segments kept to be used again. */
const SPARES_MAX = 2;

/**
 * A segment is filled with zeros before its first record, so that later only contents have to
 * reach the disk, not sizes. When all of its records are in chunks, and every target of the outbox
 * has them, it is renamed and written over. One with damaged records is put aside instead.
 *
 * After a failed write nothing is known of a segment's end: it is left alone, and the record goes
 * into another segment, with the same sequence. Records of a segment count only up to the first
 * sequence of the next, so that what was refused is void as soon as anything follows it.
 */
export class SegmentLog {
  readonly #options: SegmentLogOptions;
  readonly #out = new ByteWriter();
  #file: number | undefined;
  #number = 0;
  #offset = 0;
  #sequence = 0;
  /** Oldest first. */
  #segments: Segment[] = [];
  /** Those that hold records since the last turn. */
  #open: Segment[] = [];
  #spares: Segment[] = [];
  #keptAfter = Number.POSITIVE_INFINITY;
  #pins = 0;

  constructor(options: SegmentLogOptions) {
    this.#options = options;
    makeFolder(options.folder, options.files);
    for (const name of readdirSync(options.folder).toSorted()) {
      const number = numberOf(name);
      if (number === undefined) continue;
      this.#number = number;
      this.#segments.push(foundSegment(this.#path(number), number));
    }
  }

  /** The last record that was written. */
  get sequence(): number {
    return this.#sequence;
  }

  get bytes(): number {
    return sizeOf(this.#segments) + sizeOf(this.#spares);
  }

  /** Of segments that are only there for the targets of the outbox. */
  get heldBytes(): number {
    return sizeOf(this.#segments.filter(({ isFlushed }) => isFlushed));
  }

  /** Of segments that hold records after this one. */
  bytesAfter(sequence: number): number {
    const held = this.#segments.filter(({ first }, index) => {
      return first !== undefined && this.#lastOf(index) > sequence;
    });
    return sizeOf(held);
  }

  /** Visits every record after this sequence, in order, and removes nothing. */
  replay(flushed: number, visit: (samples: Samples) => void): Replayed {
    const replayed = { records: 0, samples: 0, segments: 0, gaps: 0 };
    let current: Segment | undefined;
    let end = 0;
    this.#sequence = flushed;
    this.#open = [...this.#segments];
    for (const { segment, bytes, head } of this.#recordsAfter(flushed)) {
      segment.samples += head.samples;
      if (head.sequence <= this.#sequence) continue;
      if (head.sequence > this.#sequence + 1) {
        replayed.gaps += 1;
        markDamaged(head.start === 0 ? current : segment);
      }
      if (segment !== current) replayed.segments += 1;
      current = segment;
      this.#sequence = head.sequence;
      end = head.end;
      segment.end = head.end;
      replayed.records += 1;
      replayed.samples += head.samples;
      visit(recordOf(bytes, head).samples);
    }
    return { ...replayed, isTorn: this.#isTorn(current, end) };
  }

  /**
   * Settles when the samples are safe; returns their sequence. One call at a time. What the disk
   * refuses is tried once more in another segment; if that fails, too, it does not count. `isWhole`
   * is of their times, see bounds.ts.
   */
  async append(samples: Samples, isWhole = boundsOf(samples).isWhole): Promise<number> {
    const sequence = this.#sequence + 1;
    try {
      await this.#write({ sequence, samples, isWhole });
    } catch (reason) {
      if (!(reason instanceof WriteError)) throw reason;
      const fields = { segment: this.#number, reason: reason.message };
      await this.#write({ sequence, samples, isWhole });
      this.#options.log.warn("a segment of the log failed, another took its place", fields);
    }
    this.#offset += this.#out.length;
    this.#sequence = sequence;
    const segment = this.#segments.at(-1);
    if (segment) {
      segment.first ??= sequence;
      segment.end = this.#offset;
      segment.samples += samples.count;
    }
    return sequence;
  }

  /** The segments of all records so far; what follows goes into another. */
  turn(): number[] {
    this.#leave();
    return this.#open.splice(0).map(({ number }) => number);
  }

  /** What these segments hold is safe elsewhere. */
  release(segments: readonly number[]): void {
    for (const segment of this.#segments) {
      if (segments.includes(segment.number)) segment.isFlushed = true;
    }
    this.#letGo();
  }

  /** Keeps records after this sequence, until told otherwise, even if they are in chunks. */
  keepAfter(sequence: number): void {
    this.#keptAfter = sequence;
    this.#letGo();
  }

  /** Nothing is let go until the returned function is called. */
  pin(): () => void {
    this.#pins += 1;
    return () => {
      this.#pins -= 1;
      this.#letGo();
    };
  }

  /** What is written now, in all that is not there to be written over: names, and how much. */
  files(): { readonly path: string; readonly bytes: number }[] {
    return this.#segments
      .filter(({ first }) => first !== undefined)
      .map(({ number, size, end }) => ({ path: this.#path(number), bytes: end ?? size }));
  }

  /** What was written behind this place, but for these records; see behind.ts. */
  behind(place: Place, there: readonly RecordSpan[]): Behind {
    const held = this.#segments.flatMap((segment, index) => {
      const [{ first, number }, last] = [segment, this.#lastOf(index)];
      if (first === undefined || last < first || number < place.segment) return [];
      return { segment, first, last };
    });
    return behind(held, place, there, ({ number }) => this.#path(number));
  }

  /** The oldest segment with a record of this sequence or later. */
  holding(sequence: number): SegmentRange | undefined {
    if (sequence > this.#sequence) return undefined;
    for (const [index, { number, first }] of this.#segments.entries()) {
      const last = this.#lastOf(index);
      if (first !== undefined && last >= Math.max(sequence, first)) {
        return { number, path: this.#path(number), first, last };
      }
    }
    return undefined;
  }

  /** A segment is left with its generation, often half empty: old ones give that room back. */
  cutHeld(): void {
    const { files, log } = this.#options;
    const held = this.#segments.filter(({ isFlushed }) => isFlushed);
    for (const segment of held.slice(0, -HELD_WHOLE)) {
      try {
        cutToRecords(segment, this.#path(segment.number), files);
      } catch (reason) {
        log.warn("a segment keeps its empty end", { reason: messageOf(reason) });
      }
    }
  }

  /** What has to go, the oldest first, where no more than this may be kept, and it may go. */
  heldBeyond(bytesMost: number): SegmentRange[] {
    const found: SegmentRange[] = [];
    let bytes = this.heldBytes;
    for (const [index, { number, first, size, isFlushed }] of this.#segments.entries()) {
      if (this.#pins > 0 || bytes <= bytesMost || !isFlushed) return found;
      bytes -= size;
      if (first === undefined) continue;
      found.push({ number, path: this.#path(number), first, last: this.#lastOf(index) });
    }
    return found;
  }

  close(): void {
    this.#leave();
  }

  #path(segment: number, ending?: "damaged"): string {
    return join(this.#options.folder, nameOf(segment, ending));
  }

  /** Whether a record was begun behind the last one, or in the last segment. */
  #isTorn(current: Segment | undefined, end: number): boolean {
    const last = this.#segments.at(-1);
    return [current, last].some((segment) => {
      if (!segment) return false;
      const bytes = readFileSync(this.#path(segment.number));
      const start = segment === current ? end : endOfWhole(bytes, segment.number);
      return isBegun(bytes, start, segment.number, this.#sequence + 1);
    });
  }

  /** Those that count of every segment that has one after this sequence. */
  *#recordsAfter(sequence: number) {
    for (const [index, segment] of this.#segments.entries()) {
      const end = this.#firstFrom(index + 1) ?? Number.POSITIVE_INFINITY;
      if (end <= sequence + 1) continue;
      const bytes = readFileSync(this.#path(segment.number));
      for (const head of headsIn(bytes, segment.number)) {
        if (head.sequence < end) yield { segment, bytes, head };
      }
    }
  }

  #firstFrom(index: number): number | undefined {
    for (let next = index; next < this.#segments.length; next += 1) {
      const first = this.#segments[next]?.first;
      if (first !== undefined) return first;
    }
    return undefined;
  }

  #lastOf(index: number): number {
    const next = this.#firstFrom(index + 1);
    return next === undefined ? this.#sequence : next - 1;
  }

  #encode({ sequence, samples, isWhole }: Written): void {
    this.#out.length = 0;
    writeRecord(this.#out, { segment: this.#number, sequence, samples }, isWhole);
  }

  async #write(written: Written): Promise<void> {
    const { files } = this.#options;
    this.#encode(written);
    const size = this.#segments.at(-1)?.size ?? 0;
    if (this.#file === undefined || this.#offset + this.#out.length > size) {
      this.#begin(this.#out.length);
      this.#encode(written);
    }
    const file = this.#file ?? -1;
    try {
      files.write(file, this.#out.bytes.subarray(0, this.#out.length), this.#offset);
      await files.sync(file);
    } catch (reason) {
      this.#fail(file);
      throw new WriteError(messageOf(reason), { cause: reason });
    }
  }

  /** Whoever was refused may not find it after a restart, as far as that is in our hands. */
  #fail(file: number): void {
    try {
      this.#options.files.write(file, NO_MAGIC, this.#offset);
    } catch {
      // The disk refuses this as well; the next record makes it void.
    }
    const segment = this.#segments.at(-1);
    if (segment) segment.state = "failed";
    this.#leave();
  }

  #leave(): void {
    if (this.#file !== undefined) this.#options.files.close(this.#file);
    this.#file = undefined;
  }

  /** A number is used for one try only, so that a failed one leaves nothing in the way. */
  #begin(bytesMin: number): void {
    this.#leave();
    const { files, folder, segmentBytes } = this.#options;
    const size = Math.max(segmentBytes, bytesMin);
    const spare = size === segmentBytes ? this.#spares.pop() : undefined;
    this.#number += 1;
    const path = this.#path(this.#number);
    const file =
      spare === undefined ? createSegment(path, size, files) : this.#reuse(spare.number, path);
    try {
      files.syncFolder(folder);
    } catch (reason) {
      files.close(file);
      throw reason;
    }
    this.#file = file;
    this.#offset = 0;
    const segment = emptySegment(this.#number, size);
    this.#segments.push(segment);
    this.#open.push(segment);
  }

  #reuse(spare: number, path: string): number {
    const { files } = this.#options;
    files.rename(this.#path(spare), path);
    return files.open(path, "r+");
  }

  /** Segments that nobody needs any more are used again, or removed. */
  #letGo(): void {
    if (this.#pins > 0) return;
    const isNeeded = ({ isFlushed, first }: Segment, index: number) =>
      !isFlushed || (first !== undefined && this.#lastOf(index) > this.#keptAfter);
    const unneeded = this.#segments.filter((segment, index) => !isNeeded(segment, index));
    this.#segments = this.#segments.filter(isNeeded);
    for (const segment of unneeded) this.#remove(segment);
  }

  #remove(segment: Segment): void {
    const { files, segmentBytes } = this.#options;
    const { number, size, state } = segment;
    if (state === "damaged") files.rename(this.#path(number), this.#path(number, "damaged"));
    else if (state === "failed" || size !== segmentBytes || this.#spares.length >= SPARES_MAX) {
      files.remove(this.#path(number));
    } else this.#spares.push(segment);
  }
}

/** A record as it is to be, but for its segment. */
type Written = {
  readonly sequence: number;
  readonly samples: Samples;
  readonly isWhole: boolean;
};

/** A target that is not far behind takes them soon, and then they are used again. */
const HELD_WHOLE = 8;
const NO_MAGIC = new Uint8Array(4);

/** The disk refused a record, and its segment with it. */
class WriteError extends Error {
  override readonly name = "WriteError";
}

function markDamaged(segment: Segment | undefined): void {
  if (segment) segment.state = "damaged";
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

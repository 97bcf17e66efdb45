import { statSync } from "node:fs";
import { type Files, readPart } from "./files.ts";
import { headsIn, SAMPLE_BYTES_MIN, saidAt } from "./record.ts";

/*
 * A segment of the log: a file of a fixed size, named by its number, `log/0000000042.log`; put
 * aside it is `log/0000000042.damaged`.
 *
 *  offset  bytes
 *       0         records (record.ts) that carry the number of this segment, one behind the other,
 *                 each with the next sequence
 *                 zeros, or what is left of records of the segment that this file was before, which
 *                 carry another number and do not count
 *
 * 16 MiB in all, of a gateway 2 MiB; as long as its record where that is longer. One that is kept
 * for a target that is far behind ends with its last record.
 */

/** What the log knows of one. */
export type Segment = {
  readonly number: number;
  size: number;
  /** The sequence of its first record; undefined where it has none. */
  first: number | undefined;
  /** Where its last record ends; undefined where nobody has looked. */
  end: number | undefined;
  /** How many samples are in it, as far as `end`. */
  samples: number;
  /** What its records say that they come to, where somebody has asked them only. */
  said: Extent | undefined;
  /** Whether all of its records are in chunks. */
  isFlushed: boolean;
  /** A failed one is not written over: nothing is known of it. One with damage is kept aside. */
  state: "sound" | "failed" | "damaged";
};

/** How far records reach, and what is in them. */
export type Extent = { readonly end: number; readonly samples: number };

/** A segment as its readers see it: records beyond `last` do not count. */
export type SegmentRange = {
  readonly number: number;
  readonly path: string;
  readonly first: number;
  readonly last: number;
};

/** A segment that is cut is not used again: less is not worth a new one. */
const EMPTY_MIN = 1 / 8;
const ZEROS_BYTES = 64 * 1024;
/** Enough to see how a segment begins, where its first record is not a large one. */
const BEGINNING_BYTES = 64 * 1024;

export function nameOf(segment: number, ending = "log"): string {
  return `${String(segment).padStart(10, "0")}.${ending}`;
}

/** Of the segment of that name; undefined where the file is none. */
export function numberOf(name: string): number | undefined {
  return /^\d{10}\.log$/.test(name) ? Number.parseInt(name, 10) : undefined;
}

export function emptySegment(number: number, size: number): Segment {
  const unknown = { first: undefined, end: undefined, said: undefined };
  return { number, size, ...unknown, samples: 0, isFlushed: false, state: "sound" };
}

/** One that an earlier start has left. */
export function foundSegment(path: string, number: number): Segment {
  const { size } = statSync(path);
  return { ...emptySegment(number, size), first: firstIn(path, number, size) };
}

/** The sequence of its first record. */
function firstIn(path: string, number: number, size: number): number | undefined {
  for (let length = BEGINNING_BYTES; ; length *= 4) {
    const head = headsIn(readPart(path, 0, length), number).next().value;
    if (head?.start === 0 || length >= size) return head?.sequence;
  }
}

/**
 * What the records come to that it begins with, by their own words: their checksums are not looked
 * at, only whether one can be what it says.
 */
export function saidExtent(path: string, number: number): Extent {
  const { size } = statSync(path);
  let bytes = readPart(path, 0, BEGINNING_BYTES);
  let [start, end, samples, sequence] = [0, 0, 0, 0];
  for (;;) {
    let head = saidAt(bytes, end - start);
    if (!head && end > start) {
      [start, bytes] = [end, readPart(path, end, BEGINNING_BYTES)];
      head = saidAt(bytes, 0);
    }
    if (head?.segment !== number || head.sequence <= sequence) return { end, samples };
    const bytesMin = head.samples * SAMPLE_BYTES_MIN;
    if (start + head.end > size || bytesMin > head.end - head.start) return { end, samples };
    sequence = head.sequence;
    end = start + head.end;
    samples += head.samples;
  }
}

/** A file of zeros, open for writing, that outlives a power cut once its folder is synced. */
export function createSegment(path: string, size: number, files: Files): number {
  const file = files.open(path, "wx");
  try {
    const zeros = new Uint8Array(Math.min(size, ZEROS_BYTES));
    for (let offset = 0; offset < size; offset += zeros.length) {
      files.write(file, zeros.subarray(0, size - offset), offset);
    }
    files.syncNow(file);
    return file;
  } catch (reason) {
    files.close(file);
    files.remove(path);
    throw reason;
  }
}

/** Where much of it is empty, it ends with its last record. */
export function cutToRecords(segment: Segment, path: string, files: Files): void {
  const { size, end = 0, state } = segment;
  if (end === 0 || state !== "sound" || size - end < size * EMPTY_MIN) return;
  files.cut(path, end);
  segment.size = end;
}

export function sizeOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { size }) => sum + size, 0);
}

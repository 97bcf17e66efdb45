import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Samples } from "../../domain/samples.ts";
import { ByteWriter } from "./bytes.ts";
import { type Files, makeFolder } from "./files.ts";
import { readRecord, writeRecord } from "./record.ts";

type SegmentLogOptions = {
  readonly folder: string;
  readonly segmentBytes: number;
  readonly files: Files;
};

type Replayed = {
  readonly records: number;
  readonly samples: number;
  /** How often records are missing between two that are there: never, unless the disk lost them. */
  readonly gaps: number;
};

/** Segments kept to be used again. */
const SPARES_MAX = 2;

/**
 * The log: what was appended and may not be in chunks yet. It lies in segments, files of a fixed
 * size named by their number, `0000000042.log`, which hold records (record.ts) from offset 0 on.
 * A segment is filled with zeros before its first record, so that later only contents have to
 * reach the disk, not sizes. When all of its records are in chunks it is renamed and written over;
 * its old records do not count, for they carry the old number.
 *
 * After a failed write nothing is known of a segment's end: it is left alone, and the next record
 * goes into another segment, with the sequence of the one that failed.
 */
export class SegmentLog {
  readonly #options: SegmentLogOptions;
  readonly #out = new ByteWriter();
  #file: number | undefined;
  #segment = 0;
  #offset = 0;
  #size = 0;
  #sequence = 0;
  /** Those that hold records since the last turn. */
  #open: number[] = [];
  #spares: number[] = [];
  readonly #sizes = new Map<number, number>();

  constructor(options: SegmentLogOptions) {
    this.#options = options;
    makeFolder(options.folder, options.files);
    for (const name of readdirSync(options.folder).toSorted()) {
      if (!/^\d{10}\.log$/.test(name)) continue;
      this.#segment = Number.parseInt(name, 10);
      this.#sizes.set(this.#segment, statSync(this.#path(this.#segment)).size);
    }
  }

  /** The last record that was written. */
  get sequence(): number {
    return this.#sequence;
  }

  get bytes(): number {
    return [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  /** Visits every record after this sequence, in order, and removes nothing. */
  replay(flushed: number, visit: (samples: Samples) => void): Replayed {
    const replayed = { records: 0, samples: 0, gaps: 0 };
    this.#sequence = flushed;
    for (const segment of this.#sizes.keys()) {
      this.#open.push(segment);
      this.#replaySegment(segment, (samples, sequence) => {
        if (sequence > this.#sequence + 1) replayed.gaps += 1;
        if (sequence <= flushed) return;
        this.#sequence = sequence;
        replayed.records += 1;
        replayed.samples += samples.count;
        visit(samples);
      });
    }
    return replayed;
  }

  /** Settles when the samples are safe; returns their sequence. One call at a time. */
  async append(samples: Samples): Promise<number> {
    const sequence = this.#sequence + 1;
    this.#encode(samples, sequence);
    if (this.#file === undefined || this.#offset + this.#out.length > this.#size) {
      this.#begin(this.#out.length);
      this.#encode(samples, sequence);
    }
    await this.#write();
    this.#offset += this.#out.length;
    this.#sequence = sequence;
    return sequence;
  }

  /** The segments of all records so far; what follows goes into another. */
  turn(): number[] {
    this.#leave();
    return this.#open.splice(0);
  }

  /** What these segments hold is safe elsewhere. */
  release(segments: readonly number[]): void {
    for (const segment of segments) {
      const isWhole = this.#sizes.get(segment) === this.#options.segmentBytes;
      if (isWhole && this.#spares.length < SPARES_MAX) {
        this.#spares.push(segment);
        continue;
      }
      this.#options.files.remove(this.#path(segment));
      this.#sizes.delete(segment);
    }
  }

  close(): void {
    this.#leave();
  }

  #path(segment: number): string {
    return join(this.#options.folder, `${String(segment).padStart(10, "0")}.log`);
  }

  #replaySegment(segment: number, visit: (samples: Samples, sequence: number) => void): void {
    const bytes = readFileSync(this.#path(segment));
    let before: number | undefined;
    for (let offset = 0; ; ) {
      const read = readRecord(bytes, offset);
      if (read?.record.segment !== segment) return;
      const { sequence, samples } = read.record;
      if (before !== undefined && sequence !== before + 1) return;
      visit(samples, sequence);
      before = sequence;
      offset = read.end;
    }
  }

  #encode(samples: Samples, sequence: number): void {
    this.#out.length = 0;
    writeRecord(this.#out, { segment: this.#segment, sequence, samples });
  }

  async #write(): Promise<void> {
    const { files } = this.#options;
    const file = this.#file ?? -1;
    try {
      files.write(file, this.#out.bytes.subarray(0, this.#out.length), this.#offset);
      await files.sync(file);
    } catch (reason) {
      this.#sizes.set(this.#segment, 0); // Not to be used again.
      this.#leave();
      throw reason;
    }
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
    this.#segment += 1;
    const file = spare === undefined ? this.#create(size) : this.#reuse(spare);
    try {
      files.syncFolder(folder);
    } catch (reason) {
      files.close(file);
      throw reason;
    }
    this.#file = file;
    this.#offset = 0;
    this.#size = size;
    this.#sizes.set(this.#segment, size);
    this.#open.push(this.#segment);
  }

  #reuse(spare: number): number {
    const { files } = this.#options;
    const path = this.#path(this.#segment);
    this.#sizes.delete(spare);
    files.rename(this.#path(spare), path);
    return files.open(path, "r+");
  }

  #create(size: number): number {
    const { files } = this.#options;
    const path = this.#path(this.#segment);
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
}

const ZEROS_BYTES = 1024 * 1024;

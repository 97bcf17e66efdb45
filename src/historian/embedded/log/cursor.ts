import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import type { RecordSpan } from "../../historian.ts";
import type { Files } from "./files.ts";

/*
 * How far a target of the outbox has come, `outbox/<target>.cur`: two slots of 512 bytes, which are
 * written in turn, so that a power cut spoils one of them at most. Lowest byte first.
 *
 *  offset  bytes
 *       0      4  magic, "FLc1": the digit is the version of this table
 *       4      4  CRC-32 of bytes 8 to 32
 *       8      8  turn, a double: the slot with the higher one counts; odd ones are in the second
 *      16      8  sequence of the last record that it has taken, a double
 *      24      8  samples that were dropped before it took them, a double
 *      32      4  CRC-32 of bytes 36 to the end of the last span; zero where there is none
 *      36      4  how many spans of records follow that it has taken beyond that one
 *      40  16 each sequences of the first and of the last record of a span, doubles
 *                 zero
 *
 * Programs of before pass over the spans, and write none.
 */
const MAGIC = 0x3163_4c46;
const SLOT_BYTES = 512;
const USED_BYTES = 32;
const SPANS_START = 40;
const SPAN_BYTES = 16;
/** As many as a slot has room for. */
const SPANS_MAX = Math.floor((SLOT_BYTES - SPANS_START) / SPAN_BYTES);

type Slot = {
  readonly turn: number;
  readonly sequence: number;
  readonly dropped: number;
  readonly beyond: readonly RecordSpan[];
};

type Move = {
  readonly sequence: number;
  readonly beyond?: readonly RecordSpan[] | undefined;
  readonly dropped?: number;
};

/** A cursor on disk; `move` settles when it outlives a power cut. One call at a time. */
export class Cursor {
  readonly #path: string;
  readonly #files: Files;
  #slot: Slot;

  /** Makes one that has taken everything up to this sequence, in place of one that is no good. */
  static create(path: string, files: Files, sequence: number): Cursor {
    const slot = { turn: 0, sequence, dropped: 0, beyond: [] };
    const file = files.open(path, existsSync(path) ? "r+" : "wx");
    try {
      files.write(file, Buffer.concat([bytesOf(slot), Buffer.alloc(SLOT_BYTES)]), 0);
      files.syncNow(file);
    } finally {
      files.close(file);
    }
    files.syncFolder(dirname(path));
    return new Cursor(path, files, slot);
  }

  constructor(path: string, files: Files, slot: Slot) {
    this.#path = path;
    this.#files = files;
    this.#slot = slot;
  }

  get sequence(): number {
    return this.#slot.sequence;
  }

  get dropped(): number {
    return this.#slot.dropped;
  }

  /** What it has taken beyond its sequence. */
  get beyond(): readonly RecordSpan[] {
    return this.#slot.beyond;
  }

  /** Of more spans than there is room for, the longest are remembered. */
  async move({ sequence, beyond = this.beyond, dropped = this.dropped }: Move): Promise<void> {
    const ahead = beyond.filter(({ last }) => last > sequence);
    const slot = { turn: this.#slot.turn + 1, sequence, dropped, beyond: longestOf(ahead) };
    const file = this.#files.open(this.#path, "r+");
    try {
      this.#files.write(file, bytesOf(slot), (slot.turn % 2) * SLOT_BYTES);
      await this.#files.sync(file);
    } finally {
      this.#files.close(file);
    }
    this.#slot = slot;
  }
}

/** What the file says; undefined where neither slot is whole. */
export function readCursor(path: string): Slot | undefined {
  const bytes = readFileSync(path);
  const slots = [0, SLOT_BYTES].flatMap((start) => slotAt(bytes, start) ?? []);
  return slots.toSorted((one, other) => other.turn - one.turn)[0];
}

function slotAt(bytes: Buffer, start: number): Slot | undefined {
  if (start + USED_BYTES > bytes.length || bytes.readUInt32LE(start) !== MAGIC) return undefined;
  const said = bytes.subarray(start + 8, start + USED_BYTES);
  if (crc32(said) !== bytes.readUInt32LE(start + 4)) return undefined;
  const [turn, sequence, dropped] = [0, 8, 16].map((offset) => said.readDoubleLE(offset));
  const beyond = spansAt(bytes, start);
  return { turn: turn ?? 0, sequence: sequence ?? 0, dropped: dropped ?? 0, beyond };
}

/** None where they cannot be trusted: their records are sent again. */
function spansAt(bytes: Buffer, start: number): RecordSpan[] {
  const slot = bytes.subarray(start, start + SLOT_BYTES);
  if (slot.length < SLOT_BYTES) return [];
  const count = slot.readUInt32LE(SPANS_START - 4);
  if (count > SPANS_MAX) return [];
  const said = slot.subarray(SPANS_START - 4, SPANS_START + count * SPAN_BYTES);
  if (crc32(said) !== slot.readUInt32LE(USED_BYTES)) return [];
  return Array.from({ length: count }, (_, index) => {
    const at = SPANS_START + index * SPAN_BYTES;
    return { first: slot.readDoubleLE(at), last: slot.readDoubleLE(at + 8) };
  });
}

function longestOf(spans: readonly RecordSpan[]): readonly RecordSpan[] {
  const lengthOf = ({ first, last }: RecordSpan) => last - first;
  return spans
    .toSorted((one, other) => lengthOf(other) - lengthOf(one))
    .slice(0, SPANS_MAX)
    .toSorted((one, other) => one.first - other.first);
}

function bytesOf({ turn, sequence, dropped, beyond }: Slot): Buffer {
  const bytes = Buffer.alloc(SLOT_BYTES);
  bytes.writeUInt32LE(MAGIC, 0);
  for (const [index, value] of [turn, sequence, dropped].entries()) {
    bytes.writeDoubleLE(value, 8 + index * 8);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(8, USED_BYTES)), 4);
  if (beyond.length === 0) return bytes;
  bytes.writeUInt32LE(beyond.length, SPANS_START - 4);
  for (const [index, { first, last }] of beyond.entries()) {
    bytes.writeDoubleLE(first, SPANS_START + index * SPAN_BYTES);
    bytes.writeDoubleLE(last, SPANS_START + index * SPAN_BYTES + 8);
  }
  const said = bytes.subarray(SPANS_START - 4, SPANS_START + beyond.length * SPAN_BYTES);
  bytes.writeUInt32LE(crc32(said), USED_BYTES);
  return bytes;
}

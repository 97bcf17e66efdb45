import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";

/*
 * SQLite's write-ahead log: a head of 32 bytes, and frames, each a head of 24 bytes and a page. See
 * https://www.sqlite.org/fileformat2.html, "The Write-Ahead Log".
 */

const HEAD_BYTES = 32;
const FRAME_HEAD_BYTES = 24;
/** By the last byte of these, the sums have the highest byte first. */
const MAGICS = [0x377f0682, 0x377f0683];
const BIG = 0x83;

/** Of a log, what was committed. */
export type Frames = {
  /** Where the newest of a page begins in the file, by the number of the page. */
  readonly offsets: ReadonlyMap<number, number>;
  /** How many pages the database has behind the last commit; undefined where there is none. */
  readonly pages: number | undefined;
};

const NONE: Frames = { offsets: new Map(), pages: undefined };

/** Up to the first frame that is not whole. Throws where the disk cannot give them. */
export function readFrames(path: string, pageSize: number): Frames {
  if (!existsSync(path)) return NONE;
  const file = openSync(path, "r");
  try {
    return framesIn(file, pageSize);
  } finally {
    closeSync(file);
  }
}

function framesIn(file: number, pageSize: number): Frames {
  const head = Buffer.alloc(HEAD_BYTES);
  readSync(file, head, 0, HEAD_BYTES, 0);
  if (!isLog(head, pageSize)) return NONE;
  const isBig = head[3] === BIG;
  let sums = summed(head.subarray(0, 24), [0, 0], isBig);
  const offsets = new Map<number, number>();
  let pages: number | undefined;
  let open: [number, number][] = [];
  const frame = Buffer.alloc(FRAME_HEAD_BYTES + pageSize);
  const { size } = fstatSync(file);
  for (let at = HEAD_BYTES; at + frame.length <= size; at += frame.length) {
    readSync(file, frame, 0, frame.length, at);
    const page = frame.subarray(FRAME_HEAD_BYTES);
    sums = summed(page, summed(frame.subarray(0, 8), sums, isBig), isBig);
    const isOfThis = frame.subarray(8, 16).equals(head.subarray(16, 24));
    if (!isOfThis || !isSaid(sums, frame, 16)) break;
    open.push([frame.readUInt32BE(0), at + FRAME_HEAD_BYTES]);
    // The last frame of a transaction says how many pages the database has.
    const count = frame.readUInt32BE(4);
    if (count === 0) continue;
    pages = count;
    for (const [number, offset] of open) offsets.set(number, offset);
    open = [];
  }
  return { offsets, pages };
}

function isLog(head: Buffer, pageSize: number): boolean {
  if (!MAGICS.includes(head.readUInt32BE(0)) || head.readUInt32BE(8) !== pageSize) return false;
  return isSaid(summed(head.subarray(0, 24), [0, 0], head[3] === BIG), head, 24);
}

type Sums = readonly [number, number];

function summed(bytes: Buffer, [first, second]: Sums, isBig: boolean): Sums {
  let [one, other] = [first, second];
  for (let at = 0; at < bytes.length; at += 8) {
    one = (one + (isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + other) >>> 0;
    other = (other + (isBig ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + one) >>> 0;
  }
  return [one, other];
}

function isSaid([one, other]: Sums, bytes: Buffer, at: number): boolean {
  return bytes.readUInt32BE(at) === one && bytes.readUInt32BE(at + 4) === other;
}

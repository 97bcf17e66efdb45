import { parseIsoTime } from "./iso-time.ts";

const ZERO = 0x30;
const COLON = 0x3a;
const POINT = 0x2e;
const ZULU = 0x5a;
const DAY_MS = 86_400_000;
/** `2022-12-01T`, and all of `2022-12-01T20:05:10.000Z`. */
const DATE_BYTES = 11;
const PLAIN_BYTES = 24;

/** Reads times where they lie: most are of the day that the one before was of. */
export class TimeScan {
  readonly #date = new Uint8Array(DATE_BYTES);
  /** When that day began; before one was seen, no time follows from it. */
  #midnight = Number.NaN;

  /** What `parseIsoTime` says of the text from `start` to `end`, which is ASCII. */
  read(bytes: Buffer, start: number, end: number): number | undefined {
    const isPlain = end - start === PLAIN_BYTES && bytes[end - 1] === ZULU;
    if (isPlain && this.#isSameDay(bytes, start)) {
      const time = timeOfDay(bytes, start + DATE_BYTES);
      if (time >= 0) return this.#midnight + time;
    }
    const at = parseIsoTime(bytes.toString("latin1", start, end));
    if (isPlain && at !== undefined) {
      this.#date.set(bytes.subarray(start, start + DATE_BYTES));
      this.#midnight = Math.floor(at / DAY_MS) * DAY_MS;
    }
    return at;
  }

  #isSameDay(bytes: Buffer, start: number): boolean {
    // The day of the month differs first.
    for (let index = DATE_BYTES - 1; index >= 0; index -= 1) {
      if (bytes[start + index] !== this.#date[index]) return false;
    }
    return true;
  }
}

/** Milliseconds at `20:05:10.000`; -1 where it is written in any other way, or is no time. */
function timeOfDay(bytes: Buffer, at: number): number {
  const hour = twoDigits(bytes, at);
  const minute = twoDigits(bytes, at + 3);
  const second = twoDigits(bytes, at + 6);
  const hundredths = twoDigits(bytes, at + 9);
  const thousandth = (bytes[at + 11] ?? 0) - ZERO;
  const isWritten = bytes[at + 2] === COLON && bytes[at + 5] === COLON && bytes[at + 8] === POINT;
  const isTime = hour < 24 && minute < 60 && second < 60 && hundredths < 100;
  if (!isWritten || !isTime || thousandth < 0 || thousandth > 9) return -1;
  return ((hour * 60 + minute) * 60 + second) * 1000 + hundredths * 10 + thousandth;
}

/** 100 where there are none. */
function twoDigits(bytes: Buffer, at: number): number {
  const ten = (bytes[at] ?? 0) - ZERO;
  const one = (bytes[at + 1] ?? 0) - ZERO;
  return ten >= 0 && ten <= 9 && one >= 0 && one <= 9 ? ten * 10 + one : 100;
}

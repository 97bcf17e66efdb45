import { systemClock } from "../lib/clock.ts";
import type { Io } from "./io.ts";

/** A line says how far long work is, not more often. */
const TOLD_EVERY_MS = 5_000;

/** Says how far long work has come, beside what it prints; of what is done at once, nothing. */
export function progressOf(
  io: Pick<Io, "complain">,
  monotonic = systemClock.monotonic,
): (sentence: () => string) => void {
  let toldAt = monotonic();
  return (sentence) => {
    if (monotonic() < toldAt + TOLD_EVERY_MS) return;
    toldAt = monotonic();
    io.complain(sentence());
  };
}

/** The same of work on so many bytes, which is called with each piece that is done. */
export function bytesProgress(
  io: Pick<Io, "complain">,
  what: string,
  bytesTotal: number,
): (bytes: number) => void {
  const tell = progressOf(io);
  let done = 0;
  return (bytes) => {
    done += bytes;
    tell(() => `${what}: ${done} of ${bytesTotal} bytes`);
  };
}

/** The same of rows, with the part of all that is done, from 0 to 1. */
export function rowsProgress(
  io: Pick<Io, "complain">,
  monotonic = systemClock.monotonic,
): (rows: number, part: number) => void {
  const tell = progressOf(io, monotonic);
  const begun = monotonic();
  return (rows, part) =>
    tell(() => {
      const left = ((monotonic() - begun) / part) * (1 - part);
      return `${rows} rows, ${Math.floor(part * 100)} %, about ${durationOf(left)} left`;
    });
}

function durationOf(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

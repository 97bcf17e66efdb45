import type { SqlRow } from "../../../lib/sqlite.ts";
import { piecesIn } from "../chunk/chunk.ts";
import type { Ends } from "../chunk/chunk-head.ts";

/*
 * The newest chunk of each series: the only one that grows, and all that a flush has to know of
 * what is stored already where samples come in order of time.
 */

type Value = SqlRow[number] | undefined;

/** The newest chunk of a series as its writer sees it, who does not need its bytes. */
export type ChunkEnd = Ends & {
  /** 0 of a full one, where it was not read: who writes behind it does not touch it. */
  readonly id: number;
  /** Of one that grows; 0 of all others. */
  readonly pieces: number;
};

/**
 * Chunks that grow have a place of their own, one a series, before all others. So those that are
 * full lie one behind the other, without holes where they once grew.
 */
export function openId(series: number): number {
  return -1 - series; // And back.
}

/** Whether it is the newest of its series, and grows with what comes next. */
export function isOpen({ id }: { readonly id: number }): boolean {
  return id < 0;
}

/** Series of which the newest chunk is remembered, in some 2 MB. */
const SERIES_MAX = 16_384;

/**
 * Where the chunks of each series end, as their writer left them: so that a flush need not look for
 * the newest chunk of every series. It can be forgotten at any time, and has to be where anybody
 * else changed chunks.
 */
export class ChunkEnds {
  readonly #ends = new Map<number, ChunkEnd | undefined>();

  /** Undefined where the series has no chunk. */
  of(series: number, read: () => ChunkEnd | undefined): ChunkEnd | undefined {
    if (this.#ends.has(series)) return this.#ends.get(series);
    const end = read();
    if (this.#ends.size < SERIES_MAX) this.#ends.set(series, end);
    return end;
  }

  /** A chunk was written: the newest, unless another one is known to be newer. */
  note(series: number, end: ChunkEnd): void {
    if (!this.#ends.has(series)) return;
    const known = this.#ends.get(series);
    if (!known || known.lastAt <= end.lastAt) this.#ends.set(series, end);
  }

  /** It was the newest: what takes its place is written next. */
  dropped(series: number): void {
    if (this.#ends.has(series)) this.#ends.set(series, undefined);
  }

  clear(): void {
    this.#ends.clear();
  }
}

/**
 * Of the columns id, first_at, last_at, samples, and the first bytes where it may be open. One that
 * is damaged does not grow: it is taken, and its damage told.
 */
export function endOf([id, firstAt, lastAt, samples, head]: SqlRow): ChunkEnd {
  const isWhole = areNumbers(firstAt, lastAt, samples) && head instanceof Uint8Array;
  const pieces = isWhole ? piecesIn(head) : 0;
  return { id: Number(id), ...endsIn(firstAt, lastAt, samples), pieces };
}

/** Whether they are what was written: a bit that changed on the disk may make a text of one. */
export function areNumbers(...values: readonly Value[]): boolean {
  return values.every((value) => typeof value === "number");
}

/** Of one that does not say it, as much as is known. */
export function endsIn(firstAt: Value, lastAt: Value, samples: Value): Ends {
  const first = typeof firstAt === "number" ? firstAt : 0;
  const last = typeof lastAt === "number" ? lastAt : first;
  return { firstAt: first, lastAt: last, samples: typeof samples === "number" ? samples : 0 };
}

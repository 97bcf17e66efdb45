import type { Samples } from "../../../domain/samples.ts";
import { assert } from "../../../lib/assert.ts";
import { type Columns, columnsIn, ROW_BYTES, samplesIn } from "../run/batch.ts";
import type { Bounds } from "../run/bounds.ts";

/*
 * Memory in which samples cross from the door to its thread, for as long as the process runs.
 *
 *  offset  bytes
 *       0    8*4  of each tray, whether it is taken: 0 no, 1 yes
 *      32         8 trays, one behind the other: columns of 16,384 rows each, see batch.ts
 */

/** A tray by its number; where none is free, or large enough, shared memory that is used once. */
export type Place = number | Columns;

/** Samples on their way. */
export type Load = {
  readonly place: Place;
  readonly count: number;
  readonly texts: readonly string[];
  readonly bounds: Bounds;
};

const TRAYS = 8;
/** Of which only what is filled is memory. */
const TRAY_ROWS = 16_384;
const TRAY_BYTES = TRAY_ROWS * ROW_BYTES;
const TAKEN_BYTES = TRAYS * 4;
const [FREE, TAKEN] = [0, 1];

/**
 * Both threads have the memory: the one fills a tray, the other reads it and gives it back. So
 * nothing is allocated on the way, and nothing is transferred: from the first buffer on that a
 * thread has transferred, V8 asks at each access to any column whether it is still there.
 */
export class Trays {
  readonly memory: SharedArrayBuffer;
  readonly #taken: Int32Array;
  readonly #columns: readonly Columns[];

  constructor(memory = new SharedArrayBuffer(TAKEN_BYTES + TRAYS * TRAY_BYTES)) {
    this.memory = memory;
    this.#taken = new Int32Array(memory, 0, TRAYS);
    this.#columns = Array.from({ length: TRAYS }, (_, tray) =>
      columnsIn(memory, TAKEN_BYTES + tray * TRAY_BYTES, TRAY_ROWS),
    );
  }

  /** The first that is free, for its memory was used most lately; with room for so many rows. */
  take(rows: number): Place {
    for (let tray = 0; tray < TRAYS && rows <= TRAY_ROWS; tray += 1) {
      if (Atomics.compareExchange(this.#taken, tray, FREE, TAKEN) === FREE) return tray;
    }
    return columnsIn(new SharedArrayBuffer(rows * ROW_BYTES), 0, rows);
  }

  columnsOf(place: Place): Columns {
    const columns = typeof place === "number" ? this.#columns[place] : place;
    assert(columns, "there is such a tray");
    return columns;
  }

  samplesOf({ place, count, texts }: Omit<Load, "bounds">): Samples {
    return samplesIn(this.columnsOf(place), count, texts);
  }

  /** Nothing of it is read any more. */
  giveBack(place: Place): void {
    if (typeof place === "number") Atomics.store(this.#taken, place, FREE);
  }
}

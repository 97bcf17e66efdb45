import type { Log } from "../../../lib/log.ts";
import { isMalformed } from "../../../lib/sqlite.ts";
import type { Retention, SeriesRange } from "../../historian.ts";
import type { KeptDays } from "../ask/kept-days.ts";
import { readTail } from "../ask/tail.ts";
import type { Chunks } from "../database/chunks.ts";
import type { WrongChunk } from "../database/comparison.ts";
import { putDamagedAside, setRight } from "../database/put-aside.ts";
import type { Memtable } from "../memory/memtable.ts";
import { Run } from "../run/run.ts";
import type { Departure } from "./departure.ts";
import { isForGood, Retirement } from "./retirement.ts";
import type { Upkeep } from "./upkeep.ts";

/*
 * What changes samples that are stored, or for how long they are: each time all of it or nothing,
 * and never while an append is under way.
 */

type ChangesParts = {
  readonly log: Log;
  readonly onMalformed: (reason: string) => void;
  readonly monotonic: () => number;
  readonly chunks: Chunks;
  readonly memtable: Memtable;
  readonly keptDays: KeptDays;
  readonly departure: Departure;
};

/** Appends wait so long at most while memory is emptied for a retirement. */
const RETIRE_MS = 10;
const EVER = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

/** Deletions, policies, the letting go that they ask for, and what is damaged put aside. */
export class Changes {
  readonly #parts: ChangesParts;
  readonly #departure: Departure;
  readonly #upkeep: Upkeep;
  readonly #tail = new Run();
  #retirement: Retirement | undefined;

  constructor(parts: ChangesParts) {
    this.#parts = parts;
    this.#departure = parts.departure;
    this.#upkeep = parts.departure.upkeep;
  }

  /**
   * Settles when they will not come back. What memory holds of them goes into chunks before, so
   * that no record of the log that has them is replayed. Never while an append is under way.
   */
  async deleteRange(range: SeriesRange): Promise<void> {
    const { chunks, memtable } = this.#parts;
    const { series, from, to } = range;
    await this.#departure.finish();
    if (memtable.collect(series, from, to).count > 0) {
      await this.#departure.begin();
      await this.#departure.finish();
    }
    await this.#write(() => chunks.cut(range));
    this.#departure.forget(series);
    readTail(chunks.stored, series, this.#tail, this.#parts);
    memtable.latest.replace(series, memtable.collect(series, ...EVER), this.#tail);
    await this.#upkeep.keep();
  }

  /**
   * Puts aside what is damaged of the first of these that has such chunks: the rest can be read.
   * Whether there was any. Never while an append is under way.
   */
  async putDamagedAside(series: Iterable<number>): Promise<boolean> {
    for (const one of series) {
      if (!(await this.#write(() => putDamagedAside(this.#parts.chunks, one)))) continue;
      this.#departure.forget(one);
      return true;
    }
    return false;
  }

  /** What an inspection has found is put aside, or corrected. As above. */
  async setRight(wrong: readonly WrongChunk[]): Promise<void> {
    await this.#write(() => {
      for (const { id } of wrong) setRight(this.#parts.chunks, id);
    });
    for (const { series } of wrong) this.#departure.forget(series);
  }

  async setRetention(series: number, retention: Retention | null): Promise<void> {
    await this.#write(() => this.#parts.chunks.policies.set(series, retention));
    await this.#upkeep.keep();
  }

  /**
   * Does some of it; true when all is done. Memory goes into chunks before, for it may hold samples
   * that are old enough. Never while an append is under way.
   */
  async retire(now: number, fallback: Retention): Promise<boolean> {
    const { chunks, memtable } = this.#parts;
    if (chunks.policies.isEmpty && isForGood(fallback)) return true;
    const retirement = this.#retirement;
    this.#retirement = undefined; // One that fails is begun again.
    if (!retirement) {
      if (memtable.active.count > 0) await this.#departure.begin();
      const isInMemory = (series: number, until: number) =>
        memtable.collect(series, Number.NEGATIVE_INFINITY, until + 1).count > 0;
      this.#retirement = new Retirement(chunks, { now, fallback, isInMemory });
      return false;
    }
    if (this.#departure.isUnderWay) await this.#leaveFor(RETIRE_MS);
    else if (await this.#step(retirement)) {
      await this.#upkeep.keep();
      return true;
    }
    this.#retirement = retirement;
    return false;
  }

  /** A series that lies in malformed pages is in no other's way. */
  async #step(retirement: Retirement): Promise<boolean> {
    try {
      return await this.#write(() => retirement.step());
    } catch (reason) {
      const series = isMalformed(reason) ? retirement.leaveOut() : undefined;
      if (!isMalformed(reason) || series === undefined) throw reason;
      this.#parts.log.error("old samples of a series cannot be let go", { series });
      this.#parts.onMalformed(reason.message);
      return false;
    }
  }

  async #leaveFor(budgetMs: number): Promise<void> {
    const end = this.#parts.monotonic() + budgetMs;
    await this.#departure.more(() => this.#parts.monotonic() >= end);
  }

  /** All of it or nothing, when nobody else writes and nothing can be replayed over it. */
  #write<T>(work: () => T): Promise<T> {
    return this.#departure.alone(async () => {
      await this.#upkeep.settle();
      this.#parts.keptDays.clear();
      return this.#parts.chunks.together(work);
    });
  }
}

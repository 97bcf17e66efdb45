import { join } from "node:path";
import type { Problem } from "../../../domain/problem.ts";
import type { Samples } from "../../../domain/samples.ts";
import type { Held } from "../../../lib/held.ts";
import type { Outcome } from "../../../lib/outcome.ts";
import { isMalformed } from "../../../lib/sqlite.ts";
import { Trouble } from "../../../lib/trouble.ts";
import type {
  AggregateQuery,
  Appended,
  HistorianStats,
  RangeQuery,
  Retention,
  SeriesRange,
} from "../../historian.ts";
import type { SumTable } from "../../sums.ts";
import { aggregate } from "../ask/aggregate.ts";
import { KeptDays } from "../ask/kept-days.ts";
import { readRange } from "../ask/read.ts";
import { readTail } from "../ask/tail.ts";
import type { Chunks } from "../database/chunks.ts";
import type { WrongChunk } from "../database/comparison.ts";
import type { Days } from "../database/days.ts";
import { bytesOf } from "../folder/folder.ts";
import type { Lock } from "../folder/lock.ts";
import { isMended, putInPlace } from "../folder/mending.ts";
import { noteLogged, tellReplayed } from "../folder/missing.ts";
import { setAside } from "../folder/sqlite-log.ts";
import type { SegmentLog } from "../log/log.ts";
import { LogOutbox } from "../log/outbox.ts";
import { Memtable } from "../memory/memtable.ts";
import { joined, partOf, withoutOld } from "../run/batch.ts";
import { type Bounds, boundsOf } from "../run/bounds.ts";
import { Run } from "../run/run.ts";
import { Changes } from "./changes.ts";
import { Departure } from "./departure.ts";
import type { EngineOptions, EngineParts } from "./engine-parts.ts";
import { holdHistory } from "./hold.ts";
import { type Inspected, Inspection } from "./inspection.ts";
import { type Opened, openFolder } from "./opening.ts";
import type { Upkeep } from "./upkeep.ts";

/*
 * The embedded historian without its thread: log, memory and chunks put together.
 *
 *   <folder>/LOCK               one process at a time; see lock.ts
 *   <folder>/log/*.log          what was appended and may not be in chunks yet; see log.ts
 *   <folder>/outbox/*.cur       how far those have come who read the log; see cursor.ts
 *   <folder>/history.db         chunks, and what days come to; see schema.ts
 */

/** Rows of one record: what is decoded and checked as one. */
const RECORD_ROWS_MAX = 65_536;
/** Restarts leave segments behind; more than this are not kept until the memtable is full. */
const SEGMENTS_MAX = 8;

/**
 * The order of things is the promise. An append is written to the log and synced (or written only,
 * see log-files.ts), then it is in the memtable and acknowledged. All samples of one record are in
 * one generation, and a generation ends with its segment; a segment is used again only when its
 * generation is in chunks and SQLite's write-ahead log is synced. What is in chunks is remembered
 * by its sequence in the same database, so that a segment that is still there is not replayed over
 * later corrections.
 */
export class Engine {
  readonly outbox: LogOutbox;
  readonly #options: EngineOptions;
  readonly #parts: EngineParts;
  /** Who hears of damage. */
  readonly #told: Pick<EngineParts, "log" | "onMalformed">;
  readonly #lock: Lock;
  readonly #chunks: Chunks;
  readonly #log: SegmentLog;
  readonly #memtable: Memtable;
  readonly #appendTrouble: Trouble;
  readonly #database: string;
  readonly #departure: Departure;
  readonly #upkeep: Upkeep;
  readonly #tail = new Run();
  readonly #keptDays = new KeptDays();
  readonly #changes: Changes;
  readonly #inspection: Inspection;
  #commits = 0;

  /** Opens or creates the folder and replays its log. */
  static open(options: EngineOptions, parts: EngineParts): Outcome<Engine, Problem> {
    return openFolder(options, parts, (opened) => new Engine(options, parts, opened));
  }

  constructor(options: EngineOptions, parts: EngineParts, { lock, chunks, log, isGone }: Opened) {
    this.#options = options;
    this.#parts = parts;
    this.#database = join(options.folder, "history.db");
    this.#lock = lock;
    this.#chunks = chunks;
    this.#log = log;
    this.#memtable = new Memtable(options, parts.monotonic);
    this.#memtable.latest.know(chunks.stored.series());
    this.#memtable.latest.newestAt = chunks.totals.newestAt;
    this.#appendTrouble = new Trouble(parts.log, "samples cannot be stored");
    const onRelease = () => this.outbox.trim();
    const memory = { chunks, segments: log, memtable: this.#memtable, onRelease };
    this.#departure = new Departure(this.#database, options, { ...parts, ...memory });
    this.#upkeep = this.#departure.upkeep;
    const [memtable, keptDays, departure] = [this.#memtable, this.#keptDays, this.#departure];
    const onMalformed = (reason: string) => departure.malformed(reason);
    this.#told = { log: parts.log, onMalformed };
    this.#inspection = new Inspection(this.#database, {
      ...{ log: parts.log, monotonic: parts.monotonic, onMalformed },
      onUnread: (reason) => parts.onMalformed(reason, "the disk may give it later"),
      mayNot: () => departure.isPressed || departure.upkeep.isInDoubt,
    });
    this.#changes = new Changes({ ...parts, onMalformed, chunks, memtable, keptDays, departure });
    this.#replay(isGone);
    const { outboxBytes: bytesMax } = options;
    this.outbox = new LogOutbox({ folder: join(options.folder, "outbox"), bytesMax }, log, parts);
  }

  /** Settles when all of the batches are safe and can be read. One call at a time. */
  async append(...batches: readonly Samples[]): Promise<readonly Appended[]> {
    const { appended, show } = await this.commit(batches);
    show();
    return appended;
  }

  /**
   * Settles when all of the batches are safe: whoever sent them can be told. They can be read when
   * `show` was called, which is to be done before anything else is asked. Bounds of all of them are
   * believed, where whoever sent them knows.
   */
  async commit(batches: readonly Samples[], bounds?: Bounds): Promise<Committed> {
    const taken = batches.map((batch) => withoutOld(batch, this.#chunks.days));
    const [only] = taken;
    const samples = only && taken.length === 1 ? only : joined(taken);
    const isAll = taken.every((one, index) => one === batches[index]);
    const last = await this.#commit(samples, isAll ? bounds : undefined);
    return {
      appended: taken.map(({ count }, index) => ({ tooOld: (batches[index]?.count ?? 0) - count })),
      show: () => last && this.#memtable.insert(...last),
    };
  }

  /** All but the last part is in memory as well. */
  async #commit(samples: Samples, bounds?: Bounds): Promise<Part | undefined> {
    let last: Part | undefined;
    try {
      for (let from = 0; from < samples.count; ) {
        if (last) this.#memtable.insert(...last);
        const rows = Math.min(samples.count - from, this.#memtable.rows, RECORD_ROWS_MAX);
        const part = partOf(samples, from, from + rows);
        last = [part, part === samples && bounds ? bounds : boundsOf(part)];
        await this.#logPart(...last);
        from += rows;
      }
    } catch (reason) {
      this.#appendTrouble.met(reason);
      throw reason;
    }
    this.#appendTrouble.over();
    if (last) this.#commits += 1;
    return last;
  }

  /**
   * Does some of the work that may wait, for `budgetMs` or until something else is asked. Returns
   * in how many milliseconds there will be more, undefined if only new samples bring more.
   */
  work(budgetMs: number, isAsked = () => false): number | undefined {
    return this.#departure.work(budgetMs, isAsked);
  }

  /** Whether what leaves memory does so faster than new samples come: then it may take its time. */
  get isAhead(): boolean {
    return this.#departure.isAhead;
  }

  latest(series: Uint32Array): Samples {
    const open = series.filter((one) => this.#memtable.latest.isOpen(one));
    if (open.length > 0) this.#recall(open);
    return this.#memtable.newest(series);
  }

  range(query: RangeQuery): Samples {
    return this.#chunks.reading(() => readRange(this.#memtable, this.#chunks.stored, query));
  }

  aggregate(query: AggregateQuery): SumTable {
    const [memtable, chunks, keptDays] = [this.#memtable, this.#chunks, this.#keptDays];
    return chunks.reading(() => aggregate({ memtable, chunks, keptDays }, query));
  }

  /** Settles when they will not come back. Never while an append is under way. */
  deleteRange(range: SeriesRange): Promise<void> {
    return this.#changes.deleteRange(range);
  }

  /** As `Changes` does. Never while an append is under way. */
  putDamagedAside(series: Iterable<number>): Promise<boolean> {
    return this.#changes.putDamagedAside(series);
  }

  /** Looks at some of what is stored, while nobody asks for it. */
  inspect(): Inspected {
    return this.#inspection.slice();
  }

  /** Chunks that an inspection has found. Never while an append is under way. */
  setRight(wrong: readonly WrongChunk[]): Promise<void> {
    return this.#changes.setRight(wrong);
  }

  /** What was asked for has met pages that are not what was written: they are mended. */
  malformed(reason: string): void {
    this.#told.onMalformed(reason);
  }

  setRetention(series: number, retention: Retention | null): Promise<void> {
    return this.#changes.setRetention(series, retention);
  }

  /** Does some of it; true when all is done. Never while an append is under way. */
  retire(now: number, fallback: Retention): Promise<boolean> {
    return this.#changes.retire(now, fallback);
  }

  retentions(): ReadonlyMap<number, Retention> {
    return this.#chunks.policies.all;
  }

  get days(): Days {
    return this.#chunks.days;
  }

  stats(): HistorianStats {
    const { active, frozen, latest } = this.#memtable;
    const files = [this.#database, `${this.#database}-wal`];
    return {
      samplesStored: this.#chunks.totals.samples + active.count + (frozen?.remaining ?? 0),
      bytesOnDisk: this.#log.bytes + bytesOf(files),
      bytesReusable: this.#chunks.freeBytes,
      series: latest.known,
      commits: this.#commits,
      newestAt: Number.isFinite(latest.newestAt) ? latest.newestAt : null,
      waiting: this.outbox.waiting(),
    };
  }

  async hold(): Promise<Held> {
    await this.#upkeep.settle();
    const { folder } = this.#options;
    return this.#departure.alone(() => holdHistory(folder, this.#log, this.#upkeep));
  }

  /**
   * Lets go of the folder as a crash would, but whole, and with its database as it may be opened
   * again. Never while anything is under way; nothing may be asked afterwards. Throws where the
   * disk does not take even that: then this engine goes on.
   */
  async leave(): Promise<void> {
    this.#inspection.close();
    await this.#departure.end();
    setAside(`${this.#database}-wal`, this.#parts.files);
    this.#chunks.close("leave");
    this.#takeMended();
    this.#release();
  }

  async close(): Promise<void> {
    this.#inspection.close();
    await this.#departure.end();
    // Whatever the disk does: our own log is whole, and is replayed.
    if (this.#upkeep.isInDoubt) return this.leave().catch(() => this.#release());
    noteLogged(this.#chunks, this.#log);
    this.#chunks.close();
    this.#release();
  }

  /** What of it fails now, the next start does. */
  #takeMended(): void {
    const { folder } = this.#options;
    try {
      if (isMended(folder)) putInPlace(folder, this.#parts.files);
    } catch (reason) {
      const fields = { reason: String(reason) };
      this.#parts.log.error("the new history.db did not take its place", fields);
    }
  }

  #release(): void {
    this.#log.close();
    this.#lock.release();
  }

  #recall(series: Uint32Array): void {
    try {
      this.#chunks.reading(() => {
        for (const one of series) {
          readTail(this.#chunks.stored, one, this.#tail, this.#told);
          this.#memtable.latest.recall(one, this.#tail);
        }
      });
    } catch (reason) {
      // Where a read has met malformed pages, the end of its transaction fails as well.
      if (!isMalformed(reason)) throw reason;
      this.#told.onMalformed(reason.message);
    }
  }

  async #logPart(samples: Samples, { isWhole }: Bounds): Promise<void> {
    await this.#departure.keepPace();
    if (!this.#memtable.hasRoom(samples.count)) await this.#departure.begin();
    await this.#log.append(samples, isWhole);
  }

  /** Brings the log back into memory; where it is larger than that, into chunks on the way. */
  #replay(isGone: boolean): void {
    const replayed = this.#log.replay(this.#chunks.totals.sequence, (samples) => {
      if (!this.#memtable.hasRoomAtMost(samples.count)) {
        this.#departure.makeRoom(this.#log.sequence - 1);
      }
      this.#memtable.insert(samples);
    });
    tellReplayed(this.#parts, replayed, { isGone, chunks: this.#chunks, log: this.#log });
    // What is in chunks is not replayed, so that the next start does not tell of a gap again.
    this.#departure.replayed(replayed.segments > SEGMENTS_MAX || replayed.gaps > 0);
  }
}

type Part = readonly [samples: Samples, bounds: Bounds];
type Committed = { readonly appended: readonly Appended[]; readonly show: () => void };

import { AssertionError } from "../../../lib/assert.ts";
import { isDiskFailure } from "../../../lib/sqlite.ts";
import { Trouble } from "../../../lib/trouble.ts";
import type { Chunks } from "../database/chunks.ts";
import { RETRY_MS } from "../database/waits.ts";
import type { SegmentLog } from "../log/log.ts";
import type { Memtable } from "../memory/memtable.ts";
import { type Packing, PackingHere } from "../packing/packing.ts";
import { PackingPort } from "../packing/packing-port.ts";
import type { EngineOptions, EngineParts } from "./engine-parts.ts";
import { Upkeep } from "./upkeep.ts";

/*
 * The way out of memory: when a generation is frozen, who packs it, and when the log may let go of
 * what it held.
 */

type DepartureParts = EngineParts & {
  readonly chunks: Chunks;
  readonly segments: SegmentLog;
  readonly memtable: Memtable;
  /** The log may have let go of something. */
  readonly onRelease: () => Promise<void>;
};

/** A generation has left when the one behind it is so far filled, or it had to hurry. */
const LEFT_AT = 0.5;
const HEAD_START = 0.05;
/** A generation that fills while another thread empties the one before may be so far ahead. */
const LEAD = 0.1;
/**
 * SQLite begins its write-ahead log anew only where nothing was added since the checkpoint began.
 * So a flush waits until it is over, as long as there is time for it.
 */
const CHECKPOINT_MS = 10;
const NEVER = () => false;

/**
 * How generations leave memory: frozen when they are full, packed into chunks one at a time, let go
 * by the log when the database is synced. Whoever fills memory faster than it is emptied waits.
 */
export class Departure {
  readonly upkeep: Upkeep;
  readonly #parts: DepartureParts;
  readonly #trouble: Trouble;
  readonly #here: PackingHere;
  readonly #port: PackingPort | undefined;
  readonly #packing: Packing;
  #retryAt = 0;

  constructor(database: string, options: EngineOptions, parts: DepartureParts) {
    this.#parts = parts;
    this.#trouble = new Trouble(parts.log, "the history cannot take samples out of its log");
    const { chunks, startPacking } = parts;
    const doubt = (reason: unknown) => this.upkeep.doubt(reason);
    const { log, onDamaged } = parts;
    const onMalformed = (reason: string) => this.malformed(reason);
    const own = { chunks, left: () => this.#left(), doubt, onMalformed };
    const { pagesKib, chunkSamples } = options;
    const start = startPacking && (() => startPacking({ database, pagesKib, chunkSamples }));
    this.#here = new PackingHere(own, chunkSamples);
    const told = { log, onDamaged, trouble: this.#trouble };
    const port = start && new PackingPort({ ...own, ...told, start });
    this.#port = port;
    this.#packing = port ?? this.#here;
    const upkeepParts = {
      checkpoint: (filledAgain: boolean) =>
        port ? port.checkpoint(filledAgain) : parts.checkpoint(database),
      waitingBytes: () => chunks.waitingBytes,
      mayWait: port !== undefined,
    };
    this.upkeep = new Upkeep(database, { ...parts, ...upkeepParts });
  }

  /** Pages of the database are not what was written, and somebody has met them. */
  malformed(reason: string): void {
    this.#parts.onMalformed(reason, this.upkeep.mend(reason));
  }

  get isUnderWay(): boolean {
    return this.#parts.memtable.frozen !== undefined;
  }

  /** Whether somebody waits, or will soon, for what leaves memory. */
  get isPressed(): boolean {
    return this.isUnderWay && !this.isAhead;
  }

  /** Ends the active generation, and with it the segment. Rejects while the one before is stuck. */
  async begin(): Promise<void> {
    await this.finish();
    this.#freeze();
    this.#pack();
  }

  /** Settles when none is under way. */
  async finish(): Promise<void> {
    while (this.isUnderWay) await this.more(NEVER);
  }

  /** Settles when some more has left. */
  more(isEnough: () => boolean): Promise<void> {
    return this.#packing.more(isEnough);
  }

  /** Where another thread packs: appends wait often and briefly, not rarely and for long. */
  async keepPace(): Promise<void> {
    if (this.isPressed) this.#port?.hurry();
    while (this.#isOutpaced) await this.more(NEVER).catch(() => {});
  }

  /** Only of a thread that is at it: whoever starts, or waits for the disk, is given time. */
  get #isOutpaced(): boolean {
    const { departed = 0, fullness } = this.#parts.memtable;
    const isPacking = this.#port?.isAtWork && departed > 0 && !this.upkeep.isCheckpointing;
    return isPacking === true && fullness > LEAD + departed;
  }

  /**
   * Packs for `budgetMs` or until something else is asked. Returns in how many milliseconds there
   * will be more, undefined if only new samples bring more.
   */
  work(budgetMs: number, isAsked: () => boolean): number | undefined {
    this.#port?.goOn();
    if (this.#port || !this.isUnderWay) return undefined;
    const { monotonic, memtable } = this.#parts;
    const waitMs = this.#retryAt - monotonic();
    if (waitMs > 0) return waitMs;
    if (this.upkeep.isCheckpointing && memtable.fullness < LEFT_AT) return CHECKPOINT_MS;
    const end = monotonic() + budgetMs;
    try {
      this.#here.slice(() => monotonic() >= end || isAsked());
      this.#trouble.over();
      return 0;
    } catch (reason) {
      if (reason instanceof AssertionError) throw reason;
      this.#trouble.met(reason);
      this.#retryAt = monotonic() + RETRY_MS;
      return RETRY_MS;
    }
  }

  /** Whether what leaves memory does so faster than new samples come: then it may take its time. */
  get isAhead(): boolean {
    const { departed, fullness } = this.#parts.memtable;
    return departed !== undefined && fullness < HEAD_START + LEFT_AT * departed;
  }

  /** Nothing else is written to the database meanwhile. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const goOn = await this.#packing.pause();
    try {
      return await work();
    } finally {
      goOn();
    }
  }

  /** Some of the series was deleted. */
  forget(series: number): void {
    this.#packing.forget(series);
  }

  /** The database is nobody else's any more. */
  async end(): Promise<void> {
    await this.alone(async () => {
      await this.upkeep.close();
      await this.#packing.end(); // Before it goes on: what leaves now would begin a thread anew.
    });
  }

  /**
   * What was replayed leaves memory before the record that is visited. Its segments may hold later
   * records as well: they stay open, and go with the generation that has the last of them.
   */
  makeRoom(sequence: number): void {
    this.#packNow();
    this.#parts.memtable.freeze().sequence = sequence;
  }

  /** All was replayed. `isMuch`: not to be kept until memory is full. */
  replayed(isMuch: boolean): void {
    if (isMuch) this.#packAllNow();
    else this.#pack();
  }

  /** There is memory for all of it: what is in the way of chunks is in no start's way. */
  #packAllNow(): void {
    try {
      this.#packNow();
      this.#freeze();
      this.#packNow();
    } catch (reason) {
      if (reason instanceof AssertionError || isDiskFailure(reason)) throw reason;
      this.#trouble.met(reason);
      this.#pack();
    }
  }

  /** Here, for nobody can be waited for yet. */
  #packNow(): void {
    const { frozen } = this.#parts.memtable;
    if (!frozen) return;
    this.#here.begin(frozen);
    this.#here.slice(NEVER);
  }

  #freeze(): void {
    const { memtable, segments } = this.#parts;
    const generation = memtable.freeze();
    generation.sequence = segments.sequence;
    generation.segments = segments.turn();
  }

  #pack(): void {
    const { frozen } = this.#parts.memtable;
    if (frozen) this.#packing.begin(frozen);
  }

  #left(): void {
    const { memtable, segments, onRelease } = this.#parts;
    const released = memtable.frozen?.segments ?? [];
    this.upkeep.flushed(async () => {
      segments.release(released);
      await onRelease();
    });
    memtable.drop();
  }
}

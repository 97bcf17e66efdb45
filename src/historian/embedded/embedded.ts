import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Samples } from "../../domain/samples.ts";
import type { Held } from "../../lib/held.ts";
import type { Log } from "../../lib/log.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import {
  type AggregateQuery,
  type Appended,
  type Buckets,
  type Damaged,
  type Dropped,
  type Historian,
  type HistorianStats,
  type Mended,
  type Missing,
  type Outbox,
  type RangeQuery,
  type Remains,
  type Retention,
  type SeriesRange,
  UnreadableError,
} from "../historian.ts";
import { bucketsOf } from "../sums.ts";
import { type Home, inSameThread, inThread } from "./door/home.ts";
import { Intake } from "./door/intake.ts";
import { Mending } from "./door/mending.ts";
import { Renewal } from "./door/renewal.ts";
import { Trays } from "./door/trays.ts";
import type { Answer, Ask, Replies, WorkerData, WorkerOptions } from "./door/wire.ts";
import { checkFolder, type HistoryCheck, type OnSeries } from "./folder/check.ts";
import { withFolder } from "./folder/folder.ts";
import { type Lock, lockFolder } from "./folder/lock.ts";
import { dropReport } from "./folder/mending.ts";

/*
 * The door: what the rest of the house sees of the history. It stands on the main thread and hands
 * all that is asked to a thread of its own (worker.ts).
 */

type EmbeddedHistorianOptions = Partial<WorkerOptions> & {
  readonly folder: string;
  /** A gateway has little memory and a card that wears: fewer writes, later. Fallback: server. */
  readonly profile?: keyof typeof PROFILES;
};

type EmbeddedParts = {
  readonly log: Log;
  /** Samples that no target of the outbox will get; the log says so in any case. */
  readonly onDropped?: (dropped: Dropped) => void;
  /** Samples that can be read no more: their bytes have changed on the disk, and are kept aside. */
  readonly onDamaged?: (damaged: Damaged) => void;
  /** Where the disk has lost what was acknowledged: nobody can say what it was. */
  readonly onMissing?: (missing: Missing) => void;
  /** Pages of the database are not what was written: what they hold cannot be read. */
  readonly onMalformed?: (reason: string, whyNotMended?: string) => void;
  /**
   * What else it held is in a new one, which has taken its place. Said again by the next start
   * where nobody listens, or it was not kept.
   */
  readonly onMended?: (mended: Mended) => undefined | Promise<boolean>;
  /** Why samples may not be taken at this moment, such as a budget that is used up. */
  readonly refusal?: () => Problem | undefined;
  /** The disk failed the history, or undefined: it is over. */
  readonly onTrouble?: (trouble: string | undefined) => void;
};

const MIB = 1024 * 1024;

/** Memory is taken as it is needed; a row takes 26 bytes, and there are two generations of them. */
export const PROFILES = {
  server: {
    segmentBytes: 16 * MIB,
    rowsMax: 1_048_576,
    pagesKib: 8_000,
    commitEveryMs: 0,
    isSmall: false,
  },
  gateway: {
    segmentBytes: 2 * MIB,
    rowsMax: 131_072,
    pagesKib: 1_000,
    commitEveryMs: 1_000,
    isSmall: true,
  },
} as const;
const ROWS_FIRST = 65_536;
const CHUNK_SAMPLES = 1_024;
/** Who starts has other things to do first. */
const INSPECT_AFTER_MS = 10_000;

/** Opens or creates the folder and keeps it until `close`; one engine does all the work. */
export async function openEmbeddedHistorian(
  options: EmbeddedHistorianOptions,
  parts: EmbeddedParts,
): Promise<Outcome<Historian, Problem>> {
  const { profile = "server", ...wishes } = options;
  const workerOptions: WorkerOptions = {
    rowsFirst: ROWS_FIRST,
    chunkSamples: CHUNK_SAMPLES,
    outboxBytes: LIMIT.outboxBytes,
    inspectAfterMs: INSPECT_AFTER_MS,
    ...PROFILES[profile],
    ...wishes,
  };
  const trays = new Trays();
  const workerData: WorkerData = { ...workerOptions, trays: trays.memory };
  const home = workerOptions.isSmall ? inSameThread : inThread;
  const start: Start = (listeners) => home(workerData, listeners);
  const mending = new Mending(workerOptions.folder, parts);
  const historian = new EmbeddedHistorian(start, trays, { ...parts, mending });
  const trouble = await historian.open();
  return trouble ? failure(trouble) : success(historian);
}

/** Keeps everybody else out of a folder that nobody has open. */
export function lockEmbeddedHistory(folder: string): Outcome<Lock, Problem> {
  return withFolder(folder, () => lockFolder(folder));
}

/** Reads all of a folder that nobody has open. */
export function checkEmbeddedHistory(
  folder: string,
  onSeries?: OnSeries,
): Outcome<HistoryCheck, Problem> {
  try {
    return checkFolder(folder, onSeries);
  } catch (reason) {
    return failure(problem("folder_unreadable", `${folder}: ${String(reason)}`));
  }
}

type Start = (listeners: Parameters<typeof inThread>[1]) => Home | Promise<Home>;

type Waiting = {
  readonly id: number;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: Error) => void;
};

/**
 * The engine keeps the process alive only while a question is open. Where the disk has failed it,
 * another takes over and sees what a start after a crash would see; whoever asks meanwhile waits.
 */
class EmbeddedHistorian implements Historian {
  readonly outbox: Outbox = {
    follow: (target) => this.#ask({ ask: "follow", target }),
    arrivals: (query) => this.#ask({ ask: "arrivals", query }),
    take: (target, sequence, beyond) => this.#ask({ ask: "take", target, sequence, beyond }),
    beyond: (target) => this.#ask({ ask: "beyond", target }),
    unfollow: (target) => this.#ask({ ask: "unfollow", target }),
  };
  readonly remains: Remains = {
    series: () => this.#ask({ ask: "retired" }),
    of: (series) => this.#ask({ ask: "remains", series }),
  };
  readonly #start: Start;
  readonly #parts: EmbeddedParts & { readonly mending: Mending };
  readonly #renewal: Renewal;
  /**
   * In the order of asking, which is nearly that of the answers. A Map makes a table of its own
   * every few calls, and those of before hold on to those that follow: V8 would take them for old.
   */
  readonly #waiting: Waiting[] = [];
  readonly #intake: Intake;
  #home: Home | undefined;
  #onOpened: (trouble: Problem | undefined) => void = () => {};
  /** From one engine to the next. */
  #takingOver: Promise<void> | undefined;
  #lastId = 0;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(start: Start, trays: Trays, parts: EmbeddedParts & { readonly mending: Mending }) {
    this.#start = start;
    this.#intake = new Intake(trays, (append) => this.#post(append));
    this.#parts = parts;
    this.#renewal = new Renewal((isMalformed) => this.#mendAndRenew(isMalformed), parts);
  }

  /** Settles when the engine has the folder, or with what is in its way. */
  async open(): Promise<Problem | undefined> {
    const opened = new Promise<Problem | undefined>((resolve) => {
      this.#onOpened = resolve;
    });
    const home = await this.#start({
      onAnswer: (answer) => this.#hear(answer),
      onGone: () => home === this.#home && this.#gone(),
    });
    this.#home = home;
    return opened;
  }

  get trouble(): string | undefined {
    return this.#renewal.trouble;
  }

  append(samples: Samples): Promise<Appended> {
    const refusal = this.#parts.refusal?.();
    if (!refusal) return this.#intake.add(samples);
    return Promise.reject(new Error(`historian: ${refusal.code}: ${refusal.detail}`));
  }

  latest(series: Uint32Array): Promise<Samples> {
    return this.#ask({ ask: "latest", series: series.slice() });
  }

  range(query: RangeQuery): Promise<Samples> {
    return this.#ask({ ask: "range", query });
  }

  async aggregate(query: AggregateQuery): Promise<readonly Buckets[]> {
    const asked = { ...query, series: query.series.slice() };
    return bucketsOf(asked, await this.#ask({ ask: "aggregate", query: asked }));
  }

  deleteRange(range: SeriesRange): Promise<void> {
    return this.#ask({ ask: "deleteRange", range });
  }

  setRetention(series: number, retention: Retention | null): Promise<void> {
    return this.#ask({ ask: "setRetention", series, retention });
  }

  retentions(): Promise<ReadonlyMap<number, Retention>> {
    return this.#ask({ ask: "retentions" });
  }

  async retire(now: number, fallback: Retention): Promise<void> {
    while (!(await this.#ask({ ask: "retire", now, fallback })));
  }

  stats(): Promise<HistorianStats> {
    return this.#ask({ ask: "stats" });
  }

  async hold(): Promise<Held> {
    const { hold, files } = await this.#ask({ ask: "hold" });
    return { files, release: () => this.#ask({ ask: "release", hold }) };
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    this.#renewal.close();
    await this.#parts.mending.stop();
    await this.#takingOver?.catch(() => {}); // Then there is nothing to close.
    const closed = this.#home && this.#ask({ ask: "close" });
    this.#isClosed = true;
    await closed;
    await this.#end();
  }

  /** The engine goes on until the new database is there. */
  async #mendAndRenew(isMalformed: boolean): Promise<void> {
    if (isMalformed && this.#home) await this.#parts.mending.run();
    await this.#renew();
  }

  async #tellMended({ mended, report }: Extract<Answer, { say: "mended" }>): Promise<void> {
    const { onMended } = this.#parts;
    if (onMended && (await onMended(mended)) !== false) dropReport(report);
  }

  /** Fails where the disk takes nothing yet. */
  #renew(): Promise<void> {
    const left = this.#home ? this.#ask({ ask: "leave" }) : Promise.resolve(undefined);
    const takingOver = left
      .then(() => this.#end())
      .then(() => this.open())
      .then((problem) => {
        if (problem) throw new Error(problem.detail);
      })
      .finally(() => {
        this.#takingOver = undefined;
      });
    this.#takingOver = takingOver;
    return takingOver;
  }

  async #end(): Promise<void> {
    const home = this.#home;
    this.#home = undefined;
    home?.ref();
    await home?.end();
  }

  #ask<K extends Ask["ask"]>(ask: Extract<Ask, { ask: K }>): Promise<Replies[K]> {
    this.#intake.send();
    return this.#post(ask);
  }

  #post<K extends Ask["ask"]>(ask: Extract<Ask, { ask: K }>): Promise<Replies[K]> {
    if (this.#isClosed) return Promise.reject(new Error("the historian is closed"));
    // Whoever cannot take over, cannot: then the one before goes on, or there is none.
    const takingOver = this.#takingOver;
    if (takingOver !== undefined) return takingOver.catch(() => {}).then(() => this.#post(ask));
    const home = this.#home;
    if (!home) return Promise.reject(new Error(`historian: ${this.trouble ?? "it is gone"}`));
    this.#lastId += 1;
    const id = this.#lastId;
    home.ask({ ...ask, id });
    home.ref();
    return new Promise((resolve, reject) => this.#waiting.push({ id, resolve, reject }));
  }

  #hear(answer: Answer): void {
    switch (answer.say) {
      case "opened":
        this.#onOpened(answer.problem);
        this.#home?.unref();
        break;
      case "doubt":
        this.#renewal.begin(answer.reason, answer.isMalformed);
        break;
      case "log":
        this.#parts.log[answer.level](answer.text, answer.fields);
        break;
      case "dropped":
        this.#parts.onDropped?.(answer.dropped);
        break;
      case "damaged":
        this.#parts.onDamaged?.(answer.damaged);
        break;
      case "missing":
        this.#parts.onMissing?.(answer.missing);
        break;
      case "malformed":
        this.#parts.onMalformed?.(answer.reason, answer.whyNotMended);
        break;
      case "mended":
        void this.#tellMended(answer);
        break;
      case "stored":
        for (const [index, id] of answer.ids.entries()) this.#settle(id, answer.tooOld?.[index]);
        break;
      case "done":
        this.#settle(answer.id, answer.value);
        break;
      default:
        for (const id of answer.ids) this.#answered(id)?.reject(errorOf(answer));
    }
  }

  #settle(id: number, value: Replies[Ask["ask"]] | undefined): void {
    this.#answered(id)?.resolve(value as never);
  }

  #answered(id: number): Waiting | undefined {
    const place = this.#waiting.findIndex((one) => one.id === id);
    const [waiting] = place < 0 ? [] : this.#waiting.splice(place, 1);
    if (this.#waiting.length === 0) this.#home?.unref();
    return waiting;
  }

  #gone(): void {
    this.#home = undefined;
    this.#onOpened(problem("folder_unreadable", "the historian's engine did not start"));
    for (const { reject } of this.#waiting.splice(0)) reject(new Error("the historian is gone"));
  }
}

function errorOf({ reason, isUnreadable }: Extract<Answer, { say: "failed" }>): Error {
  if (!isUnreadable) return new Error(`historian: ${reason}`);
  return new UnreadableError(`parts of history.db are damaged (${reason}); others can be read`);
}

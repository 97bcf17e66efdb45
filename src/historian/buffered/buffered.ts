import { basename, dirname } from "node:path";
import { type Problem, problem } from "../../domain/problem.ts";
import { type Samples, SamplesBuilder } from "../../domain/samples.ts";
import { assert } from "../../lib/assert.ts";
import type { Clock, Timer } from "../../lib/clock.ts";
import { type Held, holdFolder } from "../../lib/held.ts";
import type { Log } from "../../lib/log.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import {
  type AggregateQuery,
  type Appended,
  AwayError,
  type Buckets,
  type Historian,
  type HistorianStats,
  knownTrouble,
  type Outbox,
  type RangeQuery,
  type Retention,
  type SeriesRange,
} from "../historian.ts";
import { restOf } from "../paging.ts";
import { type Bond, readBond, wholeSince, writeBond } from "./bond.ts";
import { copyAll, seriesIn } from "./copy.ts";
import { nextDeletion, withDeletion } from "./deletions.ts";
import { Drain, FOLLOWER, type Link } from "./drain.ts";
import { FarFigures } from "./figures.ts";
import { knowsBefore } from "./knows-before.ts";
import { bind, opened, rejoin } from "./link.ts";
import { type Moved, moveHistory } from "./move.ts";
import { moveHistoryBack } from "./move-back.ts";
import { hasRowIn, newestOf, withoutRows } from "./rows.ts";
import type { Connect, Target } from "./target.ts";
import { within } from "./within.ts";

/*
 * The historian of a house that has a database: a folder in front, the database behind it.
 */

type BufferedParts = {
  /** Takes what arrives; closed by us. */
  readonly local: Historian;
  readonly connect: Connect;
  /** Where it is written down what is known of the database. */
  readonly file: string;
  /** How long samples stay here after they were drained. Fallback: two days. */
  readonly nearMs?: number;
  readonly clock: Clock;
  readonly chance: () => number;
  readonly log: Log;
};

type Deleting = {
  readonly range: SeriesRange;
  readonly done: Promise<void>;
  /** Whether something has come that waits for it. */
  isWaitedFor: boolean;
};

type Start = { readonly bond: Bond; readonly taken: number; readonly link?: Link };

const NEAR_MS = 2 * 86_400_000;
const FORGET_EVERY_MS = 3_600_000;
/** What is newest is looked up by a key: a database that takes longer does not answer. */
const LATEST_MS = 10_000;

/**
 * Opens a historian that keeps its samples in a database. The database has to be there the first
 * time; from then on it may be away, at the start too.
 */
export async function openBufferedHistorian(
  parts: BufferedParts,
): Promise<Outcome<BufferedHistorian, Problem>> {
  const { local, file, clock, nearMs = NEAR_MS } = parts;
  const known = readBond(file);
  if (known) {
    const bond = await opened(outboxOf(local), known);
    if (bond !== known) writeBond(file, bond);
    const taken = await outboxOf(local).follow(FOLLOWER);
    return success(new BufferedHistorian(parts, { bond, taken }));
  }
  if ((await local.stats()).series > 0) {
    const detail = "the folder's history is not in the database: fieldline move brings it there";
    return failure(problem("database_other", detail));
  }
  const connected = await parts.connect();
  if (!connected.ok) return connected;
  const target = connected.value;
  if ((await target.stats()).newestAt !== null) {
    await target.close();
    const detail = "the database has the history of another data folder";
    return failure(problem("database_other", detail));
  }
  const bound = await bind(outboxOf(local), target, { now: clock.now(), nearMs });
  writeBond(file, bound.bond);
  return success(new BufferedHistorian(parts, bound));
}

/** Brings the history of a folder that no server has open into a database that has none. */
export async function moveIntoDatabase(
  { local, connect, file, clock }: Pick<BufferedParts, "local" | "connect" | "file" | "clock">,
  onProgress: (moved: Moved) => void,
): Promise<Outcome<Moved, Problem>> {
  const connected = await connect();
  if (!connected.ok) return connected;
  const target = connected.value;
  const wish = { file, nearMs: NEAR_MS, now: clock.now(), onProgress };
  try {
    return await moveHistory({ local, outbox: outboxOf(local), target, ...wish });
  } finally {
    await target.close();
  }
}

type OutParts = Omit<BufferedParts, "local" | "nearMs"> & {
  readonly open: () => Promise<Outcome<Historian, Problem>>;
};

/** Brings the history of a database back into its folder, that no server has open. */
export async function moveOutOfDatabase(
  { open, ...parts }: OutParts,
  onProgress: (moved: Moved) => void,
): Promise<Outcome<Moved, Problem>> {
  const drained = await drainedInto({ open, ...parts });
  if (!drained.ok) return drained;
  const opened = await open();
  if (!opened.ok) return opened;
  const local = opened.value;
  const connected = await parts.connect();
  try {
    if (!connected.ok) return connected;
    const { value: target } = connected;
    const { file } = parts;
    return await moveHistoryBack({ local, outbox: outboxOf(local), target, file, onProgress });
  } finally {
    if (connected.ok) await connected.value.close();
    await local.close();
  }
}

/** Whether it is the folder's database, and has all that was acknowledged. */
async function drainedInto({ open, ...parts }: OutParts): Promise<Outcome<void, Problem>> {
  if (!readBond(parts.file)) {
    return failure(problem("database_other", "the folder's history is in no database"));
  }
  const local = await open();
  if (!local.ok) return local;
  const buffered = await openBufferedHistorian({ ...parts, local: local.value });
  if (!buffered.ok) return buffered;
  try {
    await buffered.value.retentions();
    return success(undefined);
  } catch (reason) {
    const trouble = knownTrouble(reason);
    if (!trouble) throw reason;
    return failure(trouble);
  } finally {
    await buffered.value.close();
  }
}

/**
 * A database with the local historian in front of it. What arrives is safe as soon as it is in the
 * local log, and is drained from there: while the database is away, nobody who sends notices.
 *
 * What was read from here is true, or it fails. Recent samples are all here (`wholeFrom`) and are
 * read here, at once and also during an outage; for older ones the database is asked, when it has
 * everything that was acknowledged before.
 */
export class BufferedHistorian implements Historian {
  readonly outbox: Outbox;
  readonly #parts: BufferedParts;
  readonly #local: Historian;
  readonly #drain: Drain;
  readonly #figures: FarFigures;
  #bond: Bond;
  #forgetting: Timer | undefined;
  #deleting: Deleting | undefined;
  /** What the folder has not said is safe yet. */
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(parts: BufferedParts, { bond, taken, link }: Start) {
    const { local, clock, chance, log } = parts;
    this.#parts = parts;
    this.#local = local;
    this.#bond = bond;
    this.outbox = outboxOf(local);
    const drainParts = {
      outbox: this.outbox,
      link: () => this.#link(),
      resend: this.#resend.bind(this),
      clock,
      chance,
      log,
    };
    this.#drain = new Drain(drainParts, taken, link);
    const ask = async () => (await this.#drain.settled()).stats();
    this.#figures = new FarFigures({ ask, clock });
    this.#forgetLater();
  }

  /** Of the folder; or why the database is away, and how much waits for it. */
  get trouble(): string | undefined {
    return this.#local.trouble ?? this.#drain.trouble;
  }

  /** What the folder has: recent samples, and what is not drained yet. */
  async hold(): Promise<Held> {
    const own = basename(this.#parts.file);
    const bond = await holdFolder(dirname(this.#parts.file), (name) => name === own);
    const held = await this.#local.hold?.();
    const release = async () => {
      await bond.release();
      await held?.release();
    };
    return { files: [...bond.files, ...(held?.files ?? [])], release };
  }

  append(samples: Samples): Promise<Appended> {
    const deleting = this.#deleting;
    if (!deleting) return this.#append(samples);
    // Nothing overtakes what waits.
    deleting.isWaitedFor ||= hasRowIn(samples, deleting.range);
    if (!deleting.isWaitedFor) return this.#append(samples);
    const own = structuredClone(samples);
    return deleting.done.then(() => this.append(own));
  }

  /** While the database is away, series without recent samples are left out. */
  async latest(series: Uint32Array): Promise<Samples> {
    const near = await this.#local.latest(series);
    const wholeFrom = wholeSince(this.#bond);
    const known = new Set<number>();
    for (let row = 0; row < near.count; row += 1) {
      if ((near.at[row] ?? 0) >= wholeFrom) known.add(near.series[row] ?? 0);
    }
    const others = series.filter((one) => !known.has(one));
    if (others.length === 0 || wholeFrom === Number.NEGATIVE_INFINITY) return near;
    const asked = this.#drain.settled().then((target) => target.latest(others));
    const far = await within(this.#parts.clock, LATEST_MS, asked).catch(() => undefined);
    if (far) return newestOf(series, near, far);
    return newestOf(series, await this.#local.latest(Uint32Array.from(known)), NOTHING);
  }

  async range(query: RangeQuery): Promise<Samples> {
    const { since: from, until: to } = restOf(query);
    const wholeFrom = wholeSince(this.#bond);
    if (from >= wholeFrom || from >= to) return this.#local.range(query);
    if (query.order === -1) {
      const near = await this.#local.range({ ...query, from: wholeFrom });
      if (near.count >= query.limit) return near;
    }
    return (await this.#drain.settled()).range(query);
  }

  async aggregate(query: AggregateQuery): Promise<readonly Buckets[]> {
    const isNear = await knowsBefore(this.#local, query, wholeSince(this.#bond));
    return isNear ? this.#local.aggregate(query) : (await this.#drain.settled()).aggregate(query);
  }

  /**
   * Both forget the same: what is on its way is drained before, and what comes into the range
   * waits, or one would have it alone.
   */
  async deleteRange(range: SeriesRange): Promise<void> {
    while (this.#deleting !== undefined) await this.#deleting.done;
    const arrived = Promise.allSettled(this.#underWay);
    const settled = arrived.then(() => this.#drain.settled());
    const deleted = settled.then(async (target) => {
      const deletion = nextDeletion(this.#bond, range);
      const { source } = this.#bond;
      await target.deleteRange(range, { source, number: deletion.number });
      await this.#local.deleteRange(range);
      this.#know(withDeletion(this.#bond, deletion, this.#parts.clock.now()));
    });
    const done = deleted
      .catch(() => {}) // Whoever asked is told.
      .then(() => {
        this.#deleting = undefined;
      });
    this.#deleting = { range, done, isWaitedFor: false };
    await deleted;
  }

  async setRetention(series: number, retention: Retention | null): Promise<void> {
    await (await this.#drain.settled()).setRetention(series, retention);
    this.#keepNoLonger(retention);
  }

  async retentions(): Promise<ReadonlyMap<number, Retention>> {
    return (await this.#drain.settled()).retentions();
  }

  async retire(now: number, fallback: Retention): Promise<void> {
    await (await this.#drain.settled()).retire(now, fallback);
    this.#keepNoLonger(fallback);
    await this.#forget(now);
  }

  /** The bytes are those of this machine; the rest, of a silent database, as it said last. */
  async stats(): Promise<HistorianStats> {
    const local = await this.#local.stats();
    const far = await this.#figures.read();
    if (!far) return { ...local, countedAt: null };
    const { samplesStored, series, newestAt } = far.stats;
    const newest = Math.max(local.newestAt ?? -Infinity, newestAt ?? -Infinity);
    return {
      ...local,
      samplesStored,
      ...(!far.isNow && { countedAt: far.at }),
      series: Math.max(series, local.series),
      newestAt: Number.isFinite(newest) ? newest : null,
    };
  }

  async close(): Promise<void> {
    this.#forgetting?.cancel();
    await this.#drain.close();
    await this.#local.close();
  }

  async #append(samples: Samples): Promise<Appended> {
    const isOld = (row: number) =>
      this.#drain.isTooOld(samples.series[row] ?? 0, samples.at[row] ?? 0);
    const taken = withoutRows(samples, isOld);
    const stored = this.#local.append(taken);
    this.#underWay.add(stored);
    await stored.finally(() => this.#underWay.delete(stored));
    this.#drain.wake();
    return { tooOld: samples.count - taken.count };
  }

  async #link(): Promise<Link> {
    const { outbox } = this;
    const { log } = this.#parts;
    const connected = await this.#parts.connect();
    if (!connected.ok) throw new AwayError(connected.problem.detail);
    const joined = await rejoin({ outbox, log }, connected.value, this.#bond);
    if (!joined.ok) {
      await connected.value.close();
      throw new AwayError(joined.problem.detail);
    }
    this.#know(joined.value.bond);
    return joined.value.link;
  }

  /** All that is here: what came late is of times from which on not everything is. */
  async #resend(target: Target, onProgress: (words: string) => void): Promise<void> {
    const { series: ofAll } = await this.#local.stats();
    let read = 0;
    await copyAll(this.#local, target, seriesIn(this.#local), () => {
      read += 1;
      onProgress(`${read} of ${ofAll} series`);
    });
  }

  /** What the database forgets may not be read here. */
  #keepNoLonger(retention: Retention | null): void {
    const nearMs = Math.min(this.#bond.nearMs, retention?.rawMs ?? Number.POSITIVE_INFINITY);
    this.#know({ ...this.#bond, nearMs });
  }

  #forgetLater(): void {
    const { clock, log } = this.#parts;
    this.#forgetting = clock.after(FORGET_EVERY_MS, () => {
      this.#drain
        .settled()
        .then(() => this.#forget(clock.now()))
        .catch((reason) => log.info("old samples stay here for now", { reason: String(reason) }))
        .finally(() => this.#forgetLater());
    });
  }

  /** Lets go of what the database has and nobody needs here. */
  async #forget(now: number): Promise<void> {
    const { newestAt } = await this.#local.stats();
    const end = Math.min(now, newestAt ?? now) - this.#bond.nearMs;
    if (end <= wholeSince(this.#bond)) return;
    this.#know({ ...this.#bond, wholeFrom: end });
    for await (const series of seriesIn(this.#local)) {
      const old = { series, from: Number.NEGATIVE_INFINITY, to: end };
      const { count } = await this.#local.range({ ...old, limit: 1 });
      if (count > 0) await this.#local.deleteRange(old);
    }
  }

  #know(bond: Bond): void {
    if (JSON.stringify(bond) === JSON.stringify(this.#bond)) return;
    writeBond(this.#parts.file, bond);
    this.#bond = bond;
  }
}

const NOTHING = new SamplesBuilder(0).take();

function outboxOf(local: Historian): Outbox {
  assert(local.outbox, "the local historian has an outbox");
  return local.outbox;
}

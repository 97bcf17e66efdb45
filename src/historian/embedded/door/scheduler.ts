import type { Samples } from "../../../domain/samples.ts";
import { AssertionError, unreachable } from "../../../lib/assert.ts";
import { isMalformed } from "../../../lib/sqlite.ts";
import { DamagedChunkError } from "../chunk/damage.ts";
import type { WrongChunk } from "../database/comparison.ts";
import type { Engine } from "../engine/engine.ts";
import { MendingError } from "../engine/upkeep.ts";
import { oldIn } from "../run/batch.ts";
import { type Bounds, boundsOfBoth, NO_BOUNDS } from "../run/bounds.ts";
import { Inspecting } from "./inspecting.ts";
import type { Trays } from "./trays.ts";
import type { Answer, Question, Replies } from "./wire.ts";

/*
 * What is asked of the thread, in which order it is done, and what is done while nothing is asked.
 */

type Append = Extract<Question, { ask: "append" }>;
type Change = Extract<Question, { ask: "deleteRange" | "setRetention" | "retire" }>;
type End = Extract<Question, { ask: "leave" | "close" }>;
type Follow = Extract<Question, { ask: FollowWord }>;
type FollowWord = "follow" | "unfollow" | "arrivals" | "take" | "beyond" | "hold" | "release";
type Read = Exclude<Question, Append | Change | Follow | End>;
/** A question that met a chunk whose bytes have changed; it is asked again when that is aside. */
type Mend = { readonly ask: "mend"; readonly question: Read; readonly series: Iterable<number> };
/** Chunks that an inspection has found. */
type SetRight = { readonly ask: "setRight"; readonly wrong: readonly WrongChunk[] };
export type Say = (answer: Answer) => void;

type SchedulerParts = {
  readonly trays: Trays;
  readonly say: Say;
  /** A question that has come and was not heard yet, taken before its turn. */
  readonly next: () => Question | undefined;
  readonly commitEveryMs: number;
  readonly inspectAfterMs: number;
};

/** Shorter slices would spend more on transactions, longer ones be felt by those who wait. */
const SLICE_MS = { ahead: 1, behind: 5 } as const;
/** Between two of them, while there is time: appends and whoever else has a processor go first. */
const REST_MS = 4;

/** Takes questions for the engine. Whatever waits when the disk is free is made safe at once. */
export class Scheduler {
  readonly #engine: Engine;
  readonly #trays: Trays;
  readonly #say: Say;
  readonly #commitEveryMs: number;
  readonly #next: () => Question | undefined;
  readonly #inspecting: Inspecting;
  readonly #inspectAfterMs: number;
  #waiting: (Append | Change | Mend | SetRight)[] = [];
  #isCommitting = false;
  #commitTimer: NodeJS.Timeout | undefined;
  #isAtWork = false;
  readonly #holds = new Map<number, () => Promise<void>>();
  #lastHold = 0;
  /** Under way beside all else. */
  readonly #followings = new Set<Promise<void>>();
  #ending: End | undefined;

  constructor(engine: Engine, parts: SchedulerParts) {
    const { trays, say, next, commitEveryMs, inspectAfterMs } = parts;
    this.#engine = engine;
    this.#trays = trays;
    this.#say = say;
    this.#next = next;
    this.#commitEveryMs = commitEveryMs;
    this.#inspecting = new Inspecting(engine, (wrong) => {
      this.#waiting.push({ ask: "setRight", wrong });
      this.#commitSoon();
    });
    this.#inspectAfterMs = inspectAfterMs;
    this.#inspecting.begin(inspectAfterMs);
    this.#workSoon(); // What the log brought back may be more than memory should hold.
  }

  hear(question: Question): void {
    switch (question.ask) {
      case "append":
      case "deleteRange":
      case "setRetention":
      case "retire":
        this.#waiting.push(question);
        this.#commitSoon();
        break;
      case "follow":
      case "unfollow":
      case "arrivals":
      case "take":
      case "beyond":
      case "hold":
      case "release":
        this.#beginFollow(question);
        break;
      case "leave":
      case "close":
        this.#ending = question;
        this.#inspecting.stop();
        this.#commitSoon();
        break;
      default:
        this.#answer(question);
    }
  }

  #answer(question: Read): void {
    const { id } = question;
    try {
      const value = this.#read(question);
      this.#say({ say: "done", id, value });
    } catch (reason) {
      const series = reason instanceof DamagedChunkError && seriesOf(question);
      if (series) {
        this.#waiting.push({ ask: "mend", question, series });
        this.#commitSoon();
      } else this.#fail([id], reason);
    }
  }

  #read(question: Read): Replies[Read["ask"]] {
    switch (question.ask) {
      case "latest":
        return this.#engine.latest(question.series);
      case "range":
        return this.#engine.range(question.query);
      case "aggregate":
        return this.#engine.aggregate(question.query);
      case "retentions":
        return this.#engine.retentions();
      case "retired":
        return Uint32Array.from(this.#engine.days.retired());
      case "remains":
        return this.#engine.days.remains(question.series);
      case "stats":
        return this.#engine.stats();
      default:
        return unreachable(question);
    }
  }

  /** Beside appends, which it never waits for. */
  #beginFollow(question: Follow): void {
    const following = this.#follow(question).finally(() => this.#followings.delete(following));
    this.#followings.add(following);
  }

  async #follow(question: Follow): Promise<void> {
    const { id } = question;
    try {
      const value = await this.#followed(question);
      this.#say({ say: "done", id, ...(value !== undefined && { value }) });
    } catch (reason) {
      this.#fail([id], reason);
    }
  }

  #followed(question: Follow): Promise<Replies[Follow["ask"]]> {
    const { outbox } = this.#engine;
    switch (question.ask) {
      case "follow":
        return outbox.follow(question.target);
      case "arrivals":
        return outbox.arrivals(question.query);
      case "take": {
        const { target, sequence, beyond } = question;
        return outbox.take(target, sequence, beyond) as Promise<undefined>;
      }
      case "beyond":
        return outbox.beyond(question.target);
      case "unfollow":
        return outbox.unfollow(question.target) as Promise<undefined>;
      case "hold":
        return this.#hold();
      default:
        return this.#release(question.hold) as Promise<undefined>;
    }
  }

  async #hold(): Promise<Replies["hold"]> {
    const { files, release } = await this.#engine.hold();
    this.#lastHold += 1;
    this.#holds.set(this.#lastHold, release);
    return { hold: this.#lastHold, files };
  }

  async #release(hold: number): Promise<void> {
    await this.#holds.get(hold)?.();
    this.#holds.delete(hold);
  }

  /** At the next turn of the loop, so that all that came with this turn goes along. */
  #commitSoon(): void {
    if (this.#isCommitting) return;
    if (this.#ending === undefined && this.#commitEveryMs > 0) {
      this.#commitTimer ??= setTimeout(() => this.#commit(), this.#commitEveryMs);
      return;
    }
    this.#isCommitting = true;
    setImmediate(() => this.#commit());
  }

  async #commit(): Promise<void> {
    clearTimeout(this.#commitTimer);
    this.#commitTimer = undefined;
    this.#isCommitting = true;
    const [first] = this.#waiting;
    if (first?.ask === "mend") await this.#mend(first);
    else if (first?.ask === "setRight") await this.#setRight(first);
    else if (first && first.ask !== "append") await this.#change(first);
    else await this.#append(this.#takeAppends());
    this.#isCommitting = false;
    this.#workSoon();
    if (this.#waiting.length > 0) this.#commitSoon();
    else if (this.#ending !== undefined) await this.#end(this.#ending);
  }

  /** Those before the first change, which is made in the order of the calls. */
  #takeAppends(): Append[] {
    const appends: Append[] = [];
    for (const question of this.#waiting) {
      if (question.ask !== "append") break;
      appends.push(question);
    }
    this.#waiting.splice(0, appends.length);
    return appends;
  }

  /** Whoever sent is told as soon as all is safe; what they ask next is heard behind `show`. */
  async #append(group: readonly Append[]): Promise<void> {
    const ids = group.map(({ id }) => id);
    const batches = group.map(({ load }) => this.#trays.samplesOf(load));
    const bounds = group.reduce((all, { load }) => boundsOfBoth(all, load.bounds), NO_BOUNDS);
    const committed = await this.#commitAll(ids, batches, bounds);
    if (!committed) return;
    if (committed.appended.every(({ tooOld }) => tooOld === 0)) this.#say({ say: "stored", ids });
    else this.#say({ say: "stored", ids, tooOld: this.#tooOld(group, batches) });
    committed.show();
    for (const { load } of group) this.#trays.giveBack(load.place);
  }

  async #commitAll(ids: readonly number[], batches: readonly Samples[], bounds: Bounds) {
    try {
      return await this.#engine.commit(batches, bounds);
    } catch (reason) {
      this.#fail(ids, reason);
      return undefined;
    }
  }

  #tooOld(group: readonly Append[], batches: readonly Samples[]): number[][] {
    const { days } = this.#engine;
    return batches.map((samples, index) => oldIn(samples, group[index]?.ends ?? [], days));
  }

  async #change(change: Change): Promise<void> {
    this.#waiting.shift();
    const { id } = change;
    try {
      const value = await this.#changed(change);
      this.#say({ say: "done", id, ...(value !== undefined && { value }) });
    } catch (reason) {
      this.#fail([id], reason);
    }
  }

  /** Each round puts something aside, or is the last one. */
  async #mend({ question, series }: Mend): Promise<void> {
    this.#waiting.shift();
    try {
      if (await this.#engine.putDamagedAside(series)) this.#answer(question);
      else this.#fail([question.id], new DamagedChunkError("sums of a chunk are damaged"));
    } catch (reason) {
      this.#fail([question.id], reason);
    }
  }

  /** What cannot be done now is found again in the next round. */
  async #setRight({ wrong }: SetRight): Promise<void> {
    this.#waiting.shift();
    try {
      await this.#engine.setRight(wrong);
    } catch (reason) {
      this.#fail([], reason);
    }
  }

  async #changed(change: Change): Promise<boolean | undefined> {
    switch (change.ask) {
      case "deleteRange":
        await this.#engine.deleteRange(change.range);
        return undefined;
      case "setRetention":
        await this.#engine.setRetention(change.series, change.retention);
        return undefined;
      default:
        return this.#engine.retire(change.now, change.fallback);
    }
  }

  /** Between commits and reads, never instead of them. */
  #workSoon(waitMs = 0): void {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    if (waitMs === 0) setImmediate(() => this.#work());
    else setTimeout(() => this.#work(), waitMs);
  }

  #work(): void {
    this.#isAtWork = false;
    if (this.#ending !== undefined) return;
    const { isAhead } = this.#engine;
    const waitMs = isAhead ? this.#workAside() : this.#engine.work(SLICE_MS.behind);
    if (waitMs !== undefined) this.#workSoon(waitMs);
  }

  /** While there is time for it, whoever asks something goes first, within a slice too. */
  #workAside(): number | undefined {
    if (this.#isCommitting) return undefined; // The end of the commit brings us back.
    let question = this.#next();
    const isAsked = () => {
      question ??= this.#next();
      return question !== undefined;
    };
    const waitMs = isAsked() ? 0 : this.#engine.work(SLICE_MS.ahead, isAsked);
    if (question) this.hear(question);
    return waitMs === 0 ? REST_MS : waitMs;
  }

  #fail(ids: readonly number[], reason: unknown): void {
    if (reason instanceof AssertionError) throw reason;
    const why = reason instanceof Error ? reason.message : "unknown";
    if (isMalformed(reason)) this.#engine.malformed(reason.message);
    const isDamage = reason instanceof DamagedChunkError;
    if (isDamage) this.#say({ say: "malformed", reason: why });
    const isUnreadable = isMalformed(reason) || isDamage || reason instanceof MendingError;
    this.#say({ say: "failed", ids, reason: why, isUnreadable });
  }

  /** Whoever cannot leave goes on as before. */
  async #end({ ask, id }: End): Promise<void> {
    await Promise.all(this.#followings);
    try {
      await (ask === "leave" ? this.#leave() : this.#close());
      this.#say({ say: "done", id });
    } catch (reason) {
      this.#ending = undefined;
      this.#inspecting.begin(this.#inspectAfterMs);
      this.#fail([id], reason);
      this.#workSoon();
    }
  }

  async #leave(): Promise<void> {
    if (this.#holds.size > 0) throw new Error("a backup is being made");
    await this.#engine.leave();
  }

  async #close(): Promise<void> {
    for (const hold of this.#holds.keys()) await this.#release(hold);
    await this.#engine.close();
  }
}

/** Whose chunks it reads. */
function seriesOf(question: Read): Iterable<number> | undefined {
  if (question.ask === "range") return [question.query.series];
  return question.ask === "aggregate" ? question.query.series : undefined;
}

import type { AgentId, Series } from "../domain/brand.ts";
import type { Reading } from "../domain/findings.ts";
import { LIMIT } from "../domain/limit.ts";
import type { ReceivedMessage } from "../domain/message.ts";
import type { Problem } from "../domain/problem.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { accept } from "./accept.ts";
import { Binder } from "./bind.ts";
import { type Bindings, type BoundDevice, noteHeard } from "./bindings.ts";
import { bornAfter } from "./farewell.ts";
import type { IngestParts } from "./ingest.ts";
import { type Rejection, reject, rejectionOf } from "./reject.ts";
import { Turns } from "./turns.ts";
import {
  type Brought,
  noteSaid,
  type State,
  stampOf,
  type ToldBy,
  type ToldReading,
  Understanding,
} from "./understand.ts";
import { newcomersOf, welcome } from "./welcome.ts";

/** What is said now, and what is told of the past, counted apart: only one of them is a rate. */
const STORED = "samples_stored_total";
const IMPORTED = "samples_imported_total";
/** Each is written to the store on the thread that serves all others: this many take 10 ms. */
const STRANGERS_AT_ONCE = 400;

/**
 * The walk up: device -> broker -> driver -> series -> historian -> those who watch.
 *
 * Most batches hold nothing but readings of known channels: they go straight through. A batch that
 * brings a newcomer, a model or a message that is refused takes its turn, and what comes behind it
 * waits, so that everything happens in the order in which it arrived.
 */
export class Walk {
  readonly #parts: IngestParts;
  readonly #state: State;
  readonly #turns = new Turns();
  readonly #binder: Binder;
  readonly #understanding: Understanding;
  #isWriteDue = false;

  constructor(parts: IngestParts, state: State) {
    this.#parts = parts;
    this.#state = state;
    this.#binder = new Binder(parts, state);
    this.#understanding = new Understanding(parts, state, this.#binder);
  }

  /** Settles when what the messages brought is safe; only then are their senders acknowledged. */
  carryUp(messages: readonly ReceivedMessage[]): Promise<void> {
    if (this.#turns.areTaken) return this.#carryBehind(messages);
    const brought = this.#understanding.ofMessages(messages);
    return brought ? this.#turns.take(() => this.#carryOn(brought)) : this.#remember();
  }

  /**
   * Behind a batch that has the turn. A plain one hands it on as soon as its samples are on their
   * way: else whoever sends without a pause would be stored one batch after the other for ever.
   */
  async #carryBehind(messages: readonly ReceivedMessage[]): Promise<void> {
    const { carried } = await this.#turns.take(async () => {
      const brought = this.#understanding.ofMessages(messages);
      const carried = brought ? this.#carryOn(brought) : this.#remember();
      if (brought) await carried;
      return { carried };
    });
    await carried;
  }

  /** The same walk of one message that a person hands in and wants to know the end of. */
  async handIn(message: ReceivedMessage): Promise<Outcome<void, Problem>> {
    const reasons: Problem[] = [];
    await this.carryUp([{ ...message, onRefused: (reason) => reasons.push(reason) }]);
    const [reason] = reasons;
    return reason ? failure(reason) : success(undefined);
  }

  /** Readings of the past: stored by the same rules, and nobody is told of a message. */
  async backfill(driverId: string, agent: AgentId, readings: readonly Reading[]): Promise<void> {
    const driver = this.#parts.drivers.find(({ id }) => id === driverId);
    if (!driver) return;
    const told = readings.map((what) => ({ driver, agent, what }));
    await this.#turns.take(() => this.#carryOn(this.#understanding.ofReadings(told), IMPORTED));
    for (const { device, at } of readings) {
      const bound = this.#state.bindings.find(driver.id, device);
      if (bound) noteHeard(bound, at);
    }
  }

  /** Work on what devices are known as, between two batches. */
  between<T>(work: (state: State) => Promise<T>): Promise<T> {
    return this.#turns.take(() => work(this.#state));
  }

  /** A rejection from outside a batch is written soon, many at once. */
  refuse(rejection: Rejection): void {
    reject(this.#parts, this.#state, rejection);
    if (this.#isWriteDue) return;
    this.#isWriteDue = true;
    setImmediate(() => {
      this.#isWriteDue = false;
      this.#turns
        .take(() => this.#state.rejections.flush())
        .catch((reason: unknown) => {
          this.#parts.log.error("rejected messages could not be kept", { reason: String(reason) });
        });
    });
  }

  repeatAnswers(agent: AgentId, filter: string): void {
    void this.#state.answers.repeat(agent, filter);
  }

  async #carryOn(brought: Brought | undefined, counter = STORED): Promise<void> {
    if (brought && brought.strangers.length > 0) await this.#welcome(brought.strangers);
    await this.#remember(counter);
    if (brought) await this.#reply(brought);
    await this.#state.departures.flush();
    await this.#state.ahead.flush();
    await this.#state.rejections.flush();
  }

  /** Gives strangers a place and their readings a series, a few hundred at a time. */
  async #welcome(strangers: readonly ToldReading[]): Promise<void> {
    const { bindings, statusSeries } = this.#state;
    const welcomed: BoundDevice[] = [];
    for (let start = 0; start < strangers.length; start += STRANGERS_AT_ONCE) {
      if (start > 0) await new Promise((resolve) => setImmediate(resolve));
      const some = newcomersOf(strangers.slice(start, start + STRANGERS_AT_ONCE));
      welcomed.push(...(await welcome(this.#parts, bindings, some)));
    }
    await statusSeries.give(seriesWithWords(bindings, strangers));
    const homeless = this.#understanding.ofReadings(strangers)?.strangers.length ?? 0;
    if (homeless > 0) {
      this.#parts.gauges.add('values_dropped_total{reason="device_limit"}', homeless);
      this.#parts.log.warn("no room for more devices or channels", { values: homeless });
    }
    const changed = new Set(welcomed.map(({ device }) => device.id));
    for (const id of changed) this.#parts.onChanged(`device:${id}`);
  }

  /** Stored first, then shown. */
  async #remember(counter = STORED): Promise<void> {
    if (this.#binder.samples.count === 0) return;
    const samples = this.#binder.samples.take();
    const { tooOld } = await this.#parts.historian.append(samples);
    if (tooOld > 0) {
      this.#parts.gauges.add('values_dropped_total{reason="sample_too_old"}', tooOld);
      this.#parts.log.warn("samples are older than those that are kept", { samples: tooOld });
    }
    this.#parts.gauges.add(counter, samples.count - tooOld);
    this.#parts.onStored(samples);
  }

  /** Takes in what is not a reading, and says what the protocols answer. */
  async #reply({ replies, others, unheard }: Brought): Promise<void> {
    const { answers, bindings } = this.#state;
    for (const { agent, replies: said } of replies) await answers.say(agent, said);
    for (const [index, told] of others.entries()) {
      const { driver, agent, what: finding } = told;
      const known = { driver, agent, finding, bornLater: bornAfter(others, index) };
      const outcome = await accept(this.#parts, this.#state, known);
      if (outcome.ok || !this.#waitsFor(told, outcome.problem)) await this.#tell(told, outcome);
    }
    for (const { driver, device, ...said } of unheard) {
      const bound = bindings.find(driver.id, device);
      if (bound) noteSaid(this.#state, bound, said);
    }
  }

  /** What the house makes of a finding, in the protocol's words. */
  async #tell({ driver, agent, what, message }: ToldBy, outcome: Outcome<JsonObject, Problem>) {
    if (!outcome.ok) {
      reject(this.#parts, this.#state, rejectionOf(message, driver, outcome.problem));
      message.onRefused?.(outcome.problem);
    }
    const said = driver.answer?.(what, outcome, stampOf(this.#parts)) ?? [];
    if (said.length > 0) await this.#state.answers.say(agent, said);
  }

  /** A message that is missing may only have been overtaken: it is missed after a while. */
  #waitsFor(told: ToldBy, reason: Problem): boolean {
    const { driver, what } = told;
    const { wait } = this.#parts;
    if (what.kind !== "sequence" || !wait) return false;
    const payload = told.message.payload.slice();
    const late = { ...told, message: { ...told.message, payload } };
    wait(LIMIT.overtakenMs, () => {
      const judge = async ({ sequences, rejections }: State) => {
        if (!sequences.giveUp(driver, what)) return;
        await this.#tell(late, failure(reason));
        await rejections.flush();
      };
      this.between(judge).catch((reason: unknown) => {
        this.#parts.log.error("a missing message could not be told", { reason: String(reason) });
      });
    });
    return true;
  }
}

/** Of what has a place and says more than a quality. */
function seriesWithWords(bindings: Bindings, told: readonly ToldReading[]): Series[] {
  return told.flatMap(({ driver, what }) => {
    const channel = bindings.find(driver.id, what.device)?.channels.get(what.channel)?.channel;
    return channel && what.word !== 0 ? [channel.series] : [];
  });
}

import type { AgentId, ChannelName, DeviceAddress } from "../domain/brand.ts";
import type { DataType } from "../domain/catalogue.ts";
import { type Finding, Findings, type Reading, type Warning } from "../domain/findings.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Message, ReceivedMessage } from "../domain/message.ts";
import type { Channel } from "../domain/model.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Value } from "../domain/reading.ts";
import { SamplesBuilder } from "../domain/samples.ts";
import { matchesFilter } from "../domain/topic.ts";
import type { Driver } from "../driver/driver.ts";
import { newId } from "../lib/id.ts";
import { accept } from "./accept.ts";
import type { Answers } from "./answers.ts";
import {
  type Bindings,
  type BoundDevice,
  noteHeard,
  noteMessage,
  noteWarning,
} from "./bindings.ts";
import { coerce } from "./coerce.ts";
import type { IngestParts } from "./ingest.ts";
import { dataTypeOf } from "./propose.ts";
import type { Rejection, Rejections } from "./reject.ts";
import { type Newcomer, welcome } from "./welcome.ts";

/** Topics seen lately and the driver that wants them; refilled when it runs over. */
const TOPICS_REMEMBERED = 50_000;

type State = {
  readonly bindings: Bindings;
  readonly rejections: Rejections;
  readonly answers: Answers;
};

type Told<T> = { readonly driver: Driver; readonly agent: AgentId; readonly what: T };
/** With the message that told it, for the case that the house does not agree. */
type ToldBy = Told<Finding> & { readonly message: ReceivedMessage };

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
  readonly #driverOfTopic = new Map<string, Driver | null>();
  readonly #takenNames = new Map<Driver, string>();
  readonly #findings = new Findings();
  readonly #samples = new SamplesBuilder(1024);
  readonly #newId = () => newId(this.#parts.now());
  /** What the batch in hand brought besides readings of known channels. */
  #strangers: Told<Reading>[] = [];
  #others: ToldBy[] = [];
  #replies: Brought["replies"] = [];
  /** Messages of devices that are entered with this batch, to be counted afterwards. */
  #unheard: Unheard[] = [];
  #hasRejected = false;
  #isWriteDue = false;
  /** Set while a batch takes its turn. */
  #turn: Promise<void> | undefined;

  constructor(parts: IngestParts, state: State) {
    this.#parts = parts;
    this.#state = state;
  }

  /** Settles when what the messages brought is safe; only then are their senders acknowledged. */
  carryUp(messages: readonly ReceivedMessage[]): Promise<void> {
    if (this.#turn !== undefined) {
      return this.#inTurn(() => this.#settle(this.#understand(messages)));
    }
    const brought = this.#understand(messages);
    return brought ? this.#inTurn(() => this.#settle(brought)) : this.#remember();
  }

  async backfill(driverId: string, agent: AgentId, readings: readonly Reading[]): Promise<void> {
    const driver = this.#parts.drivers.find(({ id }) => id === driverId);
    if (!driver) return;
    await this.#inTurn(() => {
      for (const reading of readings) this.#bind(driver, agent, reading);
      return this.#settle(this.#brought());
    });
    for (const { device, at } of readings) {
      const bound = this.#state.bindings.find(driver.id, device);
      if (bound) noteHeard(bound, at);
    }
  }

  reject(rejection: Rejection): void {
    this.#parts.gauges.add(`messages_total{outcome="${rejection.problem.code}"}`);
    this.#state.bindings.agent(rejection.agentId as AgentId).rejected += 1;
    this.#state.rejections.add(rejection);
    this.#hasRejected = true;
  }

  /** A rejection from outside a batch is written soon, many at once. */
  refuse(rejection: Rejection): void {
    this.reject(rejection);
    if (this.#isWriteDue) return;
    this.#isWriteDue = true;
    setImmediate(() => {
      this.#isWriteDue = false;
      this.#inTurn(() => this.#state.rejections.flush()).catch((reason: unknown) => {
        this.#parts.log.error("rejected messages could not be kept", { reason: String(reason) });
      });
    });
  }

  repeatAnswers(agent: AgentId, filter: string): void {
    void this.#state.answers.repeat(agent, filter);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = (this.#turn ?? Promise.resolve()).then(work);
    const settled = turn.then(
      () => undefined,
      () => undefined, // The caller learns of it; those behind go on.
    );
    this.#turn = settled;
    void settled.then(() => {
      if (this.#turn === settled) this.#turn = undefined;
    });
    return turn;
  }

  /** Decodes and binds a batch; gives what needs more than the historian, if anything does. */
  #understand(messages: readonly ReceivedMessage[]): Brought | undefined {
    for (const message of messages) {
      const driver = this.#driverOf(message.topic);
      const outcome = driver ? this.#decode(driver, message) : unknownTopic(message.topic);
      if (outcome) this.#refuse(message, driver, outcome);
    }
    return this.#brought();
  }

  #refuse(message: ReceivedMessage, driver: Driver | null, reason: Problem): void {
    this.reject(rejectionOf(message, driver, reason));
    const replies = driver?.refuse?.(message, reason, this.#newId) ?? [];
    if (replies.length > 0) this.#replies.push({ agent: message.agent, replies });
  }

  #brought(): Brought | undefined {
    if (this.#strangers.length === 0 && this.#others.length === 0 && !this.#hasRejected) {
      return undefined;
    }
    const brought = {
      strangers: this.#strangers,
      others: this.#others,
      replies: this.#replies,
    };
    this.#strangers = [];
    this.#others = [];
    this.#replies = [];
    this.#hasRejected = false;
    return brought;
  }

  #decode(driver: Driver, message: ReceivedMessage): Problem | undefined {
    const findings = this.#findings;
    findings.clear();
    const outcome = driver.decode(message, findings);
    const seen = this.#state.bindings.agent(message.agent);
    seen.lastSeenAt = message.receivedAt;
    seen.messages += 1;
    if (!outcome.ok) return outcome.problem;
    this.#parts.gauges.add(this.#takenName(driver));

    let speaker: BoundDevice | undefined;
    for (const reading of findings.readings) {
      speaker = this.#bind(driver, message.agent, reading) ?? speaker;
    }
    for (const what of findings.others) {
      this.#others.push({ driver, agent: message.agent, what, message });
      speaker = this.#state.bindings.find(driver.id, what.device) ?? speaker;
    }
    const device = findings.readings[0]?.device ?? findings.others[0]?.device;
    if (speaker) noteMessage(speaker, message.receivedAt, findings.warnings);
    else if (device) {
      this.#unheard.push({
        driver,
        device,
        at: message.receivedAt,
        warnings: [...findings.warnings],
      });
    }
    return undefined;
  }

  #takenName(driver: Driver): string {
    const known = this.#takenNames.get(driver);
    if (known) return known;
    const name = `messages_total{driver="${driver.id}",outcome="taken"}`;
    this.#takenNames.set(driver, name);
    return name;
  }

  /** Puts a reading into the batch, or sets it aside where its channel is new. */
  #bind(driver: Driver, agent: AgentId, reading: Reading): BoundDevice | undefined {
    const bound = this.#state.bindings.find(driver.id, reading.device);
    const channel = bound?.channels.get(reading.channel);
    if (!bound || !channel) {
      this.#strangers.push({ driver, agent, what: reading });
      return bound;
    }
    if (reading.at > this.#parts.now() + LIMIT.futureMs) {
      this.#doubt(
        bound,
        "W_TIME_IN_FUTURE",
        `${channel.name}: ${new Date(reading.at).toISOString()}`,
      );
      return bound;
    }
    if (fits(reading.value, channel.dataType)) {
      this.#samples.add(channel.series, reading.at, reading.value, reading.quality);
    } else {
      this.#bindOdd(bound, channel, reading);
    }
    return bound;
  }

  /** Reads a value by its channel's type; what nobody has described yet is kept as it came. */
  #bindOdd(bound: BoundDevice, channel: Channel, reading: Reading): void {
    const read = coerce(reading.value, channel.dataType);
    const isKept = read.ok || bound.device.assetId === null;
    const value = read.ok ? read.value : reading.value;
    if (isKept) this.#samples.add(channel.series, reading.at, value, reading.quality);
    else this.#doubt(bound, "W_VALUE_TYPE", `${channel.name}: ${read.problem}`);
  }

  /** A value that cannot be kept is dropped alone, counted and shown with its device. */
  #doubt(bound: BoundDevice, code: string, detail: string): void {
    this.#parts.gauges.add(`values_dropped_total{reason="${code}"}`);
    noteWarning(bound, this.#parts.now(), { code, detail });
  }

  async #settle(brought: Brought | undefined): Promise<void> {
    if (brought?.strangers.length) await this.#welcome(brought.strangers);
    await this.#remember();
    if (brought) await this.#reply(brought);
    this.#countUnheard();
    await this.#state.rejections.flush();
  }

  /** Takes in what is not a reading, and says what the protocols answer. */
  async #reply({ replies, others }: Brought): Promise<void> {
    for (const { agent, replies: said } of replies) await this.#state.answers.say(agent, said);
    for (const { driver, agent, what, message } of others) {
      const finding = { driver, agent, finding: what };
      const outcome = await accept(this.#parts, this.#state.bindings, finding);
      if (!outcome.ok) this.reject(rejectionOf(message, driver, outcome.problem));
      const answers = driver.answer?.(what, outcome, this.#newId) ?? [];
      if (answers.length > 0) await this.#state.answers.say(agent, answers);
    }
  }

  #countUnheard(): void {
    for (const { driver, device, at, warnings } of this.#unheard.splice(0)) {
      const bound = this.#state.bindings.find(driver.id, device);
      if (bound) noteMessage(bound, at, warnings);
    }
  }

  async #welcome(strangers: readonly Told<Reading>[]): Promise<void> {
    const welcomed = await welcome(this.#parts, this.#state.bindings, newcomersOf(strangers));
    for (const { driver, agent, what } of strangers) this.#bind(driver, agent, what);
    const homeless = this.#strangers.splice(0);
    if (homeless.length > 0) {
      this.#parts.gauges.add('values_dropped_total{reason="device_limit"}', homeless.length);
      this.#parts.log.warn("no room for more devices or channels", { values: homeless.length });
    }
    for (const { device } of welcomed) this.#parts.onChanged(`device:${device.id}`);
  }

  async #remember(): Promise<void> {
    if (this.#samples.count === 0) return;
    const samples = this.#samples.take();
    await this.#parts.historian.append(samples);
    this.#parts.gauges.add("samples_stored_total", samples.count);
    this.#parts.onStored(samples);
  }

  #driverOf(topic: string): Driver | null {
    const known = this.#driverOfTopic.get(topic);
    if (known !== undefined) return known;
    if (this.#driverOfTopic.size >= TOPICS_REMEMBERED) this.#driverOfTopic.clear();
    const listens = (driver: Driver) =>
      driver.listensTo.some((filter) => matchesFilter(filter, topic));
    const driver = this.#parts.drivers.find(listens) ?? null;
    this.#driverOfTopic.set(topic, driver);
    return driver;
  }
}

type Unheard = {
  readonly driver: Driver;
  readonly device: DeviceAddress;
  readonly at: number;
  readonly warnings: readonly Warning[];
};

type Brought = {
  readonly strangers: readonly Told<Reading>[];
  readonly others: readonly ToldBy[];
  /** To messages that were refused. */
  readonly replies: { readonly agent: AgentId; readonly replies: readonly Message[] }[];
};

/** Whether a value is of the type already, as most are. */
function fits(value: Value | null, dataType: DataType): boolean {
  switch (dataType) {
    case "number":
      return Number.isFinite(value);
    case "integer":
      return Number.isInteger(value);
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
  }
}

function newcomersOf(strangers: readonly Told<Reading>[]): Newcomer[] {
  const found = new Map<string, Newcomer & { channels: Map<ChannelName, DataType> }>();
  for (const { driver, agent, what } of strangers) {
    const key = `${driver.id} ${what.device}`;
    const newcomer = found.get(key) ?? startOf(driver, agent, what.device);
    found.set(key, newcomer);
    if (!newcomer.channels.has(what.channel)) {
      newcomer.channels.set(what.channel, dataTypeOf(what.value));
    }
  }
  return [...found.values()];
}

function startOf(driver: Driver, agent: AgentId, address: DeviceAddress) {
  return { driver, agent, address, channels: new Map<ChannelName, DataType>() };
}

function unknownTopic(topic: string): Problem {
  return problem("topic_unknown", topic);
}

function rejectionOf(message: ReceivedMessage, driver: Driver | null, reason: Problem): Rejection {
  return {
    agentId: message.agent,
    clientId: "",
    driver: driver?.id ?? "",
    topic: message.topic,
    payload: message.payload,
    problem: reason,
  };
}

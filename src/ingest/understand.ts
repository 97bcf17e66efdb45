import type { AgentId, DeviceAddress } from "../domain/brand.ts";
import { type Finding, Findings, type Reading, type Warning } from "../domain/findings.ts";
import type { Message, ReceivedMessage } from "../domain/message.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Driver, Known } from "../driver/driver.ts";
import { newId } from "../lib/id.ts";
import type { Answers } from "./answers.ts";
import type { Binder } from "./bind.ts";
import { type Bindings, type BoundDevice, noteMessage } from "./bindings.ts";
import type { Declarations } from "./declarations.ts";
import { driverFor } from "./driver-for.ts";
import type { IngestParts } from "./ingest.ts";
import type { Layouts } from "./layouts.ts";
import { type Rejections, reject, rejectionOf } from "./reject.ts";
import type { Sequences } from "./sequences.ts";

/** Topics seen lately and the driver that wants them; refilled when it runs over. */
const TOPICS_REMEMBERED = 50_000;

/** What ingest remembers from one message to the next. */
export type State = {
  readonly bindings: Bindings;
  readonly rejections: Rejections;
  readonly answers: Answers;
  readonly declarations: Declarations;
  readonly layouts: Layouts;
  readonly sequences: Sequences;
};

/** What a batch brought besides readings of known channels. */
export type Brought = {
  readonly strangers: Told<Reading>[];
  readonly others: ToldBy[];
  /** To messages that were refused. */
  readonly replies: { readonly agent: AgentId; readonly replies: readonly Message[] }[];
  /** Messages of devices that are entered with this batch, to be counted afterwards. */
  readonly unheard: Unheard[];
};

export type Told<T> = { readonly driver: Driver; readonly agent: AgentId; readonly what: T };
/** With the message that told it, for the case that the house does not agree. */
type ToldBy = Told<Finding> & { readonly message: ReceivedMessage };

type Unheard = {
  readonly driver: Driver;
  readonly device: DeviceAddress;
  readonly at: number;
  readonly warnings: readonly Warning[];
};

/** Has messages decoded and gives their readings to the binder; the rest it hands on. */
export class Understanding {
  readonly #parts: IngestParts;
  readonly #state: State;
  readonly #binder: Binder;
  readonly #driverOfTopic = new Map<string, Driver | null>();
  readonly #takenNames = new Map<Driver, string>();
  readonly #known = new Map<Driver, Known>();
  /** Of the layouts by which topics were given to drivers. */
  #layoutsVersion = 0;
  readonly #findings = new Findings();
  #brought = nothing();

  constructor(parts: IngestParts, state: State, binder: Binder) {
    this.#parts = parts;
    this.#state = state;
    this.#binder = binder;
  }

  /** Gives what needs more than the historian, if anything does. */
  ofMessages(messages: readonly ReceivedMessage[]): Brought | undefined {
    for (const message of messages) {
      const driver = this.#driverOf(message.topic);
      const trouble = driver ? this.#decode(driver, message) : unknownTopic(message.topic);
      if (trouble) this.#refuse(message, driver, trouble);
    }
    return this.#handOver();
  }

  /** The same of readings that no message brought, or that were strangers before. */
  ofReadings(readings: Iterable<Told<Reading>>): Brought | undefined {
    for (const { driver, agent, what } of readings) this.#bind(driver, agent, what);
    return this.#handOver();
  }

  #handOver(): Brought | undefined {
    const brought = this.#brought;
    const isPlain = brought.strangers.length === 0 && brought.others.length === 0;
    if (isPlain && !this.#state.rejections.areNew) return undefined;
    this.#brought = nothing();
    return brought;
  }

  #decode(driver: Driver, message: ReceivedMessage): Problem | undefined {
    const findings = this.#findings;
    findings.clear();
    const outcome = driver.decode(message, findings, this.#knownOf(driver));
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
      if (what.kind === "channels") this.#state.declarations.note(driver, what);
      this.#brought.others.push({ driver, agent: message.agent, what, message });
      speaker = this.#state.bindings.find(driver.id, what.device) ?? speaker;
    }
    if (speaker) noteMessage(speaker, message.receivedAt, findings.warnings);
    else this.#noteUnheard(driver, message);
    return undefined;
  }

  /** Puts a reading into the batch, or sets it aside where its channel is new. */
  #bind(driver: Driver, agent: AgentId, reading: Reading): BoundDevice | undefined {
    const bound = this.#state.bindings.find(driver.id, reading.device);
    const channel = bound?.channels.get(reading.channel);
    if (bound && channel) this.#binder.bind(bound, channel, reading);
    else this.#brought.strangers.push({ driver, agent, what: reading });
    return bound;
  }

  #noteUnheard(driver: Driver, { receivedAt }: ReceivedMessage): void {
    const { readings, others, warnings } = this.#findings;
    const device = readings[0]?.device ?? others[0]?.device;
    if (device === undefined) return;
    this.#brought.unheard.push({ driver, device, at: receivedAt, warnings: [...warnings] });
  }

  #refuse(message: ReceivedMessage, driver: Driver | null, reason: Problem): void {
    reject(this.#parts, this.#state, rejectionOf(message, driver, reason));
    const replies = driver?.refuse?.(message, reason, () => newId(this.#parts.now())) ?? [];
    if (replies.length > 0) this.#brought.replies.push({ agent: message.agent, replies });
  }

  #driverOf(topic: string): Driver | null {
    const { layouts } = this.#state;
    if (layouts.version !== this.#layoutsVersion) this.#driverOfTopic.clear();
    this.#layoutsVersion = layouts.version;
    const known = this.#driverOfTopic.get(topic);
    if (known !== undefined) return known;
    if (this.#driverOfTopic.size >= TOPICS_REMEMBERED) this.#driverOfTopic.clear();
    const driver = driverFor(topic, this.#parts.drivers, layouts.of(topic) !== undefined);
    this.#driverOfTopic.set(topic, driver);
    return driver;
  }

  /** What the driver is handed with each message. */
  #knownOf(driver: Driver): Known {
    const made = this.#known.get(driver);
    if (made) return made;
    const { declarations, layouts } = this.#state;
    const known = { channel: declarations.channelOf(driver), layout: layouts.of };
    this.#known.set(driver, known);
    return known;
  }

  #takenName(driver: Driver): string {
    const known = this.#takenNames.get(driver);
    if (known) return known;
    const name = `messages_total{driver="${driver.id}",outcome="taken"}`;
    this.#takenNames.set(driver, name);
    return name;
  }
}

function nothing(): Brought {
  return { strangers: [], others: [], replies: [], unheard: [] };
}

function unknownTopic(topic: string): Problem {
  return problem("topic_unknown", topic);
}

import type { AgentId, DeviceAddress, Timestamp } from "../domain/brand.ts";
import { type Finding, Findings, type Reading, type Warning } from "../domain/findings.ts";
import type { Message, ReceivedMessage } from "../domain/message.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Driver, Known, Stamp } from "../driver/driver.ts";
import { newId } from "../lib/id.ts";
import { type Outcome, success } from "../lib/outcome.ts";
import type { AheadValues } from "./ahead-values.ts";
import type { Answers } from "./answers.ts";
import type { Binder } from "./bind.ts";
import {
  type Bindings,
  type BoundChannel,
  type BoundDevice,
  channelAt,
  noteHeard,
  noteMessage,
  noteWarning,
} from "./bindings.ts";
import type { CustomTopics } from "./custom-topics.ts";
import type { Declarations } from "./declarations.ts";
import type { Departures } from "./departures.ts";
import { driverFor } from "./driver-for.ts";
import type { FirmwareBook } from "./firmware.ts";
import type { IngestParts } from "./ingest.ts";
import type { Layouts } from "./layouts.ts";
import type { MessageLog } from "./message-log.ts";
import type { NetworkBook } from "./network-topics.ts";
import { type Rejections, reject, rejectionOf, remember } from "./reject.ts";
import type { Sequences } from "./sequences.ts";
import type { Soundness } from "./soundness.ts";
import type { StatusSeries } from "./status-series.ts";

/** Topics seen lately and the driver that wants them; refilled when it runs over. */
const TOPICS_REMEMBERED = 50_000;

/** What ingest remembers from one message to the next. */
export type State = {
  readonly bindings: Bindings;
  readonly rejections: Rejections;
  readonly ahead: AheadValues;
  readonly answers: Answers;
  readonly declarations: Declarations;
  readonly layouts: Layouts;
  readonly customTopics: CustomTopics;
  readonly networks: NetworkBook;
  readonly messages: MessageLog;
  readonly sequences: Sequences;
  readonly departures: Departures;
  readonly statusSeries: StatusSeries;
  readonly soundness: Soundness;
  readonly firmware: FirmwareBook;
};

/** What a batch brought besides readings of known channels. */
export type Brought = {
  readonly strangers: ToldReading[];
  readonly others: ToldBy[];
  /** To messages that were refused. */
  readonly replies: { readonly agent: AgentId; readonly replies: readonly Message[] }[];
  /** Messages of devices that are entered with this batch, to be counted afterwards. */
  readonly unheard: Unheard[];
};

export type Told<T> = { readonly driver: Driver; readonly agent: AgentId; readonly what: T };
/** With the message that told it, to be shown with what is odd; readings of the past have none. */
export type ToldReading = Told<Reading> & { readonly message?: ReceivedMessage };
/** With the message that told it, for the case that the house does not agree. */
export type ToldBy = Told<Finding> & { readonly message: ReceivedMessage };

/** A driver, and how many messages of the batch in hand it has understood. */
type Voice = {
  readonly driver: Driver;
  readonly known: Known;
  readonly counter: string;
  /** Codes of warnings that are no warnings here. */
  readonly refuses: ReadonlySet<string>;
  taken: number;
};

type Unheard = {
  readonly driver: Driver;
  readonly device: DeviceAddress;
  readonly message: ReceivedMessage;
  readonly warnings: readonly Warning[];
  readonly isNews: boolean;
  /** When its device spoke last, where that is known of a message that is no news. */
  readonly heardAt: number | undefined;
};

/** Has messages decoded and gives their readings to the binder; the rest it hands on. */
export class Understanding {
  readonly #parts: IngestParts;
  readonly #state: State;
  readonly #binder: Binder;
  readonly #voices: ReadonlyMap<Driver, Voice>;
  readonly #voiceOfTopic = new Map<string, Voice | null>();
  /** Of what people have said of topics when these were given to drivers. */
  #topicsVersion = 0;
  readonly #findings = new Findings();
  #brought = nothing();
  /** Messages that an operator sees though they were taken: some of their values were not. */
  readonly #kept = new WeakSet<ReceivedMessage>();

  constructor(parts: IngestParts, state: State, binder: Binder) {
    this.#parts = parts;
    this.#state = state;
    this.#binder = binder;
    this.#voices = new Map(parts.drivers.map((driver) => [driver, voiceOf(driver, parts, state)]));
  }

  /** Gives what needs more than the historian, if anything does. */
  ofMessages(messages: readonly ReceivedMessage[]): Brought | undefined {
    this.#binder.begin();
    for (const message of messages) {
      const voice = this.#voiceOf(message.topic);
      const trouble = voice ? this.#decode(voice, message) : unknownTopic(message.topic);
      if (trouble) this.#refuse(message, voice?.driver ?? null, trouble);
    }
    this.#countTaken();
    return this.#handOver();
  }

  /** The same of readings that no message brought, or that were strangers before. */
  ofReadings(readings: Iterable<ToldReading>): Brought | undefined {
    this.#binder.begin();
    for (const told of readings) {
      const { driver, what, message } = told;
      const bound = this.#state.bindings.find(driver.id, what.device);
      if (message) this.#binder.open(message.payload);
      if (!this.#bind(bound, what)) this.#brought.strangers.push(told);
      if (message) this.#keepRefused(driver, message);
    }
    return this.#handOver();
  }

  #handOver(): Brought | undefined {
    const brought = this.#brought;
    const isPlain = brought.strangers.length === 0 && brought.others.length === 0;
    const { rejections, departures } = this.#state;
    if (isPlain && !rejections.areNew && !departures.areOver) return undefined;
    this.#brought = nothing();
    return brought;
  }

  #decode(voice: Voice, message: ReceivedMessage): Problem | undefined {
    const { driver } = voice;
    const findings = this.#findings;
    findings.clear();
    const outcome = this.#read(voice, message);
    const seen = this.#state.bindings.agent(message.agent);
    seen.lastSeenAt = message.receivedAt;
    seen.messages += 1;
    if (!outcome.ok) return outcome.problem;
    const oddity = intolerable(voice, findings.warnings);
    if (oddity) return oddity;
    voice.taken += 1;

    const bound = this.#bindAll(driver, message);
    for (const what of findings.others) {
      if (what.kind === "channels") this.#state.declarations.note(driver, what);
      this.#brought.others.push({ driver, agent: message.agent, what, message });
    }
    this.#noteSpeaker(driver, message, bound);
    return undefined;
  }

  /** Who has values in a message speaks in it; else who tells something of itself first. */
  #noteSpeaker(driver: Driver, message: ReceivedMessage, bound: BoundDevice | undefined): void {
    const { others, warnings } = this.#findings;
    const device = this.#findings.at(0)?.device ?? others.find(isOwnWord)?.device;
    const speaker = bound ?? (device && this.#state.bindings.find(driver.id, device));
    const isNews = isNewsIn(this.#findings) && !isOld(driver, message);
    const heardAt = isNews ? undefined : lastLate(this.#findings);
    const said = { message, warnings, isNews, heardAt };
    if (speaker) noteSaid(this.#state, speaker, said);
    else if (device === undefined) this.#noteOverheard(driver, message);
    else this.#brought.unheard.push({ driver, device, ...said, warnings: [...warnings] });
  }

  /** A worker may have read it before: nothing but readings then. */
  #read({ driver, known }: Voice, message: ReceivedMessage): Outcome<void, Problem> {
    const { read } = message;
    if (read?.driver !== driver.id) return driver.decode(message, this.#findings, known);
    for (const reading of read.readings) this.#findings.repeat(reading);
    return success(undefined);
  }

  /** Readings of one message are mostly of one device: it is looked up once. */
  #bindAll(driver: Driver, message: ReceivedMessage): BoundDevice | undefined {
    const { agent } = message;
    this.#binder.open(message.payload, isOld(driver, message));
    let speaker: BoundDevice | undefined;
    let bound: BoundDevice | undefined;
    let device: DeviceAddress | undefined;
    const findings = this.#findings;
    let place = 0;
    for (let reading = findings.at(place); reading; reading = findings.at(place)) {
      if (reading.device !== device) {
        device = reading.device;
        bound = this.#state.bindings.find(driver.id, device);
        speaker = bound ?? speaker;
      }
      if (!this.#bind(bound, reading, place)) {
        this.#brought.strangers.push({ driver, agent, what: { ...reading }, message });
      }
      place += 1;
    }
    this.#keepRefused(driver, message);
    return speaker;
  }

  /** Once, however many values were refused; others are stored, and it counts as taken. */
  #keepRefused(driver: Driver, message: ReceivedMessage): void {
    const { refusal } = this.#binder;
    if (!refusal || this.#kept.has(message)) return;
    this.#kept.add(message);
    remember(this.#state, rejectionOf(message, driver, refusal));
  }

  /** Whether there is a series for all that the reading says; it is in the batch then. */
  #bind(bound: BoundDevice | undefined, reading: Reading, place = 0): boolean {
    const channel = bound && channelAt(bound, place, reading.channel);
    if (!bound || !channel) return false;
    if (reading.word !== 0 && !this.#hasWords(channel)) return false;
    this.#binder.bind(bound, channel, reading);
    return true;
  }

  #hasWords({ channel }: BoundChannel): boolean {
    return this.#state.statusSeries.of(channel.series) !== undefined;
  }

  #countTaken(): void {
    for (const voice of this.#voices.values()) {
      if (voice.taken > 0) this.#parts.gauges.add(voice.counter, voice.taken);
      voice.taken = 0;
    }
  }

  /** What others say to a device shows with it, and is no sign of its life. */
  #noteOverheard(driver: Driver, { receivedAt, payload }: ReceivedMessage): void {
    const { addressee, warnings } = this.#findings;
    if (addressee === undefined || warnings.length === 0) return;
    const bound = this.#state.bindings.find(driver.id, addressee);
    if (!bound) return;
    for (const warning of warnings) noteWarning(bound, receivedAt, warning, payload);
  }

  #refuse(message: ReceivedMessage, driver: Driver | null, reason: Problem): void {
    reject(this.#parts, this.#state, rejectionOf(message, driver, reason));
    message.onRefused?.(reason);
    const replies = driver?.refuse?.(message, reason, stampOf(this.#parts)) ?? [];
    if (replies.length > 0) this.#brought.replies.push({ agent: message.agent, replies });
  }

  #voiceOf(topic: string): Voice | null {
    const { layouts, customTopics } = this.#state;
    const version = layouts.version + customTopics.version;
    if (version !== this.#topicsVersion) this.#voiceOfTopic.clear();
    this.#topicsVersion = version;
    const known = this.#voiceOfTopic.get(topic);
    if (known !== undefined) return known;
    if (this.#voiceOfTopic.size >= TOPICS_REMEMBERED) this.#voiceOfTopic.clear();
    const { drivers } = this.#parts;
    const registered = customTopics.of(topic)?.driver;
    const driver =
      drivers.find(({ id }) => id === registered) ??
      driverFor(topic, drivers, layouts.of(topic) !== undefined);
    const voice = (driver && this.#voices.get(driver)) ?? null;
    this.#voiceOfTopic.set(topic, voice);
    return voice;
  }
}

/** What a driver may put into its replies. */
export function stampOf({ now }: Pick<IngestParts, "now">): Stamp {
  return { id: () => newId(now()), at: now() as Timestamp };
}

/** What a driver is handed with each message. */
export function knownTo(driver: Driver, state: State): Known {
  const { declarations, layouts, customTopics, networks } = state;
  return {
    channel: declarations.channelOf(driver),
    layout: layouts.of,
    custom: customTopics.of,
    network: (name) => networks.of(driver.id, name),
  };
}

type Said = Pick<Unheard, "message" | "warnings" | "isNews" | "heardAt">;

/** Counts a message with its device, and keeps it for those who look. */
export function noteSaid(
  { departures, messages }: Pick<State, "departures" | "messages">,
  bound: BoundDevice,
  { message, warnings, isNews, heardAt }: Said,
): void {
  if (isNews) departures.comeBack(bound);
  noteMessage(bound, message, warnings, isNews);
  if (heardAt !== undefined) noteHeard(bound, Math.min(heardAt, message.receivedAt));
  messages.note(bound.device.id, message);
}

/** What a device kept and tells now says that it was there then. */
function isNewsIn(findings: Findings): boolean {
  return !findings.areAllKept || findings.others.some(({ kind }) => kind !== "sequence");
}

/** When a gateway heard the newest of what it kept, by the clock of the device. */
function lastLate(findings: Findings): number | undefined {
  let newest: number | undefined;
  for (let place = 0; place < findings.count; place += 1) {
    const reading = findings.at(place);
    if (reading?.isLate && !reading.isPast) newest = Math.max(newest ?? 0, reading.at);
  }
  return newest;
}

/** Whoever keeps it may say it again, whenever he likes: nobody can tell when it was said. */
function isOld({ keepsWords }: Driver, { retain }: ReceivedMessage): boolean {
  return retain && !keepsWords;
}

function voiceOf(driver: Driver, { isStrict }: IngestParts, state: State): Voice {
  return {
    driver,
    known: knownTo(driver, state),
    counter: `messages_total{driver="${driver.id}",outcome="taken"}`,
    refuses: new Set(isStrict ? driver.strictly : []),
    taken: 0,
  };
}

/** The first oddity that a strict house does not tolerate. */
function intolerable({ refuses }: Voice, warnings: readonly Warning[]): Problem | undefined {
  if (refuses.size === 0 || warnings.length === 0) return undefined;
  const oddity = warnings.find(({ code }) => refuses.has(code));
  return oddity && problem("payload_malformed", `${oddity.code} ${oddity.detail}`);
}

/** What others tell a device is no sign of its life, nor what its network tells. */
function isOwnWord({ kind }: Finding): boolean {
  return kind !== "order" && kind !== "presence" && kind !== "firmware";
}

function nothing(): Brought {
  return { strangers: [], others: [], replies: [], unheard: [] };
}

function unknownTopic(topic: string): Problem {
  return problem("topic_unknown", topic);
}

import type { ChannelName, DeviceAddress, Timestamp } from "../domain/brand.ts";
import type { Catalogue } from "../domain/catalogue.ts";
import type { Command, CommandStep } from "../domain/command.ts";
import type { CustomTopic } from "../domain/custom-topic.ts";
import type { Declaration, DeclaredChannel, Finding, Findings } from "../domain/findings.ts";
import type { Layout } from "../domain/frame.ts";
import type { SensorBits } from "../domain/health.ts";
import type { Message, ReceivedMessage } from "../domain/message.ts";
import type { NetworkTopics } from "../domain/network.ts";
import type { Problem } from "../domain/problem.ts";
import type { Sample } from "../domain/reading.ts";
import type { Expectation } from "../domain/report-check.ts";
import type { JsonObject } from "../lib/json.ts";
import type { Outcome } from "../lib/outcome.ts";

/**
 * The contract of a protocol: what its messages mean, and nothing else.
 *
 * A driver holds no state, reads no clock and knows no database. A link carries messages, a driver
 * gives them meaning, the house does the rest. That is why a driver can be tested with data files
 * alone, and why the next one is written by copying the folder of the last.
 */
export interface Driver {
  /** The folder's name. */
  readonly id: string;

  /** The protocol's name in front of people. */
  readonly title: string;

  /** The document that this driver implements, for example `MQTT data spec 1.8`. */
  readonly spec: string;

  /** MQTT topic filters of the messages that this driver wants to see. */
  readonly listensTo: readonly string[];

  /** Its messages only make sense in the order they were sent in: one worker gets them all. */
  readonly keepsOrder?: true;

  /** Its filters only count for what no other driver wants. */
  readonly takesTheRest?: boolean;

  /** The types, commands and default homes of channels that it brings to the model. */
  readonly catalogue: Catalogue;

  /**
   * Up: writes what a message tells the house into `findings`. Never throws, whatever comes.
   * `known` gives back what was said before: a driver itself remembers nothing.
   */
  decode(message: ReceivedMessage, findings: Findings, known: Known): Outcome<void, Problem>;

  /** Codes of warnings for which a strict house refuses the message instead of tolerating it. */
  readonly strictly?: readonly string[];

  /** Down: how to say a command to a device. Its parameters have passed their schema. */
  encode(command: Command): Outcome<Message, Problem>;

  /** The name of the network that a device belongs to, where the protocol has networks. */
  networkOf?(device: DeviceAddress): string;

  /** Whether a network can have these topics, where the protocol's documents leave some open. */
  checkTopics?(topics: NetworkTopics): Outcome<void, Problem>;

  /** Whether every order is answered by those who speak this version of the interface. */
  answersOrders?(api: string): boolean;

  /**
   * Its devices have brokers keep what they say, as a habit: that a message is to be kept says
   * nothing of its age. Fallback: it is of an unknown age, and no sign of life.
   */
  readonly keepsWords?: true;

  /** How the channels of a device report that was told these settings. */
  reportingOf?(settings: JsonObject): readonly Expectation[];

  /**
   * Bits of a device's mask whose sensors give no value, because others do: as it was told, or as
   * far as the mask shows where nobody knows what it was told.
   */
  idleBits?(settings: JsonObject | undefined, mask: number): number;

  /** The sensor behind a channel, where the device says in a mask whether that works. */
  sensorOf?(channel: ChannelName): SensorBits | undefined;

  /** Where a device hears what must not be kept: a person may clear what a broker keeps there. */
  passingTopic?(device: DeviceAddress): string;

  /** Turns a model that a device published before, and its wish to use it, into our words. */
  declare?(
    model: JsonObject,
    wish: Extract<Finding, { kind: "instantiate" }>,
  ): Outcome<Declaration, Problem>;

  /** The protocol's replies to a finding that the house accepted or refused, if it has any. */
  answer?(
    finding: Finding,
    /** What the answer tells, in the protocol's words, where the house took it in. */
    result: Outcome<JsonObject, Problem>,
    stamp: Stamp,
  ): readonly Message[];

  /** The protocol's replies to a message that `decode` refused, if it has any. */
  refuse?(message: ReceivedMessage, problem: Problem, stamp: Stamp): readonly Message[];

  /** What the house says of itself when it opens and before it closes, if the protocol has that. */
  announce?(house: Announcement): Message;

  /** The other end of the wire, for the simulator and the tests. */
  twin(device: DeviceAddress): Twin;
}

/** What a reply may carry that is new each time. */
export type Stamp = { readonly id: () => string; readonly at: Timestamp };

export type Announcement = {
  /** One level of a topic. */
  readonly name: string;
  readonly isHere: boolean;
  readonly at: Timestamp;
};

/** What the house remembers for a driver. */
export type Known = {
  /** Of the device's last list of channels, by the channel's name or by its alias. */
  readonly channel: (
    device: DeviceAddress,
    key: ChannelName | number,
  ) => DeclaredChannel | undefined;
  /** How people have said that messages of this topic are to be read. */
  readonly layout: (topic: string) => Layout | undefined;
  /** What an agent has registered this topic for. */
  readonly custom: (topic: string) => CustomTopic | undefined;
  /** What people have told of a network's topics. */
  readonly network: (network: string) => NetworkTopics | undefined;
};

/** For devices that have not spoken yet. */
export const NOTHING_KNOWN: Known = {
  channel: () => undefined,
  layout: () => undefined,
  custom: () => undefined,
  network: () => undefined,
};

/** What a twin reports: a channel of its device and the sample. */
export type TwinReading = {
  readonly channel: string;
  /** What is said of the value beyond its quality, where the protocol can say that. */
  readonly word?: number;
  /** Kept since then and told now, where the protocol can say that. */
  readonly isPast?: boolean;
  /** A gateway kept it while it could not send: what it tells of is over. */
  readonly isLate?: boolean;
} & Pick<Sample, "at" | "value" | "quality">;

/** How far a request of the device is. */
type HeardAnswer = {
  readonly requestId: string | number;
  readonly step: CommandStep;
  /** In the protocol's words. */
  readonly said: JsonObject;
};

/** A device as its maker wrote it: `obey` mirrors `encode`, `emit` mirrors `decode`. */
export interface Twin {
  /** What the device publishes to report these readings. */
  emit(readings: readonly TwinReading[]): readonly Message[];

  /** What it publishes to tell anything else; undefined where it has no way to say that. */
  tell?(finding: Finding): Message | undefined;

  /** What the device learns of a request of its own; undefined of what is no answer to one. */
  hear?(message: Message): HeardAnswer | undefined;

  /** What the device understands of a message from the house. */
  obey(message: Message): Outcome<Pick<Command, "name" | "parameters">, Problem>;
}

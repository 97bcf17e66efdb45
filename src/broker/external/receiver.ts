import type { AgentId, Timestamp } from "../../domain/brand.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { Receive } from "../../domain/link.ts";
import type { ReceivedMessage } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { isValidTopic } from "../../domain/topic.ts";
import { AssertionError } from "../../lib/assert.ts";
import type { Timer } from "../../lib/clock.ts";
import type { BrokerParts } from "../broker.ts";
import type { PacketView } from "../packet-reader.ts";
import { PACKET } from "../protocol.ts";
import type { Conversation, Wire } from "./line.ts";
import {
  encodeSubscribe,
  encodeUnsubscribe,
  FAILED,
  type Passed,
  readPublish,
  subackCodes,
  type Welcome,
} from "./packet.ts";
import type { SessionMark } from "./session-mark.ts";
import { type Share, subscriptionsOf } from "./share.ts";

export type ReceiverParts = Pick<BrokerParts, "onRefused" | "clock" | "gauges" | "log"> & {
  readonly receive: Receive;
  /** What all workers take in, and which of them this one is. */
  readonly share: Share;
  /** Whose topic it is: nothing else tells who sent a message that another broker took. */
  readonly agentOf: (topic: string) => AgentId | undefined;
  /** The broker forgot the session: what it held for us is lost. */
  readonly onGap: (since: number) => void;
  /** What the broker does not let us subscribe to; empty where it lets us have all. */
  readonly onGranted: (refused: readonly string[]) => void;
  readonly mark: SessionMark;
};

type Batch = { readonly messages: ReceivedMessage[]; readonly packetIds: number[] };

/** What a message costs in memory beside its payload. */
const OVERHEAD_BYTES = 300;
/** A broker has a largest packet, and a filter of ours may have a thousand bytes. */
const FILTERS_PER_PACKET = 100;
const PACKET_ID_MAX = 65_535;

/**
 * Takes what the broker has for us. A message is acknowledged when what it brought is safe: until
 * then the broker keeps it, and sends it again after a lost connection.
 */
export class Receiver implements Conversation {
  readonly #parts: ReceiverParts;
  readonly #wire: Wire;
  #filters: readonly string[];
  /** What was subscribed to and is not answered yet, in this order. */
  readonly #asked: (readonly string[])[] = [];
  readonly #refused = new Set<string>();
  #packetId = 0;
  readonly #isShared: boolean;
  #batch: Batch = { messages: [], packetIds: [] };
  #isTurnEnding = false;
  #released: Promise<void> = Promise.resolve();
  #pendingBytes = 0;
  #isFull = false;
  #isDraining = false;
  #retry: Timer | undefined;
  #isOver = false;

  constructor(parts: ReceiverParts, wire: Wire, welcome: Welcome) {
    this.#parts = parts;
    this.#wire = wire;
    const { share, mark } = parts;
    this.#isShared = welcome.shared;
    this.#filters = subscriptionsOf(share, welcome.shared);
    const known = mark.note(this.#filters, parts.clock.now());
    const hadSome = this.#filters.length > 0 && known !== null;
    if (hadSome && !welcome.sessionPresent) parts.onGap(known.since);
    // Also where the session is there: a cluster that has lost a node may have it without its
    // subscriptions, and what is subscribed already stays as it is.
    this.#subscribe(this.#filters, known?.gone ?? []);
  }

  readonly take = (packet: PacketView): void => {
    const type = (packet.buffer[packet.start] ?? 0) >> 4;
    if (type === PACKET.publish) this.#publish(packet);
    else if (type === PACKET.suback) this.#granted(packet);
  };

  readonly ended = (): void => {
    this.#isOver = true;
    this.#retry?.cancel();
    this.#parts.mark.touch(this.#parts.clock.now());
  };

  /** Something else is to be taken in from now on. */
  change(share: Share): void {
    if (this.#isOver || this.#isDraining) return;
    const before = new Set(this.#filters);
    this.#filters = subscriptionsOf(share, this.#isShared);
    const { mark, clock } = this.#parts;
    const added = this.#filters.filter((filter) => !before.has(filter));
    this.#subscribe(added, mark.note(this.#filters, clock.now())?.gone ?? []);
  }

  /** Reads no more, and settles when what was read is safe and acknowledged. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    this.#wire.holdBack(true);
    this.#handOver();
    await this.#released;
  }

  #subscribe(wanted: readonly string[], gone: readonly string[]): void {
    const { writer, version, send } = this.#wire;
    for (const some of inPackets(gone)) {
      for (const filter of some) this.#refused.delete(filter);
      writer.raw(encodeUnsubscribe(this.#nextPacketId(), some, version));
    }
    for (const some of inPackets(wanted)) {
      writer.raw(encodeSubscribe(this.#nextPacketId(), some, version));
      this.#asked.push(some);
    }
    if (this.#asked.length === 0) this.#parts.onGranted([...this.#refused]);
    if (this.#filters.length === 0) {
      this.#parts.log.warn("this broker shares nothing: another worker takes in all");
    }
    send();
  }

  #granted(packet: PacketView): void {
    const asked = this.#asked.shift() ?? [];
    const codes = subackCodes(packet, asked.length);
    for (const [index, filter] of asked.entries()) {
      if ((codes[index] ?? FAILED) >= FAILED) this.#refused.add(filter);
      else this.#refused.delete(filter);
    }
    if (this.#asked.length > 0) return;
    this.#parts.onGranted([...this.#refused]);
    if (this.#refused.size === 0) return;
    // Rights are mended, and clusters come to themselves.
    this.#retry?.cancel();
    this.#retry = this.#parts.clock.after(LIMIT.externalRetryMsMax, () => {
      this.#subscribe([...this.#refused], []);
    });
  }

  #nextPacketId(): number {
    this.#packetId = (this.#packetId % PACKET_ID_MAX) + 1;
    return this.#packetId;
  }

  #publish(packet: PacketView): void {
    const { gauges } = this.#parts;
    const passed = readPublish(packet, this.#wire.version);
    if (!passed) {
      this.#wire.hangUp("the broker sent a PUBLISH that cannot be read");
      return;
    }
    gauges.add("mqtt_messages_received_total");
    const agent = this.#isNothing(passed) ? null : this.#senderOf(passed);
    // What is to be passed over is settled already; its acknowledgement waits for its turn.
    if (passed.packetId !== 0) this.#batch.packetIds.push(passed.packetId);
    if (agent !== null) this.#add(passed, agent);
    if (this.#batch.messages.length >= LIMIT.messagesPerBatch) this.#handOver();
    else this.#handOverSoon();
  }

  /**
   * What the house said itself, and what an MQTT 3 broker kept from before we came: live messages
   * do not come with that flag (MQTT 3.1.1 section 3.3.1.3), and a value without a time of its own
   * would look like a new one.
   */
  #isNothing({ isOurs, retain }: Passed): boolean {
    const isKept = retain && this.#wire.version === 4;
    if (isKept) this.#parts.gauges.add("mqtt_kept_passed_over_total");
    return isOurs || isKept;
  }

  #senderOf(passed: Passed): AgentId | null {
    const { topic, payload } = passed;
    if (!isValidTopic(topic) || Buffer.byteLength(topic) > LIMIT.topicBytes) {
      return this.#refuse(passed, problem("topic_unknown", "the topic is too long, or not one"));
    }
    if (payload.length > LIMIT.packetBytes) {
      const detail = `${payload.length} bytes are more than ${LIMIT.packetBytes}`;
      return this.#refuse(passed, problem("payload_too_large", detail));
    }
    const agent = this.#parts.agentOf(topic);
    return agent ?? this.#refuse(passed, problem("topic_forbidden", "no agent may publish there"));
  }

  #refuse({ topic, payload }: Passed, trouble: Problem): null {
    this.#parts.gauges.add(`mqtt_refused_total{code="${trouble.code}"}`);
    this.#parts.onRefused({
      ...{ agent: null, clientId: "", remote: "external broker", topic, problem: trouble },
      payload: payload.slice(0, LIMIT.rejectedPayloadBytes),
    });
    return null;
  }

  #add({ topic, payload, retain }: Passed, agent: AgentId): void {
    const receivedAt = this.#parts.clock.now() as Timestamp;
    this.#batch.messages.push({ topic, payload, agent, receivedAt, retain });
    this.#pendingBytes += payload.length + OVERHEAD_BYTES;
    if (this.#pendingBytes > LIMIT.pendingBytes) this.#setFull(true);
  }

  #handOverSoon(): void {
    if (this.#isTurnEnding) return;
    this.#isTurnEnding = true;
    setImmediate(() => {
      this.#isTurnEnding = false;
      this.#handOver();
    });
  }

  /** Several batches may be on their way to safety; they are acknowledged in their order. */
  #handOver(): void {
    const batch = this.#batch;
    if (batch.messages.length + batch.packetIds.length === 0) return;
    this.#batch = { messages: [], packetIds: [] };
    const isSafe = this.#receive(batch.messages);
    this.#released = this.#released.then(async () => this.#release(batch, await isSafe));
  }

  async #receive(messages: readonly ReceivedMessage[]): Promise<boolean> {
    if (messages.length === 0) return true;
    try {
      await this.#parts.receive(messages);
      return true;
    } catch (reason) {
      if (reason instanceof AssertionError) throw reason;
      this.#parts.gauges.add("mqtt_batches_failed_total");
      const said = reason instanceof Error ? reason.message : String(reason);
      this.#parts.log.error("messages could not be stored, the broker is to repeat them", {
        reason: said,
      });
      return false;
    }
  }

  /**
   * Only here is anything acknowledged, and only on the connection it came by: on the next one its
   * packet id may belong to another message.
   */
  #release({ messages, packetIds }: Batch, isSafe: boolean): void {
    for (const { payload } of messages) this.#pendingBytes -= payload.length + OVERHEAD_BYTES;
    if (this.#isOver) return;
    if (!isSafe) {
      this.#wire.hangUp("messages could not be stored");
      return;
    }
    for (const packetId of packetIds) this.#wire.writer.ack(PACKET.puback, packetId);
    if (packetIds.length > 0) this.#wire.send();
    if (this.#pendingBytes < LIMIT.pendingBytes / 2) this.#setFull(false);
  }

  #setFull(isFull: boolean): void {
    if (isFull === this.#isFull || this.#isDraining) return;
    this.#isFull = isFull;
    this.#wire.holdBack(isFull);
  }
}

function inPackets(filters: readonly string[]): readonly (readonly string[])[] {
  const packets = Math.ceil(filters.length / FILTERS_PER_PACKET);
  return Array.from({ length: packets }, (_, at) =>
    filters.slice(at * FILTERS_PER_PACKET, (at + 1) * FILTERS_PER_PACKET),
  );
}

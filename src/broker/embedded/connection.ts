import type { Duplex } from "node:stream";
import type { AgentId, Timestamp } from "../../domain/brand.ts";
import type { Gate } from "../../domain/gate.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { Problem } from "../../domain/problem.ts";
import { LazyMap } from "../../lib/lazy-map.ts";
import type { Slices } from "../../lib/slices.ts";
import type { TurnBudget } from "../../lib/turn-budget.ts";
import type { BrokerParts, ClientCertificate } from "../broker.ts";
import { PacketReader, type PacketView } from "../packet-reader.ts";
import { PacketWriter } from "../packet-writer.ts";
import { REASON } from "../protocol.ts";
import { encodeAck } from "./ack-packet.ts";
import { encodeDisconnect } from "./disconnect-packet.ts";
import type { Outbound } from "./outbound.ts";
import type { Delivery } from "./routed-message.ts";
import type { Session } from "./session.ts";
import { Throttle } from "./throttle.ts";
import { type KnownTopic, TopicTable } from "./topic-table.ts";
import type { Will } from "./will.ts";

export type ConnectionParts = Pick<BrokerParts, "clock" | "gauges"> & {
  /** How long all connections may be read in one turn of the event loop. */
  readonly turn: TurnBudget;
  /** Reads what came when that was over. */
  readonly late: Slices<() => void>;
  readonly outbound: Outbound;
  readonly onPacket: (connection: Connection, packet: PacketView) => void;
  readonly onProblem: (connection: Connection, problem: Problem) => void;
  /** Its peer will say no more: it is to be lost when there is time. */
  readonly onEnded: (connection: Connection, cause: string) => void;
  /** Called once, when no more will be read or written. */
  readonly onGone: (connection: Connection, farewell: Farewell) => void;
};

export type Remote = { readonly address: string; readonly certificate: ClientCertificate | null };

/** How a connection ends. */
export type Farewell = {
  /** For people; see `Presence`. */
  readonly cause: string;
  /** What an MQTT 5 client is told, null where it knows. */
  readonly reason: number | null;
  readonly isWillDue: boolean;
};

/** What was agreed at CONNECT. */
type Agreement = {
  readonly version: 3 | 4 | 5;
  readonly isBridge: boolean;
  readonly keepAliveSeconds: number;
  readonly receiveMaximum: number;
  readonly maximumPacketBytes: number;
  /** How many topics of ours the client remembers by a number. */
  readonly topicAliases: number;
  readonly wantsReasons: boolean;
  readonly will: Will | null;
};

/** A connection that was let in. */
export type Client = Connection & { readonly admitted: Admitted };

type Admitted = {
  readonly session: Session;
  readonly gate: Gate;
  /** When what it showed expires; null: never. */
  readonly endsAt: Timestamp | null;
  readonly topics: TopicTable;
  readonly aliases: LazyMap<number, KnownTopic>;
};

/** Why a client is not read for the moment; each reason comes and goes by itself. */
export const HOLD = {
  /** The house decides whether it may come in. */
  admission: 1,
  /** The house has as much to store as it can hold. */
  house: 2,
  /** It sent more than a client may. */
  rate: 4,
  /** A subscriber of its messages has fallen behind. */
  subscriber: 8,
  /** Others were read for long enough in this turn of the event loop. */
  turn: 16,
} as const;

/** A closed socket may still bring or take the last bytes; then it is torn down. */
export const LINGER_MS = 1_000;
const BURST_BYTES = 64 * 1024;
const NOT_AGREED: Agreement = {
  version: 4,
  isBridge: false,
  keepAliveSeconds: 0,
  receiveMaximum: LIMIT.inflightPerClient,
  maximumPacketBytes: Number.POSITIVE_INFINITY,
  topicAliases: 0,
  wantsReasons: false,
  will: null,
};

/** One stream of packets, from the first byte to the last. */
export class Connection {
  readonly remote: Remote;
  readonly connectedAt: number;
  clientId = "";
  agreement = NOT_AGREED;
  /** Null until the client was let in. */
  admitted: Admitted | null = null;
  /** A client that says goodbye takes its will back. */
  will: Will | null = null;
  /** Whole seconds in which no packet came; see `watch` in embedded.ts. */
  silentSeconds = 0;
  /** When the bytes that are being read came in. */
  readAt: Timestamp;
  /** QoS 1 messages of the client that were not acknowledged yet. */
  unacknowledged = 0;
  received = 0;
  sent = 0;
  /** Packets that count for what a client may send: all but acknowledgements. */
  asked = 0;
  readonly #stream: Duplex;
  readonly #parts: ConnectionParts;
  readonly #reader: PacketReader;
  readonly #writer = new PacketWriter();
  readonly #throttle: Throttle;
  #isOpen = true;
  #hasEnded = false;
  #isOutbound = false;
  #isSilent = false;
  #sentBefore = 0;
  #holds = 0;

  constructor(stream: Duplex, remote: Remote, parts: ConnectionParts) {
    this.#stream = stream;
    this.remote = remote;
    this.#parts = parts;
    this.connectedAt = parts.clock.now();
    this.readAt = this.connectedAt as Timestamp;
    this.#reader = new PacketReader((packet) => parts.onPacket(this, packet));
    this.#throttle = new Throttle(parts.clock.monotonic());
    stream.on("data", (chunk: Buffer) => this.#readInTurn(chunk));
    stream.on("drain", () => this.admitted?.session.pump());
    stream.on("error", () => this.#ended("socket error"));
    stream.on("close", () => this.#ended("connection lost"));
    // Other streams close themselves when their peer has ended.
    if (stream.allowHalfOpen) stream.on("end", () => this.#ended("connection lost"));
    stream.resume();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Its peer is gone, and that was not seen to yet. */
  get hasEnded(): boolean {
    return this.#isOpen && this.#hasEnded;
  }

  /** It is not read: its silence says nothing. */
  get isHeld(): boolean {
    return this.#holds !== 0;
  }

  get isV5(): boolean {
    return this.agreement.version === 5;
  }

  get agent(): AgentId | null {
    return this.admitted?.gate.agent ?? null;
  }

  get receiveMaximum(): number {
    return this.agreement.receiveMaximum;
  }

  /** More waits for this client than it takes. */
  get isCongested(): boolean {
    return this.#stream.writableLength + this.#writer.waiting > LIMIT.socketBacklogBytes;
  }

  agree(agreement: Agreement): void {
    this.agreement = agreement;
    this.will = agreement.will;
    this.#writer.isV5 = agreement.version === 5;
    this.#writer.aliasesMax = Math.min(agreement.topicAliases, LIMIT.topicAliases);
  }

  enter(session: Session, gate: Gate, endsAt: Timestamp | null): void {
    this.admitted = { session, gate, endsAt, topics: new TopicTable(gate), aliases: new LazyMap() };
  }

  /** From now on its messages are judged by these rights, those by a topic alias too. */
  regrant(gate: Gate): void {
    if (!this.admitted) return;
    const topics = new TopicTable(gate);
    const aliases = new LazyMap<number, KnownTopic>();
    for (const [alias, { bytes }] of this.admitted.aliases) {
      const known = topics.find(Buffer.from(bytes), 0, bytes.length);
      if (known) aliases.set(alias, known);
    }
    this.admitted = { ...this.admitted, gate, topics, aliases };
  }

  /** Reads no further while the house decides whether the client may come in. */
  beginAdmission(): void {
    this.#reader.halt();
    this.hold(HOLD.admission, true);
  }

  endAdmission(): void {
    if (!this.#isOpen) return;
    this.hold(HOLD.admission, false);
    this.#check(this.#reader.proceed());
  }

  /** Says nothing until it is called back; what it is to say waits in its order. */
  silence(until: (speak: () => void) => void): void {
    this.#isSilent = true;
    until(() => {
      this.#isSilent = false;
      this.#sendSoon();
    });
  }

  /** Its sender has to wait while there is a reason. */
  hold(reason: number, isHeld: boolean): void {
    this.#holds = isHeld ? this.#holds | reason : this.#holds & ~reason;
    if (!this.#isOpen) return;
    if (this.isHeld) this.#stream.pause();
    else this.#stream.resume();
  }

  /** False where the packet is larger than the client takes. */
  publish(delivery: Delivery, packetId: number, secondsLeft: number | null): boolean {
    const { maximumPacketBytes } = this.agreement;
    if (
      maximumPacketBytes < LIMIT.packetBytes &&
      this.#writer.publishBytes(delivery, secondsLeft) > maximumPacketBytes
    ) {
      return false;
    }
    this.#writer.publish(delivery, packetId, secondsLeft);
    this.sent += 1;
    // A burst goes to the kernel on the way: only what that does not take is a backlog.
    if (this.#writer.waiting >= BURST_BYTES) this.#write();
    else this.#sendSoon();
    return true;
  }

  /** PUBACK, PUBREC, PUBREL or PUBCOMP. */
  ack(type: number, packetId: number, reason: number = REASON.success, detail = ""): void {
    if (detail !== "" && this.isV5 && this.agreement.wantsReasons) {
      const said = encodeAck(type, packetId, reason, detail);
      if (this.takes(said)) {
        this.send(said);
        return;
      }
    }
    this.#writer.ack(type, packetId, reason);
    this.#sendSoon();
  }

  /** Whether a packet is as small as the client wants them: MQTT 5.0 section 3.1.2.11.4. */
  takes(packet: Uint8Array): boolean {
    return packet.length <= this.agreement.maximumPacketBytes;
  }

  /** An answer that the client does not take cannot be given, and nothing stands for it. */
  send(packet: Uint8Array): void {
    if (this.takes(packet)) {
      this.#writer.raw(packet);
      this.#sendSoon();
    } else {
      const cause = "an answer is larger than the client takes";
      this.close({ cause, reason: REASON.packetTooLarge, isWillDue: true });
    }
  }

  /** Writes all that was collected in one go. */
  flush(): void {
    this.#isOutbound = false;
    this.#write();
  }

  close(farewell: Farewell): void {
    if (!this.#isOpen) return;
    if (farewell.reason !== null && this.isV5 && this.admitted) {
      const { reason, cause } = farewell;
      const words = [encodeDisconnect(reason, cause), encodeDisconnect(reason, "")];
      const said = words.find((packet) => this.takes(packet));
      if (said) this.#writer.raw(said);
    }
    this.#isOpen = false;
    this.#reader.halt();
    this.flush();
    this.#stream.end();
    this.#stream.resume();
    this.#parts.clock.after(LINGER_MS, () => this.#stream.destroy());
    this.#parts.onGone(this, farewell);
  }

  /** Nobody is there any more: nothing is said, and the will is due. */
  lose(cause = "connection lost"): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#reader.halt();
    this.#stream.destroy();
    this.#parts.onGone(this, { cause, reason: null, isWillDue: true });
  }

  /** However many send at once, and whatever: all others are served in between. */
  #readInTurn(chunk: Buffer): void {
    const { late, turn } = this.#parts;
    if (!turn.isSpent && !late.isBusy) {
      this.#read(chunk);
      return;
    }
    this.hold(HOLD.turn, true);
    late.add(() => {
      this.#read(chunk);
      this.hold(HOLD.turn, false);
    });
  }

  #read(chunk: Buffer): void {
    if (!this.#isOpen) return;
    this.readAt = this.#parts.clock.now() as Timestamp;
    this.#parts.gauges.add("mqtt_bytes_received_total", chunk.length);
    const askedBefore = this.asked;
    this.#check(this.#reader.read(chunk));
    this.#pace(this.asked - askedBefore, chunk.length);
  }

  #pace(packets: number, bytes: number): void {
    const { clock, gauges } = this.#parts;
    const waitMs = this.#throttle.spend(packets, bytes, clock.monotonic());
    if (waitMs === 0) return;
    gauges.add("mqtt_throttled_total");
    this.hold(HOLD.rate, true);
    clock.after(waitMs, () => this.hold(HOLD.rate, false));
  }

  #check(trouble: Problem | undefined): void {
    if (trouble && this.#isOpen) this.#parts.onProblem(this, trouble);
  }

  #ended(cause: string): void {
    if (!this.#isOpen || this.#hasEnded) return;
    this.#hasEnded = true;
    this.#parts.onEnded(this, cause);
  }

  #write(): void {
    if (this.#isSilent || this.#writer.waiting === 0 || this.#stream.destroyed) return;
    const bytes = this.#writer.take();
    const { gauges } = this.#parts;
    gauges.add("mqtt_bytes_sent_total", bytes.length);
    if (this.sent > this.#sentBefore) {
      gauges.add("mqtt_messages_sent_total", this.sent - this.#sentBefore);
      this.#sentBefore = this.sent;
    }
    this.#stream.write(bytes);
  }

  #sendSoon(): void {
    if (this.#isOutbound) return;
    this.#isOutbound = true;
    this.#parts.outbound.add(this);
  }
}

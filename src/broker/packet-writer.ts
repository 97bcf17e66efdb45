import { LazyMap } from "../lib/lazy-map.ts";
import { PACKET, PROPERTY, QOS_BITS, REASON } from "./protocol.ts";

/** What PUBLISH is written from. */
type Publish = {
  readonly message: {
    readonly topic: string;
    readonly topicBytes: Uint8Array;
    readonly payload: Uint8Array;
    /** MQTT 5 properties, encoded. */
    readonly properties: Uint8Array;
  };
  /** The first byte of the packet: type, DUP, QoS, RETAIN. */
  readonly first: number;
  /** MQTT 5 subscription identifiers. */
  readonly ids: readonly number[];
};

/** What the broker adds to the publisher's properties. */
type Said = { readonly secondsLeft: number | null; readonly alias: number };

const NOTHING = Buffer.alloc(0);
/** Of a connection that has sent nothing yet. */
const BYTES_FIRST = 64;
/** A shorter topic is no longer than the alias that would stand for it. */
const ALIASED_BYTES_MIN = 8;
const ALIAS_BYTES = 3;
const BYTES_HINT_MAX = 64 * 1024;

/** Collects the packets that leave in one write; they are encoded where they will be sent from. */
export class PacketWriter {
  isV5 = false;
  /** How many topics the reader lets us name by a number: MQTT 5.0 section 3.1.2.11.5. */
  aliasesMax = 0;
  /** Topics with a number, the first that came: those of a device repeat for ever. */
  readonly #aliases = new LazyMap<string, number>();
  #bytes = NOTHING;
  #end = 0;
  /** A connection begins with the room it needed last time: most say again what they said. */
  #hint = BYTES_FIRST;

  /** Bytes that were not taken yet. */
  get waiting(): number {
    return this.#end;
  }

  take(): Buffer {
    const isFull = this.#bytes.length === this.#end;
    const taken = isFull ? this.#bytes : this.#bytes.subarray(0, this.#end);
    this.#hint = Math.min(BYTES_HINT_MAX, this.#end);
    this.#bytes = NOTHING;
    this.#end = 0;
    return taken;
  }

  raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** PUBACK, PUBREC, PUBREL or PUBCOMP; MQTT 3 has no place for a reason. */
  ack(type: number, packetId: number, reason: number = REASON.success): void {
    const hasReason = this.isV5 && reason !== REASON.success;
    const at = this.#room(hasReason ? 5 : 4);
    const bytes = this.#bytes;
    bytes[at] = (type << 4) | (type === PACKET.pubrel ? 2 : 0);
    bytes[at + 1] = hasReason ? 3 : 2;
    bytes[at + 2] = packetId >> 8;
    bytes[at + 3] = packetId & 0xff;
    if (hasReason) bytes[at + 4] = reason;
  }

  /** The size of a PUBLISH packet; MQTT 5 clients may have said how much they take. */
  publishBytes(delivery: Publish, secondsLeft: number | null): number {
    const length = this.#publishLength(delivery, secondsLeft, this.#aliasOf(delivery));
    return 1 + varintBytes(length) + length;
  }

  /** `packetId` is not looked at for QoS 0; `secondsLeft` is null where a message has no end. */
  publish(delivery: Publish, packetId: number, secondsLeft: number | null): void {
    const { message, first } = delivery;
    const alias = this.#aliasOf(delivery);
    if (alias < 0) this.#aliases.set(message.topic, -alias);
    const topicBytes = alias > 0 ? NOTHING : message.topicBytes;
    const length = this.#publishLength(delivery, secondsLeft, alias);
    let at = this.#room(1 + varintBytes(length) + length);
    this.#bytes[at] = first;
    at = this.#varint(at + 1, length);
    at = this.#number(at, topicBytes.length);
    this.#bytes.set(topicBytes, at);
    at += topicBytes.length;
    if ((first & QOS_BITS) !== 0) at = this.#number(at, packetId);
    if (this.isV5) at = this.#properties(at, delivery, { secondsLeft, alias });
    this.#bytes.set(message.payload, at);
  }

  /** The number that stands for the topic, negative where it is told with it now; 0: none. */
  #aliasOf({ message: { topic, topicBytes } }: Publish): number {
    if (this.aliasesMax === 0 || topicBytes.length < ALIASED_BYTES_MIN) return 0;
    const known = this.#aliases.get(topic);
    if (known !== undefined) return known;
    return this.#aliases.size < this.aliasesMax ? -(this.#aliases.size + 1) : 0;
  }

  #publishLength(delivery: Publish, secondsLeft: number | null, alias: number): number {
    const { message, first } = delivery;
    const packetIdBytes = (first & QOS_BITS) === 0 ? 0 : 2;
    const topicBytes = alias > 0 ? 0 : message.topicBytes.length;
    const length = 2 + topicBytes + packetIdBytes + message.payload.length;
    if (!this.isV5) return length;
    const properties = propertiesBytes(delivery, secondsLeft, alias);
    return length + varintBytes(properties) + properties;
  }

  #properties(start: number, delivery: Publish, { secondsLeft, alias }: Said): number {
    let at = this.#varint(start, propertiesBytes(delivery, secondsLeft, alias));
    if (alias !== 0) {
      this.#bytes[at] = PROPERTY.topicAlias;
      at = this.#number(at + 1, Math.abs(alias));
    }
    if (secondsLeft !== null) {
      this.#bytes[at] = PROPERTY.messageExpiry;
      at = this.#bytes.writeUInt32BE(secondsLeft, at + 1);
    }
    for (const id of delivery.ids) {
      this.#bytes[at] = PROPERTY.subscriptionId;
      at = this.#varint(at + 1, id);
    }
    this.#bytes.set(delivery.message.properties, at);
    return at + delivery.message.properties.length;
  }

  #number(at: number, value: number): number {
    this.#bytes[at] = value >> 8;
    this.#bytes[at + 1] = value & 0xff;
    return at + 2;
  }

  #varint(start: number, value: number): number {
    let at = start;
    let rest = value;
    for (; rest > 0x7f; rest >>= 7) {
      this.#bytes[at] = (rest & 0x7f) | 0x80;
      at += 1;
    }
    this.#bytes[at] = rest;
    return at + 1;
  }

  #room(bytes: number): number {
    const at = this.#end;
    this.#end += bytes;
    if (this.#end > this.#bytes.length) {
      const isFirst = at === 0;
      const larger = Buffer.allocUnsafe(Math.max(this.#hint, isFirst ? bytes : this.#end * 2));
      if (!isFirst) this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    return at;
  }
}

function propertiesBytes(
  { message, ids }: Publish,
  secondsLeft: number | null,
  alias: number,
): number {
  let bytes = message.properties.length + (secondsLeft === null ? 0 : 5);
  if (alias !== 0) bytes += ALIAS_BYTES;
  for (const id of ids) bytes += 1 + varintBytes(id);
  return bytes;
}

function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x200000 ? 3 : 4;
}

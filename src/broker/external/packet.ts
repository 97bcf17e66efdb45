import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { decode, encode, type PacketOf } from "../packet-codec.ts";
import type { PacketView } from "../packet-reader.ts";
import { numberAt, PROPERTY, qosOf, RETAIN_BIT } from "../protocol.ts";

/** A cluster may speak no MQTT 5; 3.1 nobody needs any more. */
export type Spoken = 4 | 5;

type Greeting = {
  readonly version: Spoken;
  readonly clientId: string;
  readonly username: string | null;
  readonly password: string | null;
  /** Forget what was before, and remember nothing. */
  readonly isFresh: boolean;
  readonly keepAliveSeconds: number;
  /** MQTT 5: how long the broker keeps the session, and how much it may send. */
  readonly sessionExpirySeconds: number;
  readonly receiveMaximum: number;
  readonly maximumPacketBytes: number;
  /** What the broker says when we are gone without a word. */
  readonly will: Message | null;
};

/** What the broker can do, as far as CONNACK tells: MQTT 5.0 section 3.2.2.3. */
export type Welcome = {
  readonly sessionPresent: boolean;
  readonly receiveMaximum: number;
  readonly maximumPacketBytes: number;
  readonly qos2: boolean;
  readonly retain: boolean;
  readonly shared: boolean;
  readonly keepAliveSeconds: number | null;
};

type Refused = { readonly reason: number; readonly problem: Problem };

/** Codes above this say no: MQTT 5.0 section 2.4, MQTT 3.1.1 section 3.9.3. */
export const FAILED = 0x80;
/** MQTT 3.1.1: the level of the protocol is not supported. */
const WRONG_LEVEL_3 = 1;
const WRONG_LEVEL_5 = 0x84;
/** What can be relied on where the broker says nothing. */
const PLAIN: Welcome = {
  sessionPresent: false,
  receiveMaximum: 65_535,
  maximumPacketBytes: Number.POSITIVE_INFINITY,
  qos2: false,
  retain: true,
  shared: false,
  keepAliveSeconds: null,
};

export function encodeConnect(greeting: Greeting): Buffer {
  const { version, clientId, username, password, isFresh, keepAliveSeconds, will } = greeting;
  const packet: PacketOf<"connect"> = {
    cmd: "connect",
    protocolId: "MQTT",
    ...{ protocolVersion: version, clientId, clean: isFresh },
    keepalive: keepAliveSeconds,
    ...(will && { will: willOf(will) }),
    ...(username !== null && { username }),
    ...(password !== null && { password: Buffer.from(password) }),
    properties: {
      sessionExpiryInterval: isFresh ? 0 : greeting.sessionExpirySeconds,
      receiveMaximum: greeting.receiveMaximum,
      maximumPacketSize: greeting.maximumPacketBytes,
    },
  };
  return encode(packet, version);
}

function willOf({ topic, payload, retain = false, qos = 1 }: Message) {
  return { topic, payload: Buffer.from(payload), retain, qos };
}

export function decodeConnack(view: PacketView, version: Spoken): Outcome<Welcome, Refused> {
  const { buffer, body, end } = view;
  // A broker that does not know MQTT 5 answers in the form of MQTT 3: two bytes.
  const reason = buffer[body + 1] ?? WRONG_LEVEL_3;
  if (reason !== 0) return failure({ reason, problem: refusal(reason) });
  const sessionPresent = ((buffer[body] ?? 0) & 1) === 1;
  if (version === 4 || end - body < 3) return success({ ...PLAIN, sessionPresent });
  const decoded = decode<PacketOf<"connack">>(view, { protocolVersion: version });
  if (!decoded.ok) return failure({ reason: FAILED, problem: decoded.problem });
  return success({ ...toldBy(decoded.value.properties ?? {}), sessionPresent });
}

/** What is not said has a value of its own: all that MQTT 5 knows. */
function toldBy(found: NonNullable<PacketOf<"connack">["properties"]>): Welcome {
  return {
    sessionPresent: false,
    receiveMaximum: found.receiveMaximum ?? PLAIN.receiveMaximum,
    maximumPacketBytes: found.maximumPacketSize ?? PLAIN.maximumPacketBytes,
    qos2: found.maximumQoS === undefined || found.maximumQoS > 1,
    retain: found.retainAvailable ?? true,
    shared: found.sharedSubscriptionAvailable ?? true,
    keepAliveSeconds: found.serverKeepAlive ?? null,
  };
}

export function isWrongLevel(reason: number): boolean {
  return reason === WRONG_LEVEL_3 || reason === WRONG_LEVEL_5;
}

/** Unavailable, busy, over its quota or its rate: MQTT 5.0 3.2.2.2, MQTT 3.1.1 3.2.2.3. */
export function isBusy(reason: number): boolean {
  return [3, 0x88, 0x89, 0x97, 0x9f].includes(reason);
}

export function encodeSubscribe(
  packetId: number,
  filters: readonly string[],
  version: Spoken,
): Buffer {
  // MQTT 5: the sender's wish to have it retained shows (rap), and what was retained before the
  // house came is not sent (rh): a value without a time of its own would look like a new one.
  const wish = version === 5 ? ({ qos: 1, rap: true, rh: 2 } as const) : ({ qos: 1 } as const);
  const subscriptions = filters.map((topic) => ({ topic, ...wish }));
  return encode({ cmd: "subscribe", messageId: packetId, subscriptions }, version);
}

export function encodeUnsubscribe(
  packetId: number,
  filters: readonly string[],
  version: Spoken,
): Buffer {
  return encode(
    { cmd: "unsubscribe", messageId: packetId, unsubscriptions: [...filters] },
    version,
  );
}

/** One code a filter, in their order: the last bytes of the packet. */
export function subackCodes({ buffer, end }: PacketView, filters: number): readonly number[] {
  return [...buffer.subarray(end - filters, end)];
}

export function encodeDisconnect(): Buffer {
  return encode({ cmd: "disconnect", reasonCode: 0 }, 4);
}

export function encodePing(): Buffer {
  return encode({ cmd: "pingreq" }, 4);
}

/** The reason in PUBACK, which MQTT 3 and good news leave out. */
export function ackReason({ buffer, body, end }: PacketView): number {
  return end - body > 2 ? (buffer[body + 2] ?? 0) : 0;
}

/** A message as the broker passes it on; the payload lies in the buffer that was read. */
export type Passed = {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly packetId: number;
  readonly retain: boolean;
  /** The house itself sent it: MQTT 5 only. */
  readonly isOurs: boolean;
};

/**
 * A user property on what the house sends (MQTT 5.0 section 3.3.2.3.7): `fieldline`, `1`. It hears
 * its own orders where a driver listens to their topics, and must not take them for the device's.
 */
export const OURS = Buffer.concat([
  Buffer.from([PROPERTY.userProperty, 0, 9]),
  Buffer.from("fieldline"),
  Buffer.from([0, 1]),
  Buffer.from("1"),
]);

/** Undefined where the lengths in it do not fit together. */
export function readPublish(view: PacketView, version: Spoken): Passed | undefined {
  const { buffer, start, body, end } = view;
  const first = buffer[start] ?? 0;
  const hasId = qosOf(first) !== 0;
  const topicEnd = body + 2 + numberAt(buffer, body);
  const head = hasId ? topicEnd + 2 : topicEnd;
  const properties = version === 5 ? propertiesAt(buffer, head) : { at: head, end: head };
  if (properties.end > end) return undefined;
  return {
    topic: buffer.toString("utf8", body + 2, topicEnd),
    payload: buffer.subarray(properties.end, end),
    packetId: hasId ? numberAt(buffer, topicEnd) : 0,
    retain: (first & RETAIN_BIT) !== 0,
    isOurs: isOurs(buffer, properties),
  };
}

/** Brokers may add properties of their own, and change their order. */
function isOurs(buffer: Buffer, { at, end }: { at: number; end: number }): boolean {
  return end - at >= OURS.length && buffer.subarray(at, end).includes(OURS);
}

/** No other property matters here: no alias was offered, and what has expired is not sent. */
function propertiesAt(buffer: Buffer, start: number): { at: number; end: number } {
  let length = 0;
  let at = start;
  for (let shift = 0; shift <= 21; shift += 7) {
    const byte = buffer[at] ?? 0;
    at += 1;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { at, end: at + length };
  }
  return { at, end: Number.POSITIVE_INFINITY };
}

function refusal(reason: number): Problem {
  const code = reason.toString(16).padStart(2, "0");
  return problem("broker_refused", `the broker answered CONNECT with 0x${code}: ${words(reason)}`);
}

function words(reason: number): string {
  switch (reason) {
    case 2:
    case 0x85:
      return "it does not want this client id";
    case 4:
    case 5:
    case 0x86:
    case 0x87:
      return "user name or password are wrong, or not allowed";
    case 3:
    case 0x88:
    case 0x89:
      return "it is not available now";
    default:
      return isWrongLevel(reason) ? "it does not speak this version of MQTT" : "no";
  }
}

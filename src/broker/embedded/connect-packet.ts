import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { decode, encode, type PacketOf, type Version } from "../packet-codec.ts";
import type { PacketView } from "../packet-reader.ts";
import { numberAt, PROPERTY, REASON, returnCode } from "../protocol.ts";
import { type Cursor, cursorOf, readNumber, skipBytes, skipText } from "./cursor.ts";
import { readProperties } from "./properties.ts";
import { NO_PROPERTIES, readWillProperties } from "./publish-properties.ts";
import type { Will } from "./will.ts";

export type ConnectPacket = {
  readonly version: 3 | 4 | 5;
  readonly isBridge: boolean;
  readonly clientId: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly cleanStart: boolean;
  readonly keepAliveSeconds: number;
  readonly sessionExpirySeconds: number;
  readonly receiveMaximum: number | null;
  readonly maximumPacketBytes: number | null;
  readonly topicAliases: number;
  readonly wantsReasons: boolean;
  readonly authenticationMethod: string | null;
  readonly will: Will | null;
};

export type Connack = {
  readonly reason: number;
  readonly sessionPresent: boolean;
  /** MQTT 5 only. */
  readonly properties: NonNullable<PacketOf<"connack">["properties"]>;
};

type ConnectTrouble = { readonly problem: Problem; readonly reason: number };
type Wills = NonNullable<PacketOf<"connect">["will"]>;
type WillProperties = NonNullable<ReturnType<typeof readWillProperties>>;

/** The will's properties of a CONNECT that is well made, null where it has none. */
type ConnectForm = { readonly willProperties: WillProperties | null };

// The parser of packets that come seldom reads on where a length is wrong, leaves alone what
// follows the last field, and mends text that is no UTF-8. What breaks the protocol is to end the
// connection (MQTT 5.0 section 4.13), so each such packet is walked through first, field by field.

/** MQTT 3 without a clean session: kept for ever, as far as the protocol goes. */
const EXPIRES_NEVER = 0xffffffff;
/** Flags of CONNECT: MQTT 5.0 section 3.1.2.3. */
const HAS_WILL = 0x04;
const HAS_PASSWORD = 0x40;
const HAS_USERNAME = 0x80;
const OF_CONNECT: ReadonlySet<number> = new Set([
  PROPERTY.sessionExpiry,
  PROPERTY.receiveMaximum,
  PROPERTY.maximumPacketSize,
  PROPERTY.topicAliasMaximum,
  PROPERTY.wantsResponseInformation,
  PROPERTY.wantsReasons,
  PROPERTY.userProperty,
  PROPERTY.authenticationMethod,
  PROPERTY.authenticationData,
]);

/** CONNECT: MQTT 5.0 section 3.1. */
export function decodeConnect(view: PacketView): Outcome<ConnectPacket, ConnectTrouble> {
  const level = levelOf(view);
  if (level < 3 || level > 5) {
    const detail = `protocol level ${level} is not 3, 4 or 5`;
    return trouble(detail, REASON.versionUnsupported);
  }
  const form = formOfConnect(view, level === 5);
  if (!form) return trouble("CONNECT with fields that are not as its flags and lengths say");
  const decoded = decode<PacketOf<"connect">>(view, {});
  if (!decoded.ok) return trouble(decoded.problem.detail);
  const packet = decoded.value;
  if (!isInRange(packet)) {
    return trouble("CONNECT with a number that is out of range", REASON.protocolError);
  }
  const will = packet.will ? willOf(packet.will, form) : null;
  return success(connectPacket(level as Version, packet, will));
}

/** CONNACK: MQTT 5.0 section 3.2. */
export function encodeConnack(version: Version, connack: Connack): Buffer {
  const { reason, sessionPresent, properties } = connack;
  const codes = { reasonCode: reason, returnCode: returnCode(reason) };
  // The bit was reserved in MQTT 3.1.
  const present = sessionPresent && version > 3;
  return encode({ cmd: "connack", sessionPresent: present, ...codes, properties }, version);
}

/** The protocol level behind the protocol's name; bridges add 128 to it. */
function levelOf({ buffer, body }: PacketView): number {
  return (buffer[body + 2 + numberAt(buffer, body)] ?? 0) & 0x7f;
}

/** Undefined where it is not made as its flags say. */
function formOfConnect(view: PacketView, isV5: boolean): ConnectForm | undefined {
  const cursor = cursorOf(view);
  const flags = readHead(cursor, isV5);
  if (flags === undefined) return undefined;
  let willProperties: WillProperties | null = null;
  const skipWillProperties = () => {
    const read = readWillProperties(cursor);
    willProperties = read ?? null;
    return read && 0;
  };
  const will = [...(isV5 ? [skipWillProperties] : []), skipText, skipBytes];
  const fields = [
    skipText,
    ...(flags & HAS_WILL ? will : []),
    ...(flags & HAS_USERNAME ? [skipText] : []),
    ...(flags & HAS_PASSWORD ? [skipBytes] : []),
  ];
  const isWhole = fields.every((skip) => skip(cursor) !== undefined);
  return isWhole && cursor.at === cursor.end ? { willProperties } : undefined;
}

/** The flags, of which MQTT 3 had no password without a user name: 3.1.1 section 3.1.2.9. */
function readHead(cursor: Cursor, isV5: boolean): number | undefined {
  const [name, level] = [skipText(cursor), readNumber(cursor, 1)];
  const [flags = 0, keepAlive] = [readNumber(cursor, 1), readNumber(cursor, 2)];
  if (name === undefined || level === undefined || keepAlive === undefined) return undefined;
  if (isV5) return readProperties(cursor, OF_CONNECT) && flags;
  return (flags & (HAS_USERNAME | HAS_PASSWORD)) === HAS_PASSWORD ? undefined : flags;
}

function expiryOf(version: Version, { clean, properties }: PacketOf<"connect">): number {
  if (version === 5) return properties?.sessionExpiryInterval ?? 0;
  return clean ? 0 : EXPIRES_NEVER;
}

function willOf({ topic, payload, qos = 0, retain = false }: Wills, form: ConnectForm): Will {
  const { delaySeconds = 0, expirySeconds = null, passedOn } = form.willProperties ?? {};
  const properties = passedOn ?? NO_PROPERTIES;
  return {
    ...{ topic, payload: Buffer.from(payload), qos, retain },
    ...{ delaySeconds, expirySeconds, properties },
  };
}

function connectPacket(
  version: Version,
  packet: PacketOf<"connect">,
  will: Will | null,
): ConnectPacket {
  const { username, password, properties = {} } = packet;
  return {
    version,
    isBridge: "bridgeMode" in packet,
    clientId: packet.clientId,
    username: username || null,
    password: password?.toString() || null,
    cleanStart: packet.clean ?? true,
    keepAliveSeconds: packet.keepalive ?? 0,
    sessionExpirySeconds: expiryOf(version, packet),
    receiveMaximum: properties.receiveMaximum ?? null,
    maximumPacketBytes: properties.maximumPacketSize ?? null,
    topicAliases: properties.topicAliasMaximum ?? 0,
    wantsReasons: properties.requestProblemInformation ?? true,
    authenticationMethod: properties.authenticationMethod ?? null,
    will,
  };
}

function isInRange({ will, properties = {} }: PacketOf<"connect">): boolean {
  const { receiveMaximum, maximumPacketSize } = properties;
  return receiveMaximum !== 0 && maximumPacketSize !== 0 && Number(will?.qos ?? 0) < 3;
}

function trouble(detail: string, reason: number = REASON.malformed) {
  return failure({ problem: problem("packet_malformed", detail), reason });
}

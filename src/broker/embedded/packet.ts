import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { decode, encode, type PacketOf, type Version } from "../packet-codec.ts";
import type { PacketView } from "../packet-reader.ts";
import { numberAt, PACKET, REASON, returnCode } from "../protocol.ts";
import { NO_PROPERTIES } from "./publish-properties.ts";
import { type ConnectForm, formOfConnect, isDisconnect } from "./well-made.ts";
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

type ConnectTrouble = { readonly problem: Problem; readonly reason: number };

type Wills = NonNullable<PacketOf<"connect">["will"]>;

/** MQTT 3 without a clean session: kept for ever, as far as the protocol goes. */
const EXPIRES_NEVER = 0xffffffff;

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

export function decodeDisconnect(
  view: PacketView,
  version: Version,
): Outcome<{ reason: number; sessionExpirySeconds: number | null }, Problem> {
  if (!isDisconnect(view, version === 5)) {
    return malformed("DISCONNECT with a wrong length, text or property");
  }
  if (view.body === view.end) return success({ reason: 0, sessionExpirySeconds: null });
  const decoded = decode<PacketOf<"disconnect">>(view, { protocolVersion: version });
  if (!decoded.ok) return decoded;
  const { reasonCode = 0, properties } = decoded.value;
  const { sessionExpiryInterval = null } = properties ?? {};
  return success({ reason: reasonCode, sessionExpirySeconds: sessionExpiryInterval });
}

export type Connack = {
  readonly reason: number;
  readonly sessionPresent: boolean;
  /** MQTT 5 only. */
  readonly properties: NonNullable<PacketOf<"connack">["properties"]>;
};

export function encodeConnack(version: Version, connack: Connack): Buffer {
  const { reason, sessionPresent, properties } = connack;
  const codes = { reasonCode: reason, returnCode: returnCode(reason) };
  // The bit was reserved in MQTT 3.1.
  const present = sessionPresent && version > 3;
  return encode({ cmd: "connack", sessionPresent: present, ...codes, properties }, version);
}

/** With words: Paho 1.6 overlooks a DISCONNECT that holds a reason code and nothing else. */
export function encodeDisconnect(reason: number, detail: string): Buffer {
  const properties = detail === "" ? {} : { reasonString: detail };
  return encode({ cmd: "disconnect", reasonCode: reason, properties }, 5);
}

/** An acknowledgement that says in words what was wrong: MQTT 5 only. */
export function encodeAck(type: number, packetId: number, reason: number, detail: string): Buffer {
  const cmd = type === PACKET.puback ? "puback" : "pubrec";
  const properties = { reasonString: detail };
  return encode({ cmd, messageId: packetId, reasonCode: reason, properties }, 5);
}

/** The protocol level behind the protocol's name; bridges add 128 to it. */
function levelOf({ buffer, body }: PacketView): number {
  return (buffer[body + 2 + numberAt(buffer, body)] ?? 0) & 0x7f;
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

function malformed(detail: string) {
  return failure(problem("packet_malformed", detail));
}

function trouble(detail: string, reason: number = REASON.malformed) {
  return failure({ problem: problem("packet_malformed", detail), reason });
}

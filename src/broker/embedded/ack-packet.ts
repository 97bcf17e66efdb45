import { encode } from "../packet-codec.ts";
import type { PacketView } from "../packet-reader.ts";
import { numberAt, PACKET, PROPERTY } from "../protocol.ts";
import { cursorOf } from "./cursor.ts";
import { endsInReason } from "./properties.ts";

/** What may stand in PUBACK and PUBREC, and in PUBREL and PUBCOMP. */
const FIRST_REASONS = new Set([0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]);
const LAST_REASONS = new Set([0x00, 0x92]);
const OF_ACK: ReadonlySet<number> = new Set([PROPERTY.reasonString, PROPERTY.userProperty]);
const ID_BYTES = 2;

/** PUBACK, PUBREC, PUBREL and PUBCOMP (MQTT 5.0 sections 3.4 to 3.7): null, or what is wrong. */
export function wrongWithAck(packet: PacketView, isV5: boolean): string | null {
  const { buffer, body, end } = packet;
  if (end < body + ID_BYTES || numberAt(buffer, body) === 0) {
    return "acknowledgement with wrong length or packet id";
  }
  if (end === body + ID_BYTES || (isV5 && isWellEnded(packet))) return null;
  // Before MQTT 5 there is nothing behind the packet id: 3.1.1 section 3.4.
  return "acknowledgement with a wrong reason or wrong properties";
}

/** What MQTT 5 says behind the packet id; where it says nothing, all is well. */
export function reasonOfAck({ buffer, body, end }: PacketView): number {
  return end > body + ID_BYTES ? (buffer[body + ID_BYTES] ?? 0) : 0;
}

/** An acknowledgement that says in words what was wrong: MQTT 5 only. */
export function encodeAck(type: number, packetId: number, reason: number, detail: string): Buffer {
  const cmd = type === PACKET.puback ? "puback" : "pubrec";
  const properties = { reasonString: detail };
  return encode({ cmd, messageId: packetId, reasonCode: reason, properties }, 5);
}

/** A reason of its kind, and properties that belong here: MQTT 5.0 sections 3.4.2 to 3.7.2. */
function isWellEnded(packet: PacketView): boolean {
  const type = (packet.buffer[packet.start] ?? 0) >> 4;
  const isOfFirst = type === PACKET.puback || type === PACKET.pubrec;
  const cursor = cursorOf(packet);
  cursor.at += ID_BYTES;
  const reasons = isOfFirst ? FIRST_REASONS : LAST_REASONS;
  return reasons.has(reasonOfAck(packet)) && endsInReason(cursor, OF_ACK);
}

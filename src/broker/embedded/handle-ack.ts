import type { PacketView } from "../packet-reader.ts";
import { numberAt, PACKET, REASON } from "../protocol.ts";
import type { Client } from "./connection.ts";
import type { Core } from "./core.ts";
import { breakOff } from "./refusal.ts";
import { isAckEnd } from "./well-made.ts";

const FAILURE_MIN = 0x80;
/** What may stand in PUBACK and PUBREC, and in PUBREL and PUBCOMP. */
const FIRST_REASONS = new Set([0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]);
const LAST_REASONS = new Set([0x00, 0x92]);

/** PUBACK, PUBREC, PUBREL and PUBCOMP: MQTT 5.0 sections 3.4 to 3.7. */
export function handleAck(core: Core, client: Client, packet: PacketView): void {
  const { buffer, body, end } = packet;
  const type = (buffer[packet.start] ?? 0) >> 4;
  const packetId = numberAt(buffer, body);
  if (end < body + 2 || packetId === 0) {
    breakOff(core, client, "acknowledgement with wrong length or packet id");
    return;
  }
  if (!isWellEnded(client, type, packet)) {
    breakOff(core, client, "acknowledgement with a wrong reason or wrong properties");
    return;
  }
  const reason = end > body + 2 ? (buffer[body + 2] ?? 0) : REASON.success;
  const { session } = client.admitted;
  if (type === PACKET.pubrel) release(core, client, packetId);
  else if (type === PACKET.pubrec && reason < FAILURE_MIN) session.release(packetId, client);
  else session.finish(packetId);
}

/** A reason of its kind, and properties that belong here: MQTT 5.0 sections 3.4.2 to 3.7.2. */
function isWellEnded(client: Client, type: number, packet: PacketView): boolean {
  const { buffer, body, end } = packet;
  if (end === body + 2) return true;
  // Before MQTT 5 there is nothing behind the packet id: 3.1.1 section 3.4.
  if (!client.isV5) return false;
  const isOfFirst = type === PACKET.puback || type === PACKET.pubrec;
  const reason = buffer[body + 2] ?? 0;
  return (isOfFirst ? FIRST_REASONS : LAST_REASONS).has(reason) && isAckEnd(packet);
}

/** The client has seen our PUBREC: its packet id is free for another message. */
function release(core: Core, client: Client, packetId: number): void {
  const { book, unreleased } = client.admitted.session;
  if (unreleased.get(packetId)) {
    // It cannot have: the message is not safe yet, and PUBCOMP would say that it is.
    breakOff(core, client, "PUBREL before PUBREC", REASON.protocolError);
    return;
  }
  const isKnown = unreleased.delete(packetId);
  const reason = isKnown ? REASON.success : REASON.packetIdNotFound;
  const complete = () => client.isOpen && client.ack(PACKET.pubcomp, packetId, reason);
  book?.forget(packetId);
  // PUBCOMP says that the id may stand for another message: after a restart too.
  if (book) book.whenSafe(complete);
  else complete();
}

import type { PacketView } from "../packet-reader.ts";
import { numberAt, PACKET, REASON } from "../protocol.ts";
import type { Client } from "./connection.ts";
import type { Core } from "./core.ts";
import { breakOff } from "./refusal.ts";

const FAILURE_MIN = 0x80;
/** PUBREL carries the flags 0010, the other three 0000: MQTT 5.0 section 2.1.3. */
const PUBREL_FLAGS = 2;

/** PUBACK, PUBREC, PUBREL and PUBCOMP: MQTT 5.0 sections 3.4 to 3.7. */
export function handleAck(core: Core, client: Client, packet: PacketView): void {
  const { buffer, body, end } = packet;
  const first = buffer[packet.start] ?? 0;
  const type = first >> 4;
  const packetId = numberAt(buffer, body);
  const flags = type === PACKET.pubrel ? PUBREL_FLAGS : 0;
  if ((first & 0x0f) !== flags || end < body + 2 || packetId === 0) {
    breakOff(core, client, "acknowledgement with wrong flags, length or packet id");
    return;
  }
  const reason = client.isV5 && end > body + 2 ? (buffer[body + 2] ?? 0) : REASON.success;
  const { session } = client.admitted;
  if (type === PACKET.pubrel) release(core, client, packetId);
  else if (type === PACKET.pubrec && reason < FAILURE_MIN) session.release(packetId, client);
  else session.finish(packetId);
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

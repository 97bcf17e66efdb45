import type { PacketView } from "../packet-reader.ts";
import { numberAt, PACKET } from "../protocol.ts";
import { reasonOfAck, wrongWithAck } from "./ack-packet.ts";
import type { Client } from "./connection.ts";
import type { Core } from "./core.ts";
import { handlePubrel } from "./handle-pubrel.ts";
import { breakOff } from "./refusal.ts";

const FAILURE_MIN = 0x80;

/**
 * PUBACK, PUBREC and PUBCOMP: the client has a message, or will not have it. PUBREL is of one that
 * it has sent itself.
 */
export function handleAck(core: Core, client: Client, packet: PacketView): void {
  const wrong = wrongWithAck(packet, client.isV5);
  if (wrong !== null) {
    breakOff(core, client, wrong);
    return;
  }
  const type = (packet.buffer[packet.start] ?? 0) >> 4;
  const packetId = numberAt(packet.buffer, packet.body);
  const { session } = client.admitted;
  if (type === PACKET.pubrel) handlePubrel(core, client, packetId);
  else if (type === PACKET.pubrec && reasonOfAck(packet) < FAILURE_MIN) {
    session.release(packetId, client);
  } else session.finish(packetId);
}

import type { PacketView } from "../packet-reader.ts";
import { PACKET, REASON } from "../protocol.ts";
import type { Client, Connection } from "./connection.ts";
import type { Core } from "./core.ts";
import { handleAck } from "./handle-ack.ts";
import { handleConnect } from "./handle-connect.ts";
import { handleDisconnect } from "./handle-disconnect.ts";
import { handlePublish } from "./handle-publish.ts";
import { handleSubscribe } from "./handle-subscribe.ts";
import { handleUnsubscribe } from "./handle-unsubscribe.ts";
import { breakOff } from "./refusal.ts";

const FLAGGED: ReadonlySet<number> = new Set([PACKET.pubrel, PACKET.subscribe, PACKET.unsubscribe]);
const PINGRESP = Buffer.from([PACKET.pingresp << 4, 0]);

/** Gives a whole packet to the one who understands it. */
export function handlePacket(core: Core, connection: Connection, packet: PacketView): void {
  connection.silentSeconds = 0;
  const { buffer, start } = packet;
  if (isClient(connection)) {
    handleClient(core, connection, packet);
  } else if (buffer[start] === PACKET.connect << 4) {
    void handleConnect(core, connection, packet);
  } else {
    breakOff(core, connection, "the first packet is not CONNECT");
  }
}

function isClient(connection: Connection): connection is Client {
  return connection.admitted !== null;
}

/** The flags of all but PUBLISH are fixed: MQTT 5.0 section 2.1.3. A ping has nothing else. */
function isWellBegun(type: number, { buffer, start, body, end }: PacketView): boolean {
  const hasFlags = FLAGGED.has(type) ? 2 : 0;
  const flags = (buffer[start] ?? 0) & 0x0f;
  return flags === hasFlags && (type !== PACKET.pingreq || body === end);
}

function handleClient(core: Core, client: Client, packet: PacketView): void {
  const type = (packet.buffer[packet.start] ?? 0) >> 4;
  // A subscriber acknowledges as fast as it is served: that is nothing to slow down.
  if (type < PACKET.puback || type > PACKET.pubcomp) client.asked += 1;
  if (type === PACKET.publish) {
    handlePublish(core, client, packet);
    return;
  }
  if (!isWellBegun(type, packet)) {
    breakOff(core, client, "a packet with reserved flags, or a ping that says something");
    return;
  }
  switch (type) {
    case PACKET.puback:
    case PACKET.pubrec:
    case PACKET.pubrel:
    case PACKET.pubcomp:
      handleAck(core, client, packet);
      break;
    case PACKET.subscribe:
      handleSubscribe(core, client, packet);
      break;
    case PACKET.unsubscribe:
      handleUnsubscribe(core, client, packet);
      break;
    case PACKET.pingreq:
      client.send(PINGRESP);
      break;
    case PACKET.disconnect:
      handleDisconnect(core, client, packet);
      break;
    default:
      breakOff(core, client, "a packet that a client does not send", REASON.protocolError);
  }
}

import type { PacketView } from "../packet-reader.ts";
import { PACKET, REASON } from "../protocol.ts";
import type { Client, Connection } from "./connection.ts";
import type { Core } from "./core.ts";
import { handleAck } from "./handle-ack.ts";
import { handleConnect } from "./handle-connect.ts";
import { handleDisconnect } from "./handle-disconnect.ts";
import { handlePublish } from "./handle-publish.ts";
import { handleSubscribe, handleUnsubscribe } from "./handle-subscribe.ts";
import { breakOff } from "./refusal.ts";

const PINGRESP = Buffer.from([PACKET.pingresp << 4, 0]);

/** Gives a whole packet to the one who understands it. */
export function handlePacket(core: Core, connection: Connection, packet: PacketView): void {
  connection.silentSeconds = 0;
  const type = (packet.buffer[packet.start] ?? 0) >> 4;
  if (isClient(connection)) {
    handleClient(core, connection, packet);
  } else if (type === PACKET.connect) {
    void handleConnect(core, connection, packet);
  } else {
    breakOff(core, connection, "the first packet is not CONNECT");
  }
}

function isClient(connection: Connection): connection is Client {
  return connection.admitted !== null;
}

function handleClient(core: Core, client: Client, packet: PacketView): void {
  const type = (packet.buffer[packet.start] ?? 0) >> 4;
  // A subscriber acknowledges as fast as it is served: that is nothing to slow down.
  if (type < PACKET.puback || type > PACKET.pubcomp) client.asked += 1;
  switch (type) {
    case PACKET.publish:
      handlePublish(core, client, packet);
      break;
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

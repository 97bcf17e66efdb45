import { PACKET, REASON } from "../protocol.ts";
import type { Client } from "./connection.ts";
import type { Core } from "./core.ts";
import { breakOff } from "./refusal.ts";

/** PUBREL: the client has seen our PUBREC, and its packet id is free for another message. */
export function handlePubrel(core: Core, client: Client, packetId: number): void {
  const { session } = client.admitted;
  if (session.unreleased.get(packetId)) {
    // It cannot have: the message is not safe yet, and PUBCOMP would say that it is.
    breakOff(core, client, "PUBREL before PUBREC", REASON.protocolError);
    return;
  }
  const isKnown = session.unreleased.delete(packetId);
  const reason = isKnown ? REASON.success : REASON.packetIdNotFound;
  session.book?.forget(packetId);
  // PUBCOMP says that the id may stand for another message: after a restart too.
  session.whenSafe(() => client.isOpen && client.ack(PACKET.pubcomp, packetId, reason));
}

import type { PacketView } from "../packet-reader.ts";
import { REASON } from "../protocol.ts";
import type { Client } from "./connection.ts";
import type { Core } from "./core.ts";
import { breakOff } from "./refusal.ts";
import { decodeUnsubscribe, encodeUnsuback } from "./unsubscribe-packet.ts";

/** UNSUBSCRIBE: what is on its way already may still come (MQTT 5.0 section 3.10.4). */
export function handleUnsubscribe(core: Core, client: Client, packet: PacketView): void {
  const { version } = client.agreement;
  const decoded = decodeUnsubscribe(packet, version);
  if (!decoded.ok) {
    breakOff(core, client, decoded.problem.detail);
    return;
  }
  const { packetId, filters } = decoded.value;
  const { session } = client.admitted;
  const codes = filters.map((filter) => {
    if (!session.subscriptions.delete(filter)) return REASON.noSubscriptionExisted;
    core.subscriptions.remove(session, filter);
    return REASON.success;
  });
  session.book?.write(session);
  session.whenSafe(() => client.isOpen && client.send(encodeUnsuback(packetId, codes, version)));
}

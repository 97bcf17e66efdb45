import type { PacketView } from "../packet-reader.ts";
import { REASON } from "../protocol.ts";
import type { Client } from "./connection.ts";
import type { Core } from "./core.ts";
import { decodeDisconnect } from "./disconnect-packet.ts";
import { breakOff } from "./refusal.ts";
import { keptSeconds } from "./sessions.ts";

/** The client says goodbye and takes its will back, unless MQTT 5's reason 4 says otherwise. */
export function handleDisconnect(core: Core, client: Client, packet: PacketView): void {
  const decoded = decodeDisconnect(packet, client.agreement.version);
  if (!decoded.ok) {
    breakOff(core, client, decoded.problem.detail);
    return;
  }
  const { reason, sessionExpirySeconds } = decoded.value;
  const { session } = client.admitted;
  if (sessionExpirySeconds !== null) {
    if (session.expirySeconds === 0 && sessionExpirySeconds > 0) {
      // A session that was to end cannot be kept in the last moment: MQTT 5.0 section 3.14.2.2.2.
      breakOff(core, client, "session expiry was 0 at CONNECT", REASON.protocolError);
      return;
    }
    session.expirySeconds = keptSeconds(sessionExpirySeconds);
  }
  const isWillDue = reason === REASON.disconnectWithWill;
  client.close({ cause: "disconnected", reason: null, isWillDue });
}

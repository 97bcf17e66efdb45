import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { decode, encode, type PacketOf, type Version } from "../packet-codec.ts";
import type { PacketView } from "../packet-reader.ts";
import { PROPERTY } from "../protocol.ts";
import { cursorOf } from "./cursor.ts";
import { endsInReason } from "./properties.ts";

type Disconnect = { readonly reason: number; readonly sessionExpirySeconds: number | null };

const OF_DISCONNECT: ReadonlySet<number> = new Set([
  PROPERTY.reasonString,
  PROPERTY.userProperty,
  PROPERTY.sessionExpiry,
]);

/** DISCONNECT: MQTT 5.0 section 3.14. */
export function decodeDisconnect(view: PacketView, version: Version): Outcome<Disconnect, Problem> {
  if (!isWellMade(view, version)) {
    const detail = "DISCONNECT with a wrong length, text or property";
    return failure(problem("packet_malformed", detail));
  }
  if (view.body === view.end) return success({ reason: 0, sessionExpirySeconds: null });
  const decoded = decode<PacketOf<"disconnect">>(view, { protocolVersion: version });
  if (!decoded.ok) return decoded;
  const { reasonCode = 0, properties } = decoded.value;
  const { sessionExpiryInterval = null } = properties ?? {};
  return success({ reason: reasonCode, sessionExpirySeconds: sessionExpiryInterval });
}

/** With words: Paho 1.6 overlooks a DISCONNECT that holds a reason code and nothing else. */
export function encodeDisconnect(reason: number, detail: string): Buffer {
  const properties = detail === "" ? {} : { reasonString: detail };
  return encode({ cmd: "disconnect", reasonCode: reason, properties }, 5);
}

/** MQTT 5 may say why it goes; before there was nothing to say: 3.1.1 section 3.14. */
function isWellMade(view: PacketView, version: Version): boolean {
  return version === 5 ? endsInReason(cursorOf(view), OF_DISCONNECT) : view.body === view.end;
}

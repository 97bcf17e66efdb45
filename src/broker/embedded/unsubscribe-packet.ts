import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Version } from "../packet-codec.ts";
import type { PacketView } from "../packet-reader.ts";
import { PACKET, PROPERTY } from "../protocol.ts";
import { cursorOf, readNumber, readText } from "./cursor.ts";
import { readProperties } from "./properties.ts";
import { encodeCodes } from "./subscribe-packet.ts";

type Unsubscribe = { readonly packetId: number; readonly filters: readonly string[] };

const OF_UNSUBSCRIBE: ReadonlySet<number> = new Set([PROPERTY.userProperty]);

/** UNSUBSCRIBE: MQTT 5.0 section 3.10. */
export function decodeUnsubscribe(
  view: PacketView,
  version: Version,
): Outcome<Unsubscribe, Problem> {
  const cursor = cursorOf(view);
  const packetId = readNumber(cursor, 2) ?? 0;
  const isWell = version < 5 || readProperties(cursor, OF_UNSUBSCRIBE) !== undefined;
  const filters: string[] = [];
  while (cursor.at < cursor.end) {
    const filter = readText(cursor);
    if (filter === undefined) return malformed("UNSUBSCRIBE with a wrong length or text");
    filters.push(filter);
  }
  if (packetId === 0 || filters.length === 0 || !isWell) {
    return malformed("UNSUBSCRIBE with a wrong packet id or property, or without a filter");
  }
  return success({ packetId, filters });
}

/** UNSUBACK: one code a filter in MQTT 5; before, none: 3.1.1 section 3.11. */
export function encodeUnsuback(
  packetId: number,
  codes: readonly number[],
  version: Version,
): Buffer {
  return encodeCodes(PACKET.unsuback, packetId, version === 5 ? codes : [], version);
}

function malformed(detail: string) {
  return failure(problem("packet_malformed", detail));
}

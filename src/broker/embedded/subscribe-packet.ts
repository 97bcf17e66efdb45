import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Version } from "../packet-codec.ts";
import type { PacketView } from "../packet-reader.ts";
import { PACKET, PROPERTY } from "../protocol.ts";
import { type Cursor, cursorOf, readNumber, readText, skipText } from "./cursor.ts";
import { readProperties } from "./properties.ts";
import type { Subscription } from "./subscriptions.ts";

export type WantedSubscription = Subscription & { readonly retainHandling: number };

export type WantedSubscriptions = {
  readonly packetId: number;
  readonly count: number;
  /** Whether one of them is not to give back what its client publishes. */
  readonly hasNoLocal: boolean;
  readonly wanted: () => Iterable<WantedSubscription>;
};

/** A reason for each filter. */
type Codes = readonly number[] | Uint8Array;

type Agreed = { readonly version: Version; readonly isBridge: boolean };

const OF_SUBSCRIBE: ReadonlySet<number> = new Set([PROPERTY.subscriptionId, PROPERTY.userProperty]);

/** Options of a filter: MQTT 5.0 section 3.8.3.1. Before, there was a QoS and nothing else. */
const QOS = 0x03;
const NO_LOCAL = 0x04;
const RETAIN_AS_PUBLISHED = 0x08;
const RETAIN_HANDLING_SHIFT = 4;
const OPTIONS_OF_3 = 0x03;
const OPTIONS_OF_5 = 0x3f;

/**
 * SUBSCRIBE (MQTT 5.0 section 3.8) may hold 50,000 filters: all of them are looked through, and
 * then given one by one, so that nobody keeps them.
 */
export function decodeSubscribe(
  view: PacketView,
  agreed: Agreed,
): Outcome<WantedSubscriptions, Problem> {
  const cursor = cursorOf(view);
  const packetId = readNumber(cursor, 2) ?? 0;
  const id = agreed.version === 5 ? readId(cursor) : null;
  const start = cursor.at;
  let count = 0;
  let hasNoLocal = false;
  for (; cursor.at < cursor.end; count += 1) {
    const options = skipText(cursor) === undefined ? undefined : readNumber(cursor, 1);
    if (options === undefined || !areOptions(options, agreed.version)) {
      return malformed("SUBSCRIBE with a wrong length, text or option");
    }
    hasNoLocal ||= (options & NO_LOCAL) !== 0;
  }
  if (packetId === 0 || count === 0 || id === undefined || id === 0) {
    return malformed("SUBSCRIBE with a wrong packet id or property, or without a filter");
  }
  const filters = { ...cursor, at: start };
  const wanted = () => wantedIn({ ...filters }, agreed, id);
  return success({ packetId, count, hasNoLocal, wanted });
}

/** SUBACK: MQTT 5.0 section 3.9. */
export function encodeSuback(packetId: number, codes: Codes, version: Version): Buffer {
  return encodeCodes(PACKET.suback, packetId, codes, version);
}

/** SUBACK and UNSUBACK: a code for each filter. */
export function encodeCodes(
  type: number,
  packetId: number,
  codes: Codes,
  version: Version,
): Buffer {
  const noProperties = version === 5 ? [0] : [];
  const length = 2 + noProperties.length + codes.length;
  const id = [packetId >> 8, packetId & 0xff];
  const head = [type << 4, ...varint(length), ...id, ...noProperties];
  return Buffer.concat([Buffer.from(head), Uint8Array.from(codes)]);
}

/** A variable byte integer: MQTT 5.0 section 1.5.5. */
function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)];
}

function* wantedIn(
  cursor: Cursor,
  { version, isBridge }: Agreed,
  id: number | null,
): Generator<WantedSubscription> {
  // A bridge of MQTT 3 gets nothing back that it has sent, and RETAIN as it was.
  const isOldBridge = isBridge && version < 5;
  while (cursor.at < cursor.end) {
    const filter = readText(cursor) ?? "";
    const options = readNumber(cursor, 1) ?? 0;
    yield {
      filter,
      qos: (options & QOS) as 0 | 1 | 2,
      noLocal: isOldBridge || (options & NO_LOCAL) !== 0,
      retainAsPublished: isOldBridge || (options & RETAIN_AS_PUBLISHED) !== 0,
      retainHandling: options >> RETAIN_HANDLING_SHIFT,
      id,
    };
  }
}

/** The subscription's identifier, null where it has none; undefined: its properties are wrong. */
function readId(cursor: Cursor): number | null | undefined {
  const properties = readProperties(cursor, OF_SUBSCRIBE);
  return properties && (properties.numbers.get(PROPERTY.subscriptionId) ?? null);
}

function areOptions(options: number, version: Version): boolean {
  const known = version === 5 ? OPTIONS_OF_5 : OPTIONS_OF_3;
  const isKnown = (options & ~known) === 0;
  return isKnown && (options & QOS) < 3 && options >> RETAIN_HANDLING_SHIFT < 3;
}

function malformed(detail: string) {
  return failure(problem("packet_malformed", detail));
}

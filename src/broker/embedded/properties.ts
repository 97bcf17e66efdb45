import { LIMIT } from "../../domain/limit.ts";
import { PROPERTY } from "../protocol.ts";
import {
  type Cursor,
  readFlag,
  readNumber,
  readVarint,
  skipBytes,
  skipPair,
  skipText,
  skipTopic,
} from "./cursor.ts";

/** Moves behind a value and gives it, 0 for a text; undefined where there is none. */
type Reader = (cursor: Cursor) => number | undefined;

/** What the properties of one packet say, and where each of them lies. */
export type Properties = {
  readonly numbers: ReadonlyMap<number, number>;
  readonly slices: readonly { readonly property: number; readonly bytes: Buffer }[];
};

const NONE: Properties = { numbers: new Map(), slices: [] };
const two: Reader = (cursor) => readNumber(cursor, 2);
const four: Reader = (cursor) => readNumber(cursor, 4);

/** MQTT 5.0 table 2-4, as far as clients send them. */
const READERS: ReadonlyMap<number, Reader> = new Map([
  [PROPERTY.payloadFormat, readFlag],
  [PROPERTY.messageExpiry, four],
  [PROPERTY.contentType, skipText],
  [PROPERTY.responseTopic, skipTopic],
  [PROPERTY.correlationData, skipBytes],
  [PROPERTY.subscriptionId, readVarint],
  [PROPERTY.sessionExpiry, four],
  [PROPERTY.authenticationMethod, skipText],
  [PROPERTY.authenticationData, skipBytes],
  [PROPERTY.wantsReasons, readFlag],
  [PROPERTY.willDelay, four],
  [PROPERTY.wantsResponseInformation, readFlag],
  [PROPERTY.reasonString, skipText],
  [PROPERTY.receiveMaximum, two],
  [PROPERTY.topicAliasMaximum, two],
  [PROPERTY.topicAlias, two],
  [PROPERTY.userProperty, skipPair],
  [PROPERTY.maximumPacketSize, four],
]);

/**
 * Reads all properties, their length first. Undefined where one does not belong into this packet,
 * is cut off, or comes twice, as only user properties may (MQTT 5.0 section 2.2.2), or where there
 * are too many.
 */
export function readProperties(
  cursor: Cursor,
  allowed: ReadonlySet<number>,
): Properties | undefined {
  const length = readVarint(cursor);
  const end = cursor.at + (length ?? 0);
  if (length === undefined || end > cursor.end) return undefined;
  if (length === 0) return NONE;
  const found = readAll({ buffer: cursor.buffer, at: cursor.at, end }, allowed);
  cursor.at = end;
  return found;
}

/** A reason and properties, of which the last may be left out, and nothing behind them. */
export function endsInReason(cursor: Cursor, allowed: ReadonlySet<number>): boolean {
  readNumber(cursor, 1);
  if (cursor.at === cursor.end) return true;
  return readProperties(cursor, allowed) !== undefined && cursor.at === cursor.end;
}

function readAll(cursor: Cursor, allowed: ReadonlySet<number>): Properties | undefined {
  const numbers = new Map<number, number>();
  const slices: { property: number; bytes: Buffer }[] = [];
  while (cursor.at < cursor.end) {
    const from = cursor.at;
    const property = cursor.buffer[from] ?? 0;
    if (!allowed.has(property)) return undefined;
    cursor.at += 1;
    const value = READERS.get(property)?.(cursor);
    if (slices.length >= LIMIT.propertiesPerPacket) return undefined;
    const isAgain = numbers.has(property) && property !== PROPERTY.userProperty;
    if (value === undefined || isAgain) return undefined;
    numbers.set(property, value);
    slices.push({ property, bytes: cursor.buffer.subarray(from, cursor.at) });
  }
  return { numbers, slices };
}

import { isUtf8 } from "node:buffer";
import { isValidTopic } from "../../domain/topic.ts";
import { PROPERTY } from "../protocol.ts";

/** What the MQTT 5 properties of a PUBLISH say to the broker, and what it passes on. */
type PublishProperties = {
  readonly topicAlias: number | null;
  readonly expirySeconds: number | null;
  /** The properties for the subscribers, encoded as they came. */
  readonly passedOn: Uint8Array;
  /** How many bytes they take, their length included: the payload is behind them. */
  readonly bytes: number;
};

type Cursor = { readonly buffer: Buffer; readonly end: number; at: number };

export const NO_PROPERTIES = new Uint8Array(0);
/** MQTT 3 has no properties. */
export const NONE: PublishProperties = {
  topicAlias: null,
  expirySeconds: null,
  passedOn: NO_PROPERTIES,
  bytes: 0,
};
const EMPTY: PublishProperties = { ...NONE, bytes: 1 };

/** Reads the properties at `start`; undefined where they are not valid in a client's PUBLISH. */
export function readPublishProperties(
  buffer: Buffer,
  start: number,
  end: number,
): PublishProperties | undefined {
  if (buffer[start] === 0 && start < end) return EMPTY;
  const cursor = { buffer, end, at: start };
  const length = readVarint(cursor);
  if (length === undefined || cursor.at + length > end) return undefined;
  const found = readAll({ buffer, end: cursor.at + length, at: cursor.at });
  return found && { ...found, bytes: cursor.at + length - start };
}

function readAll(cursor: Cursor): Omit<PublishProperties, "bytes"> | undefined {
  const seen = new Map<number, number>();
  const passedOn: Buffer[] = [];
  while (cursor.at < cursor.end) {
    const from = cursor.at;
    const property = cursor.buffer[cursor.at] ?? 0;
    cursor.at += 1;
    const value = readValue(cursor, property);
    // Only user properties may come twice: MQTT 5.0 section 3.3.2.3.
    if (value === undefined || (seen.has(property) && property !== PROPERTY.userProperty)) {
      return undefined;
    }
    seen.set(property, value);
    if (property !== PROPERTY.topicAlias && property !== PROPERTY.messageExpiry) {
      passedOn.push(cursor.buffer.subarray(from, cursor.at));
    }
  }
  return {
    topicAlias: seen.get(PROPERTY.topicAlias) ?? null,
    expirySeconds: seen.get(PROPERTY.messageExpiry) ?? null,
    passedOn: passedOn.length === 0 ? NO_PROPERTIES : Buffer.concat(passedOn),
  };
}

/** Moves behind the value and gives it, 0 for a string; undefined where there is none. */
function readValue(cursor: Cursor, property: number): number | undefined {
  switch (property) {
    case PROPERTY.payloadFormat:
      return readFlag(cursor);
    case PROPERTY.topicAlias:
      return readNumber(cursor, 2);
    case PROPERTY.messageExpiry:
      return readNumber(cursor, 4);
    case PROPERTY.contentType:
      return skipText(cursor);
    case PROPERTY.responseTopic:
      return skipTopic(cursor);
    case PROPERTY.correlationData:
      return skipBytes(cursor);
    case PROPERTY.userProperty:
      return skipText(cursor) === undefined ? undefined : skipText(cursor);
    default:
      // Subscription identifiers among them: only the server may send those.
      return undefined;
  }
}

function readNumber(cursor: Cursor, bytes: number): number | undefined {
  if (cursor.at + bytes > cursor.end) return undefined;
  const value = cursor.buffer.readUIntBE(cursor.at, bytes);
  cursor.at += bytes;
  return value;
}

/** The payload is text (1) or is not said to be (0): MQTT 5.0 section 3.3.2.3.2. */
function readFlag(cursor: Cursor): number | undefined {
  const value = readNumber(cursor, 1);
  return value === 0 || value === 1 ? value : undefined;
}

function skipBytes(cursor: Cursor): number | undefined {
  const length = readNumber(cursor, 2);
  if (length === undefined || cursor.at + length > cursor.end) return undefined;
  cursor.at += length;
  return 0;
}

/** Text is UTF-8 without a NUL: MQTT 5.0 section 1.5.4. */
function skipText(cursor: Cursor): number | undefined {
  const start = cursor.at + 2;
  if (skipBytes(cursor) === undefined) return undefined;
  const bytes = cursor.buffer.subarray(start, cursor.at);
  return isUtf8(bytes) && !bytes.includes(0) ? 0 : undefined;
}

/** An answer is published there, so it has no wildcard: MQTT 5.0 section 3.3.2.3.5. */
function skipTopic(cursor: Cursor): number | undefined {
  const start = cursor.at + 2;
  if (skipText(cursor) === undefined) return undefined;
  return isValidTopic(cursor.buffer.toString("utf8", start, cursor.at)) ? 0 : undefined;
}

function readVarint(cursor: Cursor): number | undefined {
  let value = 0;
  for (let shift = 0; shift <= 21; shift += 7) {
    const byte = readNumber(cursor, 1);
    if (byte === undefined) return undefined;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return undefined;
}

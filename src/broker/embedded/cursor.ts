import { isUtf8 } from "node:buffer";
import { isValidTopic } from "../../domain/topic.ts";
import type { PacketView } from "../packet-reader.ts";

/** A place in the bytes of a packet. Each reader below moves it, and gives undefined at the end. */
export type Cursor = { readonly buffer: Buffer; readonly end: number; at: number };

const SHORT_BYTES = 64;

/** At the first byte behind a packet's fixed header. */
export function cursorOf({ buffer, body, end }: PacketView): Cursor {
  return { buffer, at: body, end };
}

export function readNumber(cursor: Cursor, bytes: number): number | undefined {
  if (cursor.at + bytes > cursor.end) return undefined;
  const value = cursor.buffer.readUIntBE(cursor.at, bytes);
  cursor.at += bytes;
  return value;
}

/** Some things are or are not, and nothing else: MQTT 5.0 section 3.3.2.3.2. */
export function readFlag(cursor: Cursor): number | undefined {
  const value = readNumber(cursor, 1);
  return value === 0 || value === 1 ? value : undefined;
}

/** A variable byte integer: MQTT 5.0 section 1.5.5. */
export function readVarint(cursor: Cursor): number | undefined {
  let value = 0;
  for (let shift = 0; shift <= 21; shift += 7) {
    const byte = readNumber(cursor, 1);
    if (byte === undefined) return undefined;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return undefined;
}

export function skipBytes(cursor: Cursor): number | undefined {
  const length = readNumber(cursor, 2);
  if (length === undefined || cursor.at + length > cursor.end) return undefined;
  cursor.at += length;
  return 0;
}

/** The text itself. */
export function readText(cursor: Cursor): string | undefined {
  const start = cursor.at + 2;
  return skipText(cursor) === undefined
    ? undefined
    : cursor.buffer.toString("utf8", start, cursor.at);
}

/** Text is UTF-8 without a NUL: MQTT 5.0 section 1.5.4. */
export function skipText(cursor: Cursor): number | undefined {
  const start = cursor.at + 2;
  if (skipBytes(cursor) === undefined) return undefined;
  if (isPlain(cursor.buffer, start, cursor.at)) return 0;
  const bytes = cursor.buffer.subarray(start, cursor.at);
  return isUtf8(bytes) && !bytes.includes(0) ? 0 : undefined;
}

/** Most texts are short and have no letters but ASCII's. */
function isPlain(buffer: Buffer, start: number, end: number): boolean {
  if (end - start > SHORT_BYTES) return false;
  for (let at = start; at < end; at += 1) {
    const byte = buffer[at] ?? 0;
    if (byte === 0 || byte > 0x7f) return false;
  }
  return true;
}

export function skipPair(cursor: Cursor): number | undefined {
  return skipText(cursor) === undefined ? undefined : skipText(cursor);
}

/** An answer is published there, so it has no wildcard: MQTT 5.0 section 3.3.2.3.5. */
export function skipTopic(cursor: Cursor): number | undefined {
  const start = cursor.at + 2;
  if (skipText(cursor) === undefined) return undefined;
  return isValidTopic(cursor.buffer.toString("utf8", start, cursor.at)) ? 0 : undefined;
}

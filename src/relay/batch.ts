import type { ChannelName, DeviceAddress, Timestamp } from "../domain/brand.ts";
import type { Reading } from "../domain/findings.ts";
import { packInteger, unpackInteger } from "../domain/integer.ts";
import type { ReceivedMessage } from "../domain/message.ts";
import { PAST, QUALITY_BYTE, qualityOf, type Value } from "../domain/reading.ts";
import { KIND } from "../domain/samples.ts";

// A batch on its way from a worker to the house; numbers are little-endian:
//   u32  length of the head
//   head as JSON, with the texts that readings refer to
//   for each message:
//     f64  when the worker received it
//     u8   1: to be retained, 2: read by the worker
//     u16  length of the topic, the topic
//     u32  length of the payload, the payload
//     where it was read: u32 driver (text), u32 number of readings, and for each of them
//       u32 device (text), u32 channel (text), f64 time, f64 value, u8 kind, u8 quality,
//       u8 1: the time is that of the arrival, 4: told afterwards, f64 status word

/** What a worker says of itself with each batch. */
export type Head = {
  readonly worker: number;
  readonly workers: number;
  /** Another one after each start of the worker. */
  readonly session: string;
  /** Of this batch in the session: a repetition has the number of the first try. */
  readonly number: number;
  /** Why the worker does not take in as it should; empty while it does. */
  readonly trouble: string;
  /** Whether its broker spreads messages; null while it does not know. */
  readonly isShared: boolean | null;
  /** By what print it knows the topics that the house wants besides; empty: it knows of none. */
  readonly topics: string;
  /** Times since when messages may be missing, for the broker has lost the worker's session. */
  readonly gaps: readonly number[];
  readonly refused: readonly RelayedRefusal[];
};

/** A message that the worker itself had to refuse; the payload in base64. */
export type RelayedRefusal = {
  readonly topic: string;
  readonly payload: string;
  readonly code: string;
  readonly detail: string;
};

/** Whose it is only the house knows. */
export type RelayedMessage = Pick<
  ReceivedMessage,
  "topic" | "payload" | "receivedAt" | "retain" | "read"
>;

type Batch = { readonly head: Head; readonly messages: readonly RelayedMessage[] };

const RETAIN = 1;
const READ = 2;
const ARRIVAL = 1;
/** Beside PAST. */
const LATE = 2;
const FIXED_BYTES = 8 + 1 + 2 + 4 + 4 + 4;
const READING_BYTES = 4 + 4 + 8 + 8 + 3 + 8;

/** How much of a batch a message takes, at most. */
export function bytesOf({ topic, payload, read }: RelayedMessage): number {
  return FIXED_BYTES + topic.length * 3 + payload.length + (read?.readings.length ?? 0) * 64;
}

export function encodeBatch(head: Head, messages: readonly RelayedMessage[]): Uint8Array {
  const texts = new Texts();
  const body = new Writer();
  for (const message of messages) writeMessage(body, texts, message);
  const top = Buffer.from(JSON.stringify({ ...head, texts: texts.all }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(top.length);
  return Buffer.concat([length, top, body.bytes]);
}

/** Undefined where the bytes are no batch. Payloads are views of the bytes. */
export function decodeBatch(bytes: Uint8Array): Batch | undefined {
  try {
    const reader = new Reader(bytes);
    const { texts, ...head } = JSON.parse(reader.text(reader.u32()));
    if (!Array.isArray(texts) || !isHead(head)) return undefined;
    const messages: RelayedMessage[] = [];
    while (!reader.isDone) messages.push(readMessage(reader, texts));
    return { head, messages };
  } catch {
    return undefined; // It ended too early, or its head is no JSON.
  }
}

function isHead(head: Partial<Head>): head is Head {
  const { worker, workers, session, number, trouble, topics, gaps, refused } = head;
  const numbers = [worker, workers, number].every(Number.isSafeInteger);
  const texts = [session, trouble, topics].every((text) => typeof text === "string");
  return numbers && texts && Array.isArray(gaps) && Array.isArray(refused);
}

function writeMessage(body: Writer, texts: Texts, message: RelayedMessage): void {
  const { topic, payload, receivedAt, retain, read } = message;
  body.f64(receivedAt);
  body.u8((retain ? RETAIN : 0) | (read ? READ : 0));
  const name = Buffer.from(topic);
  body.u16(name.length);
  body.raw(name);
  body.u32(payload.length);
  body.raw(payload);
  if (!read) return;
  body.u32(texts.indexOf(read.driver));
  body.u32(read.readings.length);
  for (const reading of read.readings) writeReading(body, texts, reading);
}

function writeReading(body: Writer, texts: Texts, reading: Reading): void {
  const { device, channel, at, isArrival, isPast, isLate, value, quality, word } = reading;
  body.room(READING_BYTES);
  body.u32(texts.indexOf(device));
  body.u32(texts.indexOf(channel));
  body.f64(at);
  const [number, kind] = numbered(texts, value);
  body.f64(number);
  body.u8(kind);
  body.u8(QUALITY_BYTE[quality]);
  body.u8((isArrival ? ARRIVAL : 0) | (isPast ? PAST : 0) | (isLate ? LATE : 0));
  body.f64(word);
}

function numbered(texts: Texts, value: Value | null): [number, number] {
  switch (typeof value) {
    case "number":
      return [value, KIND.number];
    case "boolean":
      return [value ? 1 : 0, KIND.boolean];
    case "bigint":
      return [packInteger(value), KIND.integer];
    case "string":
      return [texts.indexOf(value), KIND.text];
    default:
      return [0, KIND.none];
  }
}

function readMessage(reader: Reader, texts: readonly string[]): RelayedMessage {
  const receivedAt = reader.f64() as Timestamp;
  const flags = reader.u8();
  const topic = reader.text(reader.u16());
  const payload = reader.raw(reader.u32());
  const message = { topic, payload, receivedAt, retain: (flags & RETAIN) !== 0 };
  if ((flags & READ) === 0) return message;
  const driver = texts[reader.u32()] ?? "";
  const readings = Array.from({ length: reader.u32() }, () => readReading(reader, texts));
  return { ...message, read: { driver, readings } };
}

function readReading(reader: Reader, texts: readonly string[]): Reading {
  const device = (texts[reader.u32()] ?? "") as DeviceAddress;
  const channel = (texts[reader.u32()] ?? "") as ChannelName;
  const at = reader.f64();
  const value = valueIn(reader.f64(), reader.u8(), texts);
  const quality = qualityOf(reader.u8());
  const flags = reader.u8();
  const when = {
    isArrival: (flags & ARRIVAL) !== 0,
    isPast: (flags & PAST) !== 0,
    isLate: (flags & LATE) !== 0,
  };
  return { device, channel, at, ...when, value, quality, word: reader.f64() };
}

function valueIn(number: number, kind: number, texts: readonly string[]): Value | null {
  switch (kind) {
    case KIND.number:
      return number;
    case KIND.boolean:
      return number !== 0;
    case KIND.integer:
      return unpackInteger(number);
    case KIND.text:
      return texts[number] ?? null;
    default:
      return null;
  }
}

/** Devices and channels repeat: each name is written once. */
class Texts {
  readonly all: string[] = [];
  readonly #known = new Map<string, number>();

  indexOf(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const index = this.all.push(text) - 1;
    this.#known.set(text, index);
    return index;
  }
}

class Writer {
  #buffer = Buffer.allocUnsafe(64 * 1024);
  #at = 0;

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }

  u8(number: number): void {
    this.room(1);
    this.#at = this.#buffer.writeUInt8(number, this.#at);
  }

  u16(number: number): void {
    this.room(2);
    this.#at = this.#buffer.writeUInt16LE(number, this.#at);
  }

  u32(number: number): void {
    this.room(4);
    this.#at = this.#buffer.writeUInt32LE(number, this.#at);
  }

  f64(number: number): void {
    this.room(8);
    this.#at = this.#buffer.writeDoubleLE(number, this.#at);
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }
}

/** Throws a RangeError where the bytes end too early. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isDone(): boolean {
    return this.#at === this.#bytes.length;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#skip(1));
  }

  u16(): number {
    return this.#bytes.readUInt16LE(this.#skip(2));
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#skip(4));
  }

  f64(): number {
    return this.#bytes.readDoubleLE(this.#skip(8));
  }

  raw(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new RangeError("it ends too early");
    const at = this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  text(length: number): string {
    return Buffer.from(this.raw(length)).toString();
  }

  #skip(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    return at;
  }
}

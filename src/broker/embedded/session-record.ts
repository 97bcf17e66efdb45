import { crc32 } from "node:zlib";
import type { AgentId } from "../../domain/brand.ts";
import type { RoutedMessage } from "./routed-message.ts";
import type { Subscription } from "./subscriptions.ts";
import type { Will } from "./will.ts";

// A record of the session log; numbers are big-endian:
//   0  u32  length of the body
//   4  u32  CRC-32 of the body
//   8  u8   type, the first byte of the body
//   9  ...  by type:
//     1 session    u32 session, JSON (SessionState): begun, changed, or repeated to free a segment
//     2 end        u32 session
//     8 message    f64 when, in milliseconds since the epoch, then as in 3
//     3 message    as it was before it had a time: u48 serial, u32 session and u16 packet id of
//                  the QoS 2 receipt (0: none),
//                  u8 QoS, f64 end of life (NaN: none), u16 length of topic, u32 length of
//                  properties, u32 number of deliveries, topic, properties,
//                  deliveries: u32 session, u16 packet id, u8 first byte, u8 number of
//                  subscription ids, u32 each; the rest is the payload
//     4 done       u32 session, u16 packet id: acknowledged by the client, or dropped
//     5 released   u32 session, u16 packet id: PUBREC came, PUBCOMP is waited for
//     6 receipt    u32 session, u16 packet id: a QoS 2 message came that nobody waits for
//     7 forgotten  u32 session, u16 packet id: PUBREL came for a receipt

export const RECORD = {
  session: 1,
  end: 2,
  undated: 3,
  done: 4,
  released: 5,
  receipt: 6,
  forgotten: 7,
  message: 8,
} as const;

export type SessionState = {
  readonly agent: AgentId;
  readonly clientId: string;
  readonly expirySeconds: number;
  /** In the clock's milliseconds; absent where an older version wrote it. */
  readonly begunAt?: number;
  /** When its client left, in the clock's milliseconds; null while it is connected. */
  readonly leftAt: number | null;
  readonly subscriptions: readonly Subscription[];
  /** Packet ids of QoS 2 messages that the client has not released. */
  readonly receipts: readonly number[];
  /** Packet ids of ours that wait for PUBCOMP. */
  readonly released: readonly number[];
  /** Of a client that is connected, or one that waits for its client. */
  readonly will?: WrittenWill;
};

/** Bytes are base64. */
type WrittenWill = Omit<Will, "payload" | "properties"> & {
  readonly payload: string;
  readonly properties: string;
};

export type PacketOf = { readonly session: number; readonly packetId: number };

export type WrittenDelivery = PacketOf & {
  readonly first: number;
  readonly ids: readonly number[];
};

type WrittenMessage = {
  readonly serial: number;
  /** When it was written, in the clock's milliseconds; 0 where that is not known. */
  readonly at: number;
  readonly message: RoutedMessage;
  readonly deliveries: readonly WrittenDelivery[];
  readonly receipt: PacketOf | null;
};

export const RECORD_HEAD_BYTES = 8;
const TIME_BYTES = 8;
const MESSAGE_BYTES = 32;

export function sessionRecord(session: number, state: SessionState): Buffer {
  const json = Buffer.from(JSON.stringify(state));
  const record = begun(RECORD.session, 5 + json.length);
  record.writeUInt32BE(session, 9);
  json.copy(record, 13);
  return sealed(record);
}

export function writtenWill({ payload, properties, ...will }: Will): WrittenWill {
  return { ...will, payload: inBase64(payload), properties: inBase64(properties) };
}

export function readWill({ payload, properties, ...will }: WrittenWill): Will {
  const bytesOf = (text: string) => Buffer.from(text, "base64");
  return { ...will, payload: bytesOf(payload), properties: bytesOf(properties) };
}

export function endRecord(session: number): Buffer {
  const record = begun(RECORD.end, 5);
  record.writeUInt32BE(session, 9);
  return sealed(record);
}

/** For `done`, `released`, `receipt` and `forgotten`. */
export function packetRecord(type: number, { session, packetId }: PacketOf): Buffer {
  const record = begun(type, 7);
  record.writeUInt32BE(session, 9);
  record.writeUInt16BE(packetId, 13);
  return sealed(record);
}

export function messageRecord({ serial, at: time, ...written }: WrittenMessage): Buffer {
  const { message, deliveries, receipt } = written;
  const { topicBytes, properties, payload } = message;
  let bytes = TIME_BYTES + MESSAGE_BYTES;
  bytes += topicBytes.length + properties.length + payload.length;
  for (const { ids } of deliveries) bytes += 8 + 4 * ids.length;
  const record = begun(RECORD.message, bytes);
  let at = record.writeDoubleBE(time, 9);
  at = record.writeUIntBE(serial, at, 6);
  at = record.writeUInt32BE(receipt?.session ?? 0, at);
  at = record.writeUInt16BE(receipt?.packetId ?? 0, at);
  at = record.writeUInt8(message.qos, at);
  at = record.writeDoubleBE(message.expiresAt ?? Number.NaN, at);
  at = record.writeUInt16BE(topicBytes.length, at);
  at = record.writeUInt32BE(properties.length, at);
  at = record.writeUInt32BE(deliveries.length, at);
  record.set(topicBytes, at);
  record.set(properties, at + topicBytes.length);
  at += topicBytes.length + properties.length;
  for (const delivery of deliveries) at = writeDelivery(record, at, delivery);
  record.set(payload, at);
  return sealed(record);
}

/**
 * The bodies of the records from `start` on, up to the first that does not follow. Zeros are none:
 * a power cut leaves them where a file had grown, and the checksum of nothing is 0.
 */
export function* bodiesOf(bytes: Buffer, start: number): Generator<Buffer> {
  let at = start;
  while (at + RECORD_HEAD_BYTES < bytes.length) {
    const end = at + RECORD_HEAD_BYTES + bytes.readUInt32BE(at);
    const body = bytes.subarray(at + RECORD_HEAD_BYTES, end);
    const isWhole = body.length > 0 && end <= bytes.length;
    if (!isWhole || crc32(body) !== bytes.readUInt32BE(at + 4)) return;
    yield body;
    at = end;
  }
}

export function readSession(body: Buffer): { session: number; state: SessionState } {
  return { session: body.readUInt32BE(1), state: JSON.parse(body.toString("utf8", 5)) };
}

export function readPacket(body: Buffer): PacketOf {
  return { session: body.readUInt32BE(1), packetId: body.readUInt16BE(5) };
}

export function readMessage(body: Buffer): WrittenMessage {
  const isDated = body.readUInt8(0) === RECORD.message;
  // From here on both forms are the same.
  const head = body.subarray(isDated ? 1 + TIME_BYTES : 1);
  const session = head.readUInt32BE(6);
  const life = head.readDoubleBE(13);
  let at = MESSAGE_BYTES - 1;
  const topicBytes = Buffer.from(head.subarray(at, at + head.readUInt16BE(21)));
  at += topicBytes.length;
  const properties = Buffer.from(head.subarray(at, at + head.readUInt32BE(23)));
  at += properties.length;
  const deliveries: WrittenDelivery[] = [];
  for (let left = head.readUInt32BE(27); left > 0; left -= 1) {
    const delivery = readDelivery(head, at);
    deliveries.push(delivery);
    at += 8 + 4 * delivery.ids.length;
  }
  const message = {
    ...{ topic: topicBytes.toString(), topicBytes, properties },
    payload: Buffer.from(head.subarray(at)),
    qos: head.readUInt8(12) as 0 | 1 | 2,
    expiresAt: Number.isNaN(life) ? null : life,
  };
  const receipt = session === 0 ? null : { session, packetId: head.readUInt16BE(10) };
  const time = isDated ? body.readDoubleBE(1) : 0;
  return { serial: head.readUIntBE(0, 6), at: time, message, deliveries, receipt };
}

function writeDelivery(record: Buffer, start: number, delivery: WrittenDelivery): number {
  let at = record.writeUInt32BE(delivery.session, start);
  at = record.writeUInt16BE(delivery.packetId, at);
  at = record.writeUInt8(delivery.first, at);
  at = record.writeUInt8(delivery.ids.length, at);
  for (const id of delivery.ids) at = record.writeUInt32BE(id, at);
  return at;
}

function readDelivery(body: Buffer, at: number): WrittenDelivery {
  const ids = Array.from({ length: body.readUInt8(at + 7) }, (_, index) =>
    body.readUInt32BE(at + 8 + 4 * index),
  );
  const session = body.readUInt32BE(at);
  return { session, packetId: body.readUInt16BE(at + 4), first: body.readUInt8(at + 6), ids };
}

function inBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function begun(type: number, bodyBytes: number): Buffer {
  const record = Buffer.allocUnsafe(RECORD_HEAD_BYTES + bodyBytes);
  record.writeUInt32BE(bodyBytes, 0);
  record.writeUInt8(type, RECORD_HEAD_BYTES);
  return record;
}

function sealed(record: Buffer): Buffer {
  record.writeUInt32BE(crc32(record.subarray(RECORD_HEAD_BYTES)), 4);
  return record;
}

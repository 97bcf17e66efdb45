import assert from "node:assert/strict";
import { test } from "node:test";
import { generate, type Packet, parser } from "mqtt-packet";
import { LIMIT } from "../domain/limit.ts";
import { chances } from "../lib/chance.ts";
import { PacketReader } from "./packet-reader.ts";

const SEED = 7;

test("the same bytes give the same packets, however they are cut", () => {
  const chance = chances(SEED);
  for (let round = 0; round < 200; round += 1) {
    const packets = Array.from({ length: 12 }, () => randomPacket(chance));
    const stream = Buffer.concat(packets);
    const found = readInPieces(stream, () => 1 + Math.floor(chance() * chance() * stream.length));
    assert.deepEqual(found, packets);
  }
});

test("bytes that come one by one give the same packets", () => {
  const chance = chances(SEED + 1);
  const packets = Array.from({ length: 20 }, () => randomPacket(chance));
  const found = readInPieces(Buffer.concat(packets), () => 1);
  assert.deepEqual(found, packets);
});

test("it finds the packets that mqtt-packet finds", () => {
  const chance = chances(SEED + 2);
  const stream = Buffer.concat(Array.from({ length: 300 }, () => randomPacket(chance)));
  const theirs: Packet[] = [];
  const reader = parser({ protocolVersion: 4 });
  reader.on("packet", (packet) => theirs.push(packet));
  reader.parse(stream);
  const ours = readInPieces(stream, () => 1000);
  assert.equal(ours.length, theirs.length);
  for (const [index, packet] of theirs.entries()) {
    const again = generate(packet, { protocolVersion: 4 });
    assert.deepEqual(ours[index], again);
  }
});

test("a packet in one chunk is looked at where it was read", () => {
  const stream = Buffer.concat([randomPacket(chances(1)), randomPacket(chances(2))]);
  const buffers: Buffer[] = [];
  const reader = new PacketReader(({ buffer }) => buffers.push(buffer));
  reader.read(stream);
  assert.ok(buffers.length === 2 && buffers.every((buffer) => buffer === stream));
});

test("what a message looks into is never written again", () => {
  const views: Buffer[] = [];
  const reader = new PacketReader(({ buffer, body, end }) => {
    views.push(buffer.subarray(body, end));
  });
  const first = publish("a".repeat(100));
  const second = publish("b".repeat(100));
  reader.read(first.subarray(0, 50));
  reader.read(Buffer.concat([first.subarray(50), second.subarray(0, 50)]));
  reader.read(second.subarray(50));
  assert.deepEqual(views, [first.subarray(2), second.subarray(2)]);
});

test("a packet is refused by the length it announces, before its bytes have come", () => {
  const reader = new PacketReader(() => assert.fail("no packet is whole"));
  const announced = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]);
  assert.equal(reader.read(announced)?.code, "payload_too_large");
});

test("a packet of exactly the limit is taken", () => {
  let bytes = 0;
  const reader = new PacketReader(({ body, end }) => {
    bytes = end - body;
  });
  const topicBytes = 2 + "topic".length;
  assert.equal(reader.read(publish("x".repeat(LIMIT.packetBytes - topicBytes))), undefined);
  assert.equal(bytes, LIMIT.packetBytes);
});

test("a length of more than four bytes is malformed", () => {
  const reader = new PacketReader(() => assert.fail("no packet is whole"));
  const trouble = reader.read(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]));
  assert.equal(trouble?.code, "packet_malformed");
});

test("while halted it keeps what it read, and goes on where it stopped", () => {
  const packets = [publish("1"), publish("2"), publish("3")];
  const found: Buffer[] = [];
  const reader = new PacketReader(({ buffer, start, end }) => {
    found.push(buffer.subarray(start, end));
    if (found.length === 1) reader.halt();
  });
  reader.read(Buffer.concat(packets));
  assert.equal(found.length, 1);
  reader.proceed();
  assert.deepEqual(found, packets);
});

function readInPieces(stream: Buffer, size: () => number): Buffer[] {
  const found: Buffer[] = [];
  const reader = new PacketReader(({ buffer, start, end }) => {
    found.push(Buffer.from(buffer.subarray(start, end)));
  });
  for (let at = 0; at < stream.length; ) {
    const next = Math.min(stream.length, at + size());
    assert.equal(reader.read(Buffer.from(stream.subarray(at, next))), undefined);
    at = next;
  }
  return found;
}

function randomPacket(chance: () => number): Buffer {
  const messageId = 1 + Math.floor(chance() * 65_534);
  const kinds: (() => Packet)[] = [
    () => ({ cmd: "pingreq" }),
    () => ({ cmd: "puback", messageId }),
    () => ({ cmd: "subscribe", messageId, subscriptions: [{ topic: "a/#", qos: 1 }] }),
    () => ({
      ...{ cmd: "publish", messageId, topic: `t/${messageId}`, dup: chance() < 0.5 },
      ...{ retain: chance() < 0.5, qos: 1 },
      payload: Buffer.alloc(Math.floor(chance() ** 8 * 40_000), messageId & 0xff),
    }),
  ];
  const kind = kinds[Math.floor(chance() * kinds.length)];
  assert.ok(kind);
  return generate(kind(), { protocolVersion: 4 });
}

function publish(payload: string): Buffer {
  return generate({ cmd: "publish", topic: "topic", payload, qos: 0, dup: false, retain: false });
}

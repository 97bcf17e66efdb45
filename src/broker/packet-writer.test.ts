import assert from "node:assert/strict";
import { test } from "node:test";
import { generate, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { chances } from "../lib/chance.ts";
import { readPublishProperties } from "./embedded/publish-properties.ts";
import { type Delivery, firstByte, routedMessage } from "./embedded/routed-message.ts";
import { PacketWriter } from "./packet-writer.ts";
import { PACKET, REASON } from "./protocol.ts";

const SEED = 11;

test("an MQTT 3 delivery is byte for byte what mqtt-packet makes of it", () => {
  const chance = chances(SEED);
  for (let round = 0; round < 300; round += 1) {
    const { delivery, packet } = randomDelivery(chance);
    const writer = new PacketWriter();
    const size = writer.publishBytes(delivery, null);
    writer.publish(delivery, packet.messageId ?? 0, null);
    const bytes = writer.take();
    assert.equal(bytes.length, size);
    assert.deepEqual(bytes, generate(packet, { protocolVersion: 4 }));
  }
});

test("an MQTT 5 delivery carries what is left of its life and whose wishes it answers", () => {
  const chance = chances(SEED + 1);
  for (let round = 0; round < 300; round += 1) {
    const { delivery, packet } = randomDelivery(chance);
    const ids = [1 + Math.floor(chance() * 268_435_454), 127, 128];
    const secondsLeft = Math.floor(chance() * 4_000_000_000);
    const writer = new PacketWriter();
    writer.isV5 = true;
    const size = writer.publishBytes({ ...delivery, ids }, secondsLeft);
    writer.publish({ ...delivery, ids }, packet.messageId ?? 0, secondsLeft);
    const bytes = writer.take();
    assert.equal(bytes.length, size);
    const [read] = readBack(bytes, 5) as IPublishPacket[];
    assert.deepEqual(read?.properties, {
      messageExpiryInterval: secondsLeft,
      subscriptionIdentifier: ids,
    });
    assert.equal(read?.topic, packet.topic);
    assert.deepEqual(read?.payload, packet.payload);
  }
});

test("a topic that comes again is a number, for as many as the reader remembers", () => {
  const writer = new PacketWriter();
  writer.isV5 = true;
  writer.aliasesMax = 1;
  const topics = ["plant/one", "plant/two", "plant/one", "plant/two"];
  const sizes = topics.map((topic) => {
    const message = routedMessage({ topic, payload: Buffer.from("x") });
    const delivery = { message, first: firstByte(0, false), ids: [] };
    const size = writer.publishBytes(delivery, null);
    writer.publish(delivery, 0, null);
    return size;
  });
  const bytes = writer.take();
  assert.equal(
    sizes.reduce((sum, size) => sum + size),
    bytes.length,
  );
  const read = readBack(bytes, 5) as IPublishPacket[];
  assert.deepEqual(
    read.map(({ topic, properties }) => `${topic} ${properties?.topicAlias ?? "-"}`),
    ["plant/one 1", "plant/two -", " 1", "plant/two -"],
  );
});

test("properties of the publisher arrive as they were", () => {
  const properties = {
    ...{ contentType: "text/plain", responseTopic: "answer/here" },
    ...{ correlationData: Buffer.from([0, 1, 2]), payloadFormatIndicator: true },
    userProperties: { room: ["1", "2"], floor: "3" },
  };
  const plain = { cmd: "publish", topic: "t", qos: 0, dup: false, retain: false } as const;
  const sent = { ...plain, payload: Buffer.from("x"), properties };
  const bytes = generate(sent, { protocolVersion: 5 });
  const read = readPublishProperties(bytes, 5, bytes.length);
  assert.ok(read);
  const message = { ...routedMessage({ topic: "t", payload: Buffer.from("x") }) };
  const writer = new PacketWriter();
  writer.isV5 = true;
  const first = firstByte(0, false);
  writer.publish({ message: { ...message, properties: read.passedOn }, first, ids: [] }, 0, null);
  const [back] = readBack(writer.take(), 5) as IPublishPacket[];
  assert.deepEqual(back?.properties, {
    ...properties,
    userProperties: Object.assign(Object.create(null), properties.userProperties),
  });
});

test("an acknowledgement has four bytes, and a fifth where MQTT 5 has a reason", () => {
  const writer = new PacketWriter();
  writer.ack(PACKET.puback, 258, REASON.notAuthorised);
  writer.ack(PACKET.pubrel, 1);
  assert.deepEqual([...writer.take()], [0x40, 2, 1, 2, 0x62, 2, 0, 1]);
  writer.isV5 = true;
  writer.ack(PACKET.puback, 258, REASON.notAuthorised);
  writer.ack(PACKET.puback, 258);
  assert.deepEqual([...writer.take()], [0x40, 3, 1, 2, 0x87, 0x40, 2, 1, 2]);
});

test("what was written together leaves together, in order", () => {
  const writer = new PacketWriter();
  for (let packetId = 1; packetId <= 1000; packetId += 1) writer.ack(PACKET.puback, packetId);
  const packets = readBack(writer.take(), 4);
  assert.deepEqual(
    packets.map(({ messageId }) => messageId),
    Array.from({ length: 1000 }, (_, index) => index + 1),
  );
  assert.equal(writer.waiting, 0);
});

function readBack(bytes: Buffer, protocolVersion: number): Packet[] {
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion });
  reader.on("packet", (packet) => packets.push(packet));
  reader.on("error", (error) => assert.fail(String(error)));
  reader.parse(bytes);
  return packets;
}

function randomDelivery(chance: () => number): { delivery: Delivery; packet: IPublishPacket } {
  const qos = Math.floor(chance() * 3) as 0 | 1 | 2;
  const retain = chance() < 0.5;
  const topic = `${"ä/".repeat(Math.floor(chance() * 60))}t`;
  const payload = Buffer.alloc(Math.floor(chance() ** 4 * 30_000), 120);
  const messageId = 1 + Math.floor(chance() * 65_534);
  const message = routedMessage({ topic, payload, qos });
  return {
    delivery: { message, first: firstByte(qos, retain), ids: [] },
    packet: { cmd: "publish", topic, payload, qos, retain, dup: false, messageId },
  };
}

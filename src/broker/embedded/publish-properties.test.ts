import assert from "node:assert/strict";
import { test } from "node:test";
import { generate, type IPublishPacket } from "mqtt-packet";
import { NO_PROPERTIES, readPublishProperties } from "./publish-properties.ts";

test("no properties are one byte, and nothing is passed on", () => {
  assert.deepEqual(read({}), {
    ...{ topicAlias: null, expirySeconds: null, passedOn: NO_PROPERTIES, bytes: 1 },
  });
});

test("the topic alias and the message's life are the broker's, the rest is passed on", () => {
  const found = read({ topicAlias: 7, messageExpiryInterval: 60, contentType: "a" });
  assert.equal(found?.topicAlias, 7);
  assert.equal(found?.expirySeconds, 60);
  assert.deepEqual([...(found?.passedOn ?? [])], [3, 0, 1, 97]);
});

test("a subscription identifier from a client is refused", () => {
  assert.equal(read({ subscriptionIdentifier: 5 }), undefined);
});

test("a property that comes twice is refused, but not a user property", () => {
  const alias = [0x23, 0, 1];
  assert.equal(readBytes([...alias, ...alias]), undefined);
  const user = [0x26, 0, 1, 97, 0, 1, 98];
  assert.equal(readBytes([...user, ...user])?.passedOn.length, 14);
});

test("a property that is cut off or not of PUBLISH is refused", () => {
  assert.equal(readBytes([0x02, 0, 0]), undefined);
  assert.equal(readBytes([0x03, 0, 9, 97]), undefined);
  assert.equal(readBytes([0x26, 0, 1, 97]), undefined);
  assert.equal(readBytes([0x11, 0, 0, 0, 1]), undefined);
});

test("text that is no UTF-8, a third payload format and a response topic with wildcards are refused", () => {
  assert.equal(readBytes([0x03, 0, 1, 0xff]), undefined);
  assert.equal(readBytes([0x26, 0, 1, 97, 0, 1, 0]), undefined);
  assert.equal(readBytes([0x01, 2]), undefined);
  assert.equal(read({ responseTopic: "answers/#" }), undefined);
  assert.equal(readBytes([0x08, 0, 0]), undefined);
});

test("a length that points behind the packet is refused", () => {
  const bytes = Buffer.from([0xff, 0x01, 0x03]);
  assert.equal(readPublishProperties(bytes, 0, bytes.length), undefined);
  assert.equal(readPublishProperties(Buffer.from([0]), 1, 1), undefined);
});

function readBytes(properties: number[]) {
  const bytes = Buffer.from([properties.length, ...properties]);
  return readPublishProperties(bytes, 0, bytes.length);
}

function read(properties: NonNullable<IPublishPacket["properties"]>) {
  const plain = { topic: "t", payload: "", qos: 0, dup: false, retain: false } as const;
  const bytes = generate({ cmd: "publish", ...plain, properties }, { protocolVersion: 5 });
  return readPublishProperties(bytes, 5, bytes.length);
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { generate, type IConnectPacket, type Packet } from "mqtt-packet";
import { chances } from "../../lib/chance.ts";
import { PacketReader, type PacketView } from "../packet-reader.ts";
import { PACKET, REASON } from "../protocol.ts";
import { decodeConnect } from "./connect-packet.ts";
import { decodeDisconnect } from "./disconnect-packet.ts";
import { decodeSubscribe } from "./subscribe-packet.ts";
import { decodeUnsubscribe } from "./unsubscribe-packet.ts";

const MUTATED = 20_000;
const connect: IConnectPacket = {
  ...{ cmd: "connect", clientId: "client", protocolVersion: 5, clean: false, keepalive: 30 },
  ...{ username: "meter", password: Buffer.from("secret") },
  properties: {
    ...{ sessionExpiryInterval: 60, receiveMaximum: 7, maximumPacketSize: 1000 },
    ...{ requestProblemInformation: false, userProperties: { a: "b" } },
  },
  will: {
    ...{ topic: "state", payload: "lost", qos: 1, retain: true },
    properties: {
      ...{ willDelayInterval: 5, messageExpiryInterval: 60, contentType: "text" },
      ...{ payloadFormatIndicator: true, responseTopic: "r", correlationData: Buffer.from("c") },
      userProperties: { a: ["b", "c"] },
    },
  },
};

test("CONNECT says who, how long, how much, and what to publish for the lost", () => {
  const decoded = decodeConnect(viewOf(connect));
  assert.ok(decoded.ok);
  const { will, ...packet } = decoded.value;
  assert.deepEqual(packet, {
    ...{ version: 5, isBridge: false, clientId: "client", username: "meter", password: "secret" },
    ...{ cleanStart: false, keepAliveSeconds: 30, sessionExpirySeconds: 60, receiveMaximum: 7 },
    ...{
      maximumPacketBytes: 1000,
      topicAliases: 0,
      wantsReasons: false,
      authenticationMethod: null,
    },
  });
  const { payload, properties, ...rest } = will ?? {};
  assert.deepEqual(rest, {
    ...{ topic: "state", qos: 1, retain: true, delaySeconds: 5, expirySeconds: 60 },
  });
  assert.equal(String(payload), "lost");
  assert.equal(properties?.length, 2 + 7 + 4 + 4 + 2 * 7);
});

test("a bridge says so in its protocol level", () => {
  const decoded = decodeConnect(viewOf({ ...bare(4), bridgeMode: true } as IConnectPacket));
  assert.ok(decoded.ok);
  assert.deepEqual([decoded.value.version, decoded.value.isBridge], [4, true]);
});

test("CONNECT is refused with a property twice, a number out of range, or broken text", () => {
  const wrong: [number, number[]][] = [
    [REASON.malformed, [0x21, 0, 5, 0x21, 0, 6]],
    [REASON.protocolError, [0x21, 0, 0]],
    [REASON.protocolError, [0x27, 0, 0, 0, 0]],
    [REASON.malformed, [0x7f]],
  ];
  for (const [reason, properties] of wrong) {
    const decoded = decodeConnect(connectWith(properties, [99]));
    assert.ok(!decoded.ok);
    assert.equal(decoded.problem.reason, reason);
  }
  const text = decodeConnect(connectWith([], [0xc3, 0x28]));
  assert.ok(!text.ok && text.problem.problem.code === "packet_malformed");
});

test("a will with QoS 3 is refused", () => {
  const bytes = generate({ ...bare(4), will: { topic: "a", payload: "", qos: 2 } });
  bytes.writeUInt8(bytes.readUInt8(9) | 0x18, 9);
  assert.equal(decodeConnect(whole(bytes)).ok, false);
});

test("SUBSCRIBE of MQTT 5 carries its wishes, and its identifier", () => {
  const subscriptions = [{ topic: "a/+", qos: 2 as const, nl: true, rap: true, rh: 1 }];
  const properties = { subscriptionIdentifier: 300 };
  const view = viewOf({ cmd: "subscribe", messageId: 5, subscriptions, properties }, 5);
  const decoded = decodeSubscribe(view, { version: 5, isBridge: false });
  assert.ok(decoded.ok);
  const { packetId, count, wanted } = decoded.value;
  assert.deepEqual([packetId, count], [5, 1]);
  assert.deepEqual(
    [...wanted()],
    [
      {
        ...{ filter: "a/+", qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 1 },
        id: 300,
      },
    ],
  );
});

test("whatever comes, decoding ends in a packet or a problem", () => {
  const chance = chances(23);
  const subscriptions = [{ topic: "a/+", qos: 1 as const, nl: true, rap: true, rh: 2 }];
  const properties = { subscriptionIdentifier: 300, userProperties: { a: "b" } };
  const packets = [
    generate(connect),
    generate(connect),
    generate({ ...bare(4), username: "a", password: Buffer.from("b") }),
    generate({ cmd: "subscribe", messageId: 1, subscriptions, properties }, { protocolVersion: 5 }),
    generate({ cmd: "unsubscribe", messageId: 1, unsubscriptions: ["a", "b"] }),
    generate({ cmd: "disconnect", reasonCode: 4, properties: { reasonString: "x" } }, five()),
  ];
  let refused = 0;
  for (let round = 0; round < MUTATED; round += 1) {
    const bytes = Buffer.from(packets[round % packets.length] ?? []);
    for (let change = 0; change <= chance() * 3; change += 1) {
      // The header stays: the reader has found this packet whole.
      const at = 3 + Math.floor(chance() * (bytes.length - 3));
      bytes[at] = Math.floor(chance() * 256);
    }
    const view = whole(bytes);
    const version = chance() < 0.5 ? 4 : 5;
    const { ok } = decode(view, version);
    if (!ok) refused += 1;
  }
  assert.ok(refused > MUTATED / 10 && refused < MUTATED, `${refused} refused`);
});

function decode(view: PacketView, version: 4 | 5): { readonly ok: boolean } {
  switch ((view.buffer[0] ?? 0) >> 4) {
    case PACKET.connect:
      return decodeConnect(view);
    case PACKET.subscribe:
      return decodeSubscribe(view, { version, isBridge: false });
    case PACKET.unsubscribe:
      return decodeUnsubscribe(view, version);
    default:
      return decodeDisconnect(view, version);
  }
}

function bare(protocolVersion: 3 | 4 | 5): IConnectPacket {
  return { cmd: "connect", clientId: "c", clean: true, protocolVersion };
}

function five() {
  return { protocolVersion: 5 };
}

/** A CONNECT of MQTT 5 with these bytes as its properties and client id. */
function connectWith(properties: number[], clientId: number[]): PacketView {
  const body = [0, 4, 77, 81, 84, 84, 5, 2, 0, 0, properties.length, ...properties];
  const id = [0, clientId.length, ...clientId];
  return whole(Buffer.from([0x10, body.length + id.length, ...body, ...id]));
}

function viewOf(packet: Packet, protocolVersion = 4): PacketView {
  return whole(generate(packet, { protocolVersion }));
}

function whole(bytes: Buffer): PacketView {
  const found: PacketView[] = [];
  new PacketReader((view) => found.push({ ...view })).read(bytes);
  const [view] = found;
  assert.ok(view, "not one packet");
  return view;
}

import assert from "node:assert/strict";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { generate, type Packet, parser } from "mqtt-packet";
import { hasMosquittoBroker, openMosquitto } from "../../test/external-peers.ts";
import { TestHouse } from "../../test/mqtt-peer.ts";
import { chances } from "../lib/chance.ts";

const skip = hasMosquittoBroker ? false : "mosquitto is not installed";
const SEED = 41;
const CONVERSATIONS = 60;
const VERSIONS = [4, 5] as const;
type Version = (typeof VERSIONS)[number];
const END = "z/end";
const LAST_ID = 100;

/** Filters of which no two name the same topic: in overlapping ones mosquitto has its own ways. */
const FILTERS = ["a/1", "b/+", "c/#", "d/+/x", "/e"];
const TOPICS = ["a/1", "a/2", "b/1", "b/1/2", "c", "c/1/2/3", "d/1/x", "d/1/y", "/e", "f"];

test("the same bytes, however they are cut, get what mosquitto answers", { skip }, async (t) => {
  const ports = await bothBrokers(t);
  const chance = chances(SEED);
  for (let round = 0; round < CONVERSATIONS; round += 1) {
    const version = VERSIONS[round % 2] ?? 4;
    const stages = conversation(version, `client-${round}`, chance);
    const cut = () => 1 + Math.floor(chance() * chance() * 200);
    const [ours, theirs] = await Promise.all(
      ports.map((port) => said({ port, version, stages: stages.map(encoded(version)), cut })),
    );
    assert.deepEqual(ours, theirs, `conversation ${round}: ${JSON.stringify(stages)}`);
  }
});

test("bytes that break the protocol end the connection here as there", { skip }, async (t) => {
  const ports = await bothBrokers(t);
  for (const version of VERSIONS) {
    for (const [name, broken] of Object.entries(brokenPackets(version))) {
      const hello = generate(connectPacket(version, "broken"), { protocolVersion: version });
      const stages = [Buffer.concat([hello, Buffer.from(broken)])];
      const [ours, theirs] = await Promise.all(
        ports.map((port) => said({ port, version, stages, cut: () => 1_000 })),
      );
      assert.equal(ours?.isClosed, true, `${name} in version ${version} was taken here`);
      assert.equal(theirs?.isClosed, true, `${name} in version ${version} was taken there`);
    }
  }
});

async function bothBrokers(t: TestContext): Promise<readonly number[]> {
  const peer = await openMosquitto();
  t.after(() => peer.close());
  const { port } = await new TestHouse().open(t);
  return [port, peer.port];
}

function connectPacket(version: Version, clientId: string): Packet {
  return { cmd: "connect", clientId, protocolVersion: version, clean: true, keepalive: 0 };
}

/** What is subscribed, then what is published, then what is released of it. */
function conversation(version: Version, clientId: string, chance: () => number): Packet[][] {
  const pick = <T>(of: readonly T[]) => of[Math.floor(chance() * of.length)] as T;
  const subscribing: Packet[] = [connectPacket(version, clientId)];
  const publishing: Packet[] = [];
  const releasing: Packet[] = [];
  for (let messageId = 1; messageId <= 20; messageId += 1) {
    const kind = chance();
    const qos = pick([0, 1, 2] as const);
    if (kind < 0.25) {
      const subscriptions = [{ topic: pick(FILTERS), qos: qos === 2 ? 1 : qos }] as const;
      subscribing.push({ cmd: "subscribe", messageId, subscriptions: [...subscriptions] });
    } else if (kind < 0.3) {
      subscribing.push({ cmd: "unsubscribe", messageId, unsubscriptions: [pick(FILTERS)] });
    } else {
      publishing.push(publishPacket(pick(TOPICS), `${messageId}`, qos, messageId));
      if (qos === 2) releasing.push({ cmd: "pubrel", messageId });
    }
  }
  subscribing.push({ cmd: "subscribe", messageId: 99, subscriptions: [{ topic: END, qos: 1 }] });
  return [subscribing, publishing, releasing];
}

function publishPacket(topic: string, payload: string, qos: 0 | 1 | 2, messageId: number): Packet {
  return { cmd: "publish", topic, payload, qos, messageId, dup: false, retain: false };
}

/** Behind each stage comes a message to itself: with it and its PUBACK, all before have come. */
function encoded(version: Version): (packets: readonly Packet[], stage: number) => Buffer {
  return (packets, stage) => {
    const last = publishPacket(END, `${stage}`, 1, LAST_ID + stage);
    const bytes = [...packets, last].map((each) => generate(each, { protocolVersion: version }));
    return Buffer.concat(bytes);
  };
}

/** MQTT 5.0 sections 2.1.3, 2.2.1, 3.1, 3.3.1, 3.3.2.1, 3.8.1 and 3.8.3. */
function brokenPackets(version: Version): Readonly<Record<string, readonly number[]>> {
  const none = version === 5 ? [0] : [];
  return {
    "a second CONNECT": [...generate(connectPacket(version, "again"), {})],
    "a packet of type 0": [0x00, 0x00],
    "PUBLISH with QoS 3": [0x36, 5 + none.length, 0, 1, 97, 0, 1, ...none],
    "PUBLISH with packet id 0": [0x32, 5 + none.length, 0, 1, 97, 0, 0, ...none],
    "PUBLISH on a wildcard": [0x30, 3 + none.length, 0, 1, 35, ...none],
    "PUBLISH on no topic": [0x30, 2 + none.length, 0, 0, ...none],
    "SUBSCRIBE without its flags": [0x80, 6 + none.length, 0, 1, ...none, 0, 1, 97, 0],
    "SUBSCRIBE without a filter": [0x82, 2 + none.length, 0, 1, ...none],
    "SUBSCRIBE with QoS 3": [0x82, 6 + none.length, 0, 1, ...none, 0, 1, 97, 3],
    "PUBREL without its flags": [0x60, 2, 0, 1],
    "CONNACK from a client": [0x20, 2, 0, 0],
  };
}

type Talk = {
  readonly port: number;
  readonly version: Version;
  /** The next begins when the one before was answered. */
  readonly stages: readonly Buffer[];
  /** How long each piece is. */
  readonly cut: () => number;
};

/**
 * Acknowledgements and answers, each in their order (MQTT 5.0 section 4.6): between them a broker
 * may choose. Mosquitto passes QoS 2 on at PUBREL, ours when it is safe, so messages are sorted.
 */
type Heard = Readonly<Record<"acks" | "answers" | "messages", string[]>>;
type Said = Heard & { readonly isClosed: boolean };

async function said({ port, version, stages, cut }: Talk): Promise<Said> {
  const talk: Heard = { acks: [], answers: [], messages: [] };
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  const reader = parser({ protocolVersion: version });
  let isClosed = false;
  let ended = 0;
  let onNews: () => void = () => {};
  reader.on("packet", (packet) => {
    const isLast = packet.cmd === "puback" && (packet.messageId ?? 0) >= LAST_ID;
    if (isLast || (packet.cmd === "publish" && packet.topic === END)) ended += 1;
    hear(talk, packet);
    onNews();
  });
  socket.on("data", (data) => reader.parse(data));
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
    onNews();
  });
  for (const [stage, bytes] of stages.entries()) {
    for (let at = 0, next = 0; at < bytes.length; at = next) {
      next = at + cut();
      socket.write(bytes.subarray(at, next));
    }
    while (!isClosed && ended < 2 * (stage + 1))
      await new Promise<void>((resolve) => (onNews = resolve));
  }
  socket.destroy();
  return { ...talk, isClosed, messages: talk.messages.sort() };
}

/** CONNACK's properties are each broker's own; that nobody listened only one of them tells. */
function hear(talk: Heard, packet: Packet): void {
  switch (packet.cmd) {
    case "publish":
      talk.messages.push(`${packet.topic} ${packet.payload} ${packet.qos}`);
      break;
    case "puback":
    case "pubrec":
      talk.acks.push(`${packet.cmd} ${packet.messageId}`);
      break;
    case "connack":
      talk.answers.push(`connack ${packet.reasonCode ?? packet.returnCode}`);
      break;
    case "disconnect":
      break;
    default:
      talk.answers.push(
        `${packet.cmd} ${packet.messageId} ${"granted" in packet ? packet.granted : ""}`,
      );
  }
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { generate, type Packet, parser } from "mqtt-packet";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import { isValidTopic } from "../domain/topic.ts";
import { chances } from "../lib/chance.ts";
import { DUP_BIT, QOS_BITS } from "./protocol.ts";

const SEED = 23;
const ROUNDS = 1_000;
const VERSIONS = [4, 5] as const;
type Version = (typeof VERSIONS)[number];
type Of<Cmd extends Packet["cmd"]> = Extract<Packet, { cmd: Cmd }>;
type Seen = { readonly packet: Packet; readonly bytes: Buffer; readonly version: Version };

/** What `mqtt-packet` reads and this broker refuses, and where the specification says so. */
const STRICTER: readonly { readonly cite: string; readonly is: (seen: Seen) => boolean }[] = [
  {
    cite: "MQTT 5.0 sections 3.1, 3.2 and 4.13: a packet that a client does not send now",
    is: ({ packet: { cmd } }) =>
      ["connect", "connack", "suback", "unsuback", "pingresp", "auth"].includes(cmd),
  },
  {
    cite: "MQTT 5.0 section 3.12: a ping says nothing else",
    is: ({ packet }) => packet.cmd === "pingreq" && (packet.length ?? 0) > 0,
  },
  {
    cite: "3.1.1 section 3.4 and MQTT 5.0 section 3.4.2.2: an acknowledgement is as long as it says",
    is: ({ packet: { cmd, length = 0 }, bytes, version }) =>
      ["puback", "pubrec", "pubrel", "pubcomp"].includes(cmd) &&
      (version === 4 ? length > 2 : length > 3 && bytes[5] !== length - 4),
  },
  {
    cite: "[MQTT-3.3.1-2]: DUP is 0 in all QoS 0 messages",
    is: ({ packet, bytes }) =>
      packet.cmd === "publish" && ((bytes[0] ?? 0) & (DUP_BIT | QOS_BITS)) === DUP_BIT,
  },
  {
    cite: "[MQTT-2.2.1-3], [MQTT-2.2.1-4]: a packet identifier is not 0",
    is: ({ packet }) => packet.messageId !== undefined && packet.messageId <= 0,
  },
  {
    cite: "[MQTT-3.3.2-1], [MQTT-3.3.2-2]: a topic is UTF-8, without wildcards, and not empty",
    is: ({ packet, bytes, version }) =>
      packet.cmd === "publish" && !hasGoodTopic(packet, bytes, version),
  },
  {
    cite: "[MQTT-1.5.4-1], [MQTT-1.5.4-2]: text is well-formed UTF-8 without U+0000",
    is: ({ packet }) => textsOf(packet).some((text) => /[\0\ufffd]/.test(text)),
  },
  {
    cite: "[MQTT-3.3.4-6]: a client sends no subscription identifier in PUBLISH",
    is: ({ packet }) =>
      packet.cmd === "publish" && packet.properties?.subscriptionIdentifier !== undefined,
  },
  {
    cite: "[MQTT-3.3.2-8], [MQTT-3.3.2-14]: an alias is not 0 nor unknown, an answer has no wildcard",
    is: ({ packet }) => {
      if (packet.cmd !== "publish") return false;
      const { topicAlias, responseTopic } = packet.properties ?? {};
      const isOdd = responseTopic !== undefined && !isValidTopic(`${responseTopic}`);
      return isOdd || (topicAlias !== undefined && (packet.topic === "" || !inRange(topicAlias)));
    },
  },
  {
    cite: "MQTT 5.0 section 3.3.2.3.2: the payload format is 0 or 1",
    is: ({ packet, bytes }) => {
      if (packet.cmd !== "publish" || !packet.properties) return false;
      const at = bytes.indexOf(1, 4 + Buffer.byteLength(packet.topic));
      return packet.properties.payloadFormatIndicator !== undefined && (bytes[at + 1] ?? 0) > 1;
    },
  },
  {
    cite: "MQTT 5.0 section 2.2.2: a property that is there twice, cut off or out of its range",
    is: ({ packet }) => !arePlain("properties" in packet ? packet.properties : undefined),
  },
  {
    cite: "MQTT 5.0 section 2.2.2.1: a property that reaches over the announced length of all",
    is: ({ packet, bytes, version }) =>
      packet.cmd === "publish" && !generate(packet, { protocolVersion: version }).equals(bytes),
  },
  {
    cite: "MQTT 5.0 section 2.2.2.2: properties that do not belong into their packet",
    is: ({ packet, version }) => version === 5 && !belong(packet),
  },
  {
    cite: "[MQTT-3.8.3-1], [MQTT-3.8.3-4]: filters are valid, and shared ones have no noLocal",
    is: ({ packet }) => packet.cmd === "subscribe" || packet.cmd === "unsubscribe",
  },
];

test("mutated packets are read as mqtt-packet reads them, or refused for a reason", async (t) => {
  const house = new TestHouse();
  const { port } = await house.open(t);
  const chance = chances(SEED);
  const differ: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const version = VERSIONS[round % 2] ?? 4;
    const bytes = mutated(sample(version, chance), chance);
    const theirs = readByOther(bytes, version);
    if (theirs === "more") continue;
    house.received.length = 0;
    const isTaken = await isTakenHere({
      house,
      port,
      bytes,
      version,
      cut: 1 + Math.floor(chance() * 9),
    });
    const seen = theirs && { packet: theirs, bytes, version };
    const isStrict = seen !== null && STRICTER.some(({ is }) => is(seen));
    const same = isTaken ? seen !== null && isSame(theirs, house) : seen === null || isStrict;
    if (!same)
      differ.push(`${version} ${bytes.toString("hex")} ${isTaken} ${JSON.stringify(theirs)}`);
  }
  assert.deepEqual(differ, []);
});

function sample(version: Version, chance: () => number): Buffer {
  const pick = <T>(of: readonly T[]) => of[Math.floor(chance() * of.length)] as T;
  const messageId = 1 + Math.floor(chance() * 300);
  const qos = pick([0, 1] as const);
  const properties = pick([
    {},
    { contentType: "a/b", userProperties: { a: "b" } },
    { payloadFormatIndicator: true, messageExpiryInterval: 9, correlationData: Buffer.from("x") },
    { topicAlias: 3, responseTopic: "r" },
  ]);
  const packet = pick<Packet>([
    {
      ...{ cmd: "publish", topic: pick(["a", "a/b", "ä/x"]), payload: "hello", qos, messageId },
      ...{ dup: false, retain: chance() < 0.3, ...(version === 5 && { properties }) },
    },
    { cmd: "puback", messageId },
    { cmd: "pubrel", messageId },
    { cmd: "unsubscribe", messageId, unsubscriptions: ["a/#"] },
    { cmd: "subscribe", messageId, subscriptions: [{ topic: "x/+", qos: 1 }] },
    { cmd: "pingreq" },
  ]);
  return generate(packet, { protocolVersion: version });
}

/** Mostly one byte, but not its length: a packet that never ends is no packet to compare. */
function mutated(bytes: Buffer, chance: () => number): Buffer {
  const copy = Buffer.from(bytes);
  const times = Math.floor(chance() * 3);
  for (let time = 0; time < times; time += 1) {
    const at = Math.floor(chance() * copy.length);
    if (at !== 1) copy[at] = Math.floor(chance() * 256);
  }
  return copy;
}

/** One packet, or null where it reads none in these bytes; "more" where it does not end there. */
function readByOther(bytes: Buffer, version: Version): Packet | null | "more" {
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion: version });
  let isBroken = false;
  reader.on("packet", (packet) => packets.push(packet));
  reader.on("error", () => {
    isBroken = true;
  });
  try {
    if (reader.parse(bytes) > 0 && !isBroken) return "more";
  } catch {
    return null; // A length points behind the end of the packet.
  }
  return isBroken ? null : (packets[0] ?? null);
}

type Offer = { house: TestHouse; port: number; bytes: Buffer; version: Version; cut: number };

/** Whether the connection lasts; what the house got of it is in the house. */
async function isTakenHere({ house, port, bytes, version, cut }: Offer): Promise<boolean> {
  const before = house.refused.length;
  const client = await RawClient.enter(port, { protocolVersion: version });
  for (let at = 0; at < bytes.length; at += cut) client.send(bytes.subarray(at, at + cut));
  client.send({ cmd: "pingreq" });
  let isOver = false;
  void client.closed.then(() => {
    isOver = true;
  });
  const isAnswered = () => client.packets.some(({ cmd }) => cmd === "pingresp");
  await until(() => isOver || isAnswered());
  const isTaken = isAnswered() || (isGoodbye(bytes) && house.refused.length === before);
  await client.vanish();
  return isTaken;
}

/** A client that says goodbye is not answered. */
function isGoodbye(bytes: Buffer): boolean {
  return (bytes[0] ?? 0) >> 4 === 14;
}

function isSame(theirs: Packet | null | "more", house: TestHouse): boolean {
  if (theirs === null || theirs === "more" || theirs.cmd !== "publish") return true;
  // Of QoS 2 the house hears at once too.
  const [message] = house.received;
  if (message === undefined) return house.texts.length === 0 && `${theirs.topic}` === "";
  const isIt = message.topic === theirs.topic && message.text === `${theirs.payload}`;
  return isIt && message.retain === theirs.retain;
}

function hasGoodTopic({ topic }: Of<"publish">, bytes: Buffer, version: Version): boolean {
  if (topic === "" && version === 5) return bytes.length > 0;
  return isValidTopic(topic) && !topic.includes("\ufffd");
}

function inRange(alias: number): boolean {
  return alias > 0 && alias <= 64;
}

function textsOf(packet: Packet): readonly string[] {
  if (packet.cmd === "publish") {
    const { contentType = "", responseTopic = "", userProperties = {} } = packet.properties ?? {};
    const pairs = Object.entries(userProperties).flat(2);
    return [`${contentType}`, `${responseTopic}`, ...pairs.map((text) => `${text}`)];
  }
  if (packet.cmd === "unsubscribe") return packet.unsubscriptions;
  return packet.cmd === "subscribe" ? packet.subscriptions.map(({ topic }) => topic) : [];
}

function arePlain(properties: object = {}): boolean {
  return Object.entries(properties).every(([name, value]) => {
    if (name === "userProperties")
      return Object.values(value)
        .flat()
        .every((one) => one !== null);
    return !Array.isArray(value) && value !== null && value !== -1 && value !== undefined;
  });
}

const IN_PUBLISH = new Set([
  ...["payloadFormatIndicator", "messageExpiryInterval", "topicAlias", "responseTopic"],
  ...["correlationData", "userProperties", "contentType"],
]);

function belong(packet: Packet): boolean {
  const names = Object.keys(("properties" in packet && packet.properties) || {});
  const allowed =
    packet.cmd === "publish" ? IN_PUBLISH : new Set(["reasonString", "userProperties"]);
  return names.every((name) => allowed.has(name));
}

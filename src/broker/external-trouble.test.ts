import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { generate, type Packet, parser } from "mqtt-packet";
import { hasMosquittoBroker, openMosquitto } from "../../test/external-peers.ts";
import { TestHouse, until } from "../../test/mqtt-peer.ts";
import { newAgentPair, newAuthority, newServerPair, readSigner } from "../agent/certificate.ts";
import type { AgentId } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { systemClock, TestClock } from "../lib/clock.ts";
import { openExternalBroker, type ServerAddress } from "./external/external.ts";

const noMosquitto = hasMosquittoBroker ? false : "mosquitto is not installed";

test("over TLS both show certificates, and a broker of another CA is refused", {
  skip: noMosquitto,
}, async (t) => {
  const now = Date.now();
  const authority = await newAuthority(now);
  const signer = await readSigner(authority);
  const server = await newServerPair(signer, ["localhost", "127.0.0.1"], now);
  const client = await newAgentPair(
    signer,
    { commonName: "fieldline", uri: "urn:x", signsTokens: false },
    now,
  );
  const peer = await openMosquitto((folder) => {
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    return [
      ...[`cafile ${file("ca.pem", authority.certificatePem)}`, "require_certificate true"],
      ...[`certfile ${file("s.pem", server.certificatePem)}`, "use_identity_as_username true"],
      ...[`keyfile ${file("s.key", server.keyPem)}`, "allow_anonymous false"],
    ];
  });
  t.after(() => peer.close());
  const hosts = [{ host: "127.0.0.1", port: peer.port }];
  const own = { certificate: client.certificatePem, key: client.keyPem };
  const nobody = { hosts, username: null, password: null };
  const good = await open(t, { ...nobody, tls: { ...own, ca: authority.certificatePem } });
  await until(() => good.isTakingIn);
  const other = await newAuthority(now);
  const bad = await open(t, { ...nobody, tls: { ...own, ca: other.certificatePem } });
  assert.match(bad.trouble?.detail ?? "", /certificate|signature/i);
});

test("a broker that sends nonsense is left, and another try is made", async (t) => {
  const bytes = [Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]), Buffer.from([0x30, 2, 0, 9])];
  let tries = 0;
  const port = await listen(t, (socket, packet) => {
    if (packet.cmd !== "connect") return;
    tries += 1;
    socket.write(generate({ cmd: "connack", returnCode: 0, sessionPresent: true }));
    socket.write(bytes[tries % bytes.length] ?? "");
  });
  await open(t, plain(port));
  await until(() => tries > 3);
});

test("a broker that never answers is not waited for without end", async (t) => {
  let greeted = 0;
  const port = await listen(t, (_socket, packet) => {
    greeted += Number(packet.cmd === "connect");
  });
  const clock = new TestClock();
  const opening = openExternalBroker(options(plain(port)), partsOf(new TestHouse(clock)));
  // Two connections: told that MQTT 5 is not spoken, both come again.
  while (greeted < 2) {
    clock.advance(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  clock.advance(LIMIT.externalConnectMs);
  const outcome = await opening;
  assert.ok(outcome.ok && outcome.value.trouble?.code === "link_down");
  await outcome.value.close();
});

test("while the house cannot store, no more is read than it may hold", async (t) => {
  const house = new TestHouse(systemClock);
  const waiting: (() => void)[] = [];
  house.store = () => new Promise<void>((resolve) => waiting.push(resolve));
  const payload = Buffer.alloc(100_000);
  const publish = (messageId: number) =>
    generate({
      ...{ cmd: "publish", topic: "plant/1", payload, qos: 1, messageId },
      ...{ dup: false, retain: false },
    });
  const acknowledged: number[] = [];
  const port = await listen(t, (socket, packet) => {
    if (packet.cmd === "connect") socket.write(connack());
    if (packet.cmd === "subscribe") {
      socket.write(generate({ cmd: "suback", messageId: packet.messageId ?? 0, granted: [1] }));
      for (let id = 1; id <= 1_000; id += 1) socket.write(publish(id));
    }
    if (packet.cmd === "puback") acknowledged.push(packet.messageId ?? 0);
  });
  await open(t, plain(port), house);
  const heldBytes = () => house.received.length * payload.length;
  await until(() => heldBytes() >= LIMIT.pendingBytes * 0.95);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(heldBytes() < LIMIT.pendingBytes * 1.5, `${heldBytes()} bytes were read`);
  assert.deepEqual(acknowledged, []);
  house.store = async () => {};
  for (const resolve of waiting) resolve();
  await until(() => acknowledged.length === 1_000);
  assert.deepEqual(
    acknowledged,
    [...acknowledged].sort((a, b) => a - b),
  );
});

test("a message that is too large is refused and acknowledged, or it would come for ever", async (t) => {
  const house = new TestHouse(systemClock);
  const payload = Buffer.alloc(LIMIT.packetBytes + 1);
  const message = { cmd: "publish", topic: "plant/1", payload, dup: false, retain: false } as const;
  const acknowledged: number[] = [];
  const port = await listen(t, (socket, packet) => {
    if (packet.cmd === "connect") socket.write(connack());
    if (packet.cmd === "subscribe") socket.write(generate({ ...message, qos: 1, messageId: 7 }));
    if (packet.cmd === "puback") acknowledged.push(packet.messageId ?? 0);
  });
  await open(t, plain(port), house);
  await until(() => acknowledged.length > 0);
  assert.deepEqual(acknowledged, [7]);
  assert.equal(house.refused[0]?.problem.code, "payload_too_large");
  assert.deepEqual(house.received, []);
});

/** A broker of MQTT 3.1.1 in the test's hands. */
async function listen(t: TestContext, answer: (socket: Socket, packet: Packet) => void) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    const reader = parser();
    let isNew = false;
    reader.on("packet", (packet) => {
      // It refuses MQTT 5, as a broker that does not know it.
      isNew ||= packet.cmd === "connect" && packet.protocolVersion === 5;
      if (isNew) socket.end(Buffer.from([0x20, 2, 0, 1]));
      else answer(socket, packet);
    });
    socket.on("data", (chunk) => reader.parse(chunk));
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address);
  return address.port;
}

function connack(): Buffer {
  return generate({ cmd: "connack", returnCode: 0, sessionPresent: false });
}

function plain(port: number): ServerAddress {
  return { hosts: [{ host: "127.0.0.1", port }], username: null, password: null, tls: null };
}

function options(address: ServerAddress) {
  return { address, share: "fieldline", worker: 0, filters: ["plant/#"] };
}

async function open(
  t: TestContext,
  address: ServerAddress,
  house: TestHouse = new TestHouse(systemClock),
) {
  const opened = await openExternalBroker(options(address), partsOf(house));
  assert.ok(opened.ok, opened.ok ? "" : opened.problem.detail);
  t.after(() => opened.value.close());
  return opened.value;
}

function partsOf(house: TestHouse) {
  const agentOf = () => "plant" as AgentId;
  return {
    ...{ ...house.parts, agentOf, accounts: async () => [] },
    ...{ onGap: () => {}, chance: () => 0 },
  };
}

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { IConnectPacket } from "mqtt-packet";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import { TestClock } from "../lib/clock.ts";
import type { BrokerParts } from "./broker.ts";

// What comes in heaps is done a little at a time. The clock stands still but for the work itself,
// which takes a millisecond each time; what is counted is how much is done in one turn of the loop.

const CLIENTS = 60;
/** Of slices that last five milliseconds. */
const A_TURN = 10;
const RETAINED = 3_000;
const LASTING: Partial<IConnectPacket> = {
  ...{ clientId: "reader", clean: false, protocolVersion: 5 },
  properties: { sessionExpiryInterval: 600, receiveMaximum: 10 },
};

class SlowHouse extends TestHouse {
  readonly clock: TestClock;

  constructor(clock = new TestClock()) {
    super(clock);
    this.clock = clock;
  }

  override get parts(): BrokerParts {
    const { onPresence, ...parts } = super.parts;
    return {
      ...parts,
      onPresence: (presence) => {
        onPresence(presence);
        if (!presence.up) this.clock.advance(1);
      },
    };
  }

  get causes(): readonly string[] {
    return this.presence.filter(({ up }) => !up).map(({ cause }) => cause);
  }
}

test("connections that are reset all at once end a few in each turn", async (t) => {
  const { house, clients } = await crowd(t, 0);
  for (const client of clients) client.socket.resetAndDestroy();
  assert.ok((await mostInATurn(() => house.causes.length, CLIENTS)) <= A_TURN);
  assert.deepEqual([...new Set(house.causes)], ["socket error"]);
});

test("clients that fall silent all at once are closed a few in each turn", async (t) => {
  const { house, clients } = await crowd(t, 2);
  for (let second = 0; second < 5; second += 1) house.clock.advance(1_000);
  assert.ok((await mostInATurn(() => house.causes.length, CLIENTS)) <= A_TURN);
  assert.deepEqual([...new Set(house.causes)], ["keep-alive"]);
  for (const client of clients) client.socket.destroy();
});

test("who speaks before its turn to be closed has come is not closed", async (t) => {
  const { house, clients } = await crowd(t, 2);
  for (let second = 0; second < 5; second += 1) house.clock.advance(1_000);
  const [last] = clients.slice(-1);
  last?.send({ cmd: "pingreq" });
  await until(() => house.causes.length >= CLIENTS - 1);
  assert.equal((await last?.next())?.cmd, "pingresp");
  assert.equal(house.causes.length, CLIENTS - 1);
  for (const client of clients) client.socket.destroy();
});

test("all that is retained reaches a client, more than may wait for it, and once", async (t) => {
  const { house, port } = await retaining(t, RETAINED);
  const client = await RawClient.enter(port, { clientId: "reader", protocolVersion: 5 });
  assert.deepEqual(await client.subscribe("kept/#", 0), [0]);
  const topics = new Set<string>();
  while (topics.size < RETAINED) topics.add((await client.expect("publish")).topic);
  await client.expectNothing();
  assert.equal(house.gauges.total("mqtt_dropped_total"), 0);
});

test("of retained messages a client is given only what its window takes, then the rest", async (t) => {
  const { port } = await retaining(t, RETAINED);
  const wish = { protocolVersion: 5, properties: { receiveMaximum: 10 } } as const;
  const client = await RawClient.enter(port, { clientId: "reader", ...wish });
  assert.deepEqual(await client.subscribe("kept/#", 1), [1]);
  const topics = new Set<string>();
  while (topics.size < RETAINED) {
    const { topic, messageId } = await client.expect("publish");
    topics.add(topic);
    client.send({ cmd: "puback", messageId: messageId ?? 0 });
  }
  await client.expectNothing();
});

test("who unsubscribes while it is sent what is retained gets no more of it", async (t) => {
  const { port } = await retaining(t, RETAINED);
  const wish = { protocolVersion: 5, properties: { receiveMaximum: 1 } } as const;
  const client = await RawClient.enter(port, { clientId: "reader", ...wish });
  await client.subscribe("kept/#", 1);
  client.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["kept/#"] });
  let given = 0;
  client.listen((packet) => {
    if (packet.cmd !== "publish") return;
    given += 1;
    client.send({ cmd: "puback", messageId: packet.messageId ?? 0 });
  });
  const { messageId } = await client.expect("publish");
  client.send({ cmd: "puback", messageId: messageId ?? 0 });
  client.send({ cmd: "pingreq" });
  await until(() => client.packets.some(({ cmd }) => cmd === "pingresp"));
  assert.ok(given < RETAINED / 2, `${given} more`);
});

test("a lasting session that was given some of what is retained gets the rest after a restart", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-replay-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { broker, port } = await retaining(t, RETAINED, folder);
  const reader = await RawClient.enter(port, LASTING);
  assert.deepEqual(await reader.subscribe("kept/#", 1), [1]);
  const topics = new Set<string>();
  while (topics.size < RETAINED / 4) topics.add(await taken(reader));
  await broker.close();
  const second = await new TestHouse().open(t, folder);
  const back = await RawClient.open(second.port, 5);
  back.connect(LASTING);
  assert.equal((await back.expect("connack")).sessionPresent, true);
  while (topics.size < RETAINED) topics.add(await taken(back));
});

async function taken(client: RawClient): Promise<string> {
  const { topic, messageId } = await client.expect("publish");
  client.send({ cmd: "puback", messageId: messageId ?? 0 });
  return topic;
}

async function crowd(t: TestContext, keepalive: number) {
  const house = new SlowHouse();
  const { port } = await house.open(t);
  const clients: RawClient[] = [];
  for (let index = 0; index < CLIENTS; index += 1) {
    clients.push(await RawClient.enter(port, { clientId: `client ${index}`, keepalive }));
  }
  return { house, clients };
}

async function retaining(t: TestContext, count: number, folder?: string) {
  const house = new TestHouse();
  const { broker, port } = await house.open(t, folder);
  for (let index = 0; index < count; index += 1) {
    const topic = `kept/${index % 7}/${index}`;
    await broker.send({ topic, payload: Buffer.from("x"), qos: 1, retain: true });
  }
  return { broker, house, port };
}

/** How much more there was in one turn of the loop than in the one before, at most. */
async function mostInATurn(count: () => number, all: number): Promise<number> {
  let most = 0;
  for (let before = count(); before < all; ) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    most = Math.max(most, count() - before);
    before = count();
  }
  return most;
}

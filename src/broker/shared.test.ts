import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { RawClient, TestHouse, until } from "../../test/mqtt-peer.ts";
import type { Broker } from "./broker.ts";

const root = mkdtempSync(join(tmpdir(), "fieldline-shared-"));
after(() => rmSync(root, { recursive: true, force: true }));

for (const protocolVersion of [4, 5] as const) {
  test(`those who share a filter take turns, in version ${protocolVersion}`, async (t) => {
    const { broker, port } = await new TestHouse().open(t);
    const [one, two] = [
      await RawClient.enter(port, { clientId: "1", protocolVersion }),
      await RawClient.enter(port, { clientId: "2", protocolVersion }),
    ];
    for (const member of [one, two])
      assert.deepEqual(await member.subscribe("$share/g/a/#", 1), [1]);
    for (let index = 0; index < 10; index += 1) await send(broker, String(index));
    assert.deepEqual(await texts(one, 5), ["0", "2", "4", "6", "8"]);
    assert.deepEqual(await texts(two, 5), ["1", "3", "5", "7", "9"]);
  });
}

test("groups of different names get each message, and so do those who share nothing", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const filters = ["$share/g/a/1", "$share/h/a/1", "a/+"];
  const clients = [];
  for (const filter of filters) {
    const client = await RawClient.enter(port, { clientId: filter });
    await client.subscribe(filter, 1);
    clients.push(client);
  }
  await send(broker, "x");
  for (const client of clients) assert.deepEqual(await texts(client, 1), ["x"]);
});

test("who hears a topic is told of those who are connected, shared or not", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  assert.equal(broker.hears?.("a/1"), false);
  for (const filter of ["a/+", "$share/g/a/#"]) {
    const client = await RawClient.enter(port, { clientId: filter, clean: false });
    await client.subscribe(filter, 1);
    assert.equal(broker.hears?.("a/1"), true, filter);
    assert.equal(broker.hears?.("b"), false, filter);
    await client.leave();
    await until(() => broker.clients().length === 0);
    assert.equal(broker.hears?.("a/1"), false, `${filter}: only its session is there`);
  }
});

test("what a lost member did not acknowledge goes to another", async (t) => {
  const { broker, port } = await new TestHouse().open(t);
  const one = await RawClient.enter(port, { clientId: "1" });
  await one.subscribe("$share/g/a/#", 1);
  for (let index = 0; index < 3; index += 1) await send(broker, String(index));
  const { messageId = 0 } = await one.expect("publish");
  one.send({ cmd: "puback", messageId });
  await one.expect("publish");
  await one.expect("publish");
  await one.expectNothing();
  const two = await RawClient.enter(port, { clientId: "2" });
  await two.subscribe("$share/g/a/#", 1);
  await one.vanish();
  assert.deepEqual(await texts(two, 2), ["1", "2"]);
});

test("who is away gets a share only while nobody is there, and keeps it over a restart", async (t) => {
  const folder = mkdtempSync(join(root, "data-"));
  const { broker, port } = await new TestHouse().open(t, folder);
  const lasting = { clientId: "away", clean: false } as const;
  const away = await RawClient.enter(port, lasting);
  await away.subscribe("$share/g/a/#", 1);
  await away.leave();
  const here = await RawClient.enter(port, { clientId: "here" });
  await here.subscribe("$share/g/a/#", 1);
  await send(broker, "for who is here");
  assert.deepEqual(await texts(here, 1), ["for who is here"]);
  await here.leave();
  await until(() => broker.clients().length === 0);
  await send(broker, "waits");
  await broker.close();
  const later = await new TestHouse().open(t, folder);
  const back = await RawClient.enter(later.port, lasting);
  assert.deepEqual(await texts(back, 1), ["waits"]);
  await send(later.broker, "shared still");
  assert.deepEqual(await texts(back, 1), ["shared still"]);
});

test("rights are asked for the filter inside, and retained messages are not sent", async (t) => {
  const house = new TestHouse();
  house.rights = { publish: [], subscribe: ["a/#"] };
  const { broker, port } = await house.open(t);
  await broker.send({ topic: "a/1", payload: Buffer.from("kept"), retain: true });
  const client = await RawClient.enter(port);
  assert.deepEqual(await client.subscribe("$share/g/b/#", 1), [0x80]);
  assert.deepEqual(await client.subscribe("$share/g/a/#", 1), [1]);
  await client.expectNothing();
  assert.deepEqual(house.subscribed, ["client a/#"]);
});

test("who shares cannot leave out its own messages", async (t) => {
  const { port } = await new TestHouse().open(t);
  const client = await RawClient.enter(port, { protocolVersion: 5 });
  const subscriptions = [{ topic: "$share/g/a", qos: 1, nl: true }] as const;
  client.send({ cmd: "subscribe", messageId: 1, subscriptions: [...subscriptions] });
  assert.equal((await client.expect("disconnect")).reasonCode, 0x82);
});

async function send(broker: Broker, text: string): Promise<void> {
  const sent = await broker.send({ topic: "a/1", payload: Buffer.from(text) });
  assert.ok(sent.ok);
}

async function texts(client: RawClient, count: number): Promise<readonly string[]> {
  const found: string[] = [];
  while (found.length < count) {
    const { payload, messageId = 0 } = await client.expect("publish");
    found.push(String(payload));
    client.send({ cmd: "puback", messageId });
  }
  return found;
}

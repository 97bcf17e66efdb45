import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect, connectAsync } from "mqtt";
import {
  hasMosquittoBroker,
  hasNats,
  openMosquitto,
  openNats,
  type Peer,
} from "../../test/external-peers.ts";
import { TestHouse, until } from "../../test/mqtt-peer.ts";
import type { AgentId } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { systemClock } from "../lib/clock.ts";
import { brokerConformance } from "./conformance.ts";
import { openExternalBroker } from "./external/external.ts";

const FILTERS = ["plant/#", "own/#", "other/#", "a"];
const ANYBODY = { username: null, password: null, tls: null };
const LASTING = { properties: { sessionExpiryInterval: 3600 } };
const noMosquitto = hasMosquittoBroker ? false : "mosquitto is not installed";
const noNats = hasNats ? false : "nats-server is not installed";

brokerConformance(
  "Mosquitto",
  async (t) => {
    const [peer, house] = [await openMosquitto(), new TestHouse(systemClock)];
    t.after(() => peer.close());
    return { broker: await enter(t, peer, house), port: peer.port, house };
  },
  { skip: noMosquitto },
);

brokerConformance(
  "NATS",
  async (t) => {
    const [peer, house] = [await openNats(), new TestHouse(systemClock)];
    t.after(() => peer.close());
    return { broker: await enter(t, peer, house), port: peer.port, house };
  },
  { skip: noNats, without: ["mqtt31"] },
);

test("what came while the house was away is there when it is back, each once", {
  skip: noMosquitto,
}, async (t) => {
  const [peer, folder] = [await openMosquitto(), newFolder(t)];
  t.after(() => peer.close());
  const before = new TestHouse(systemClock);
  await (await enter(t, peer, before, { folder })).close();
  const device = await connectAsync({ port: peer.port, host: "127.0.0.1", clientId: "d" });
  t.after(() => device.endAsync(true));
  const sent = Array.from({ length: 500 }, (_, index) => `${index}`);
  for (const text of sent) await device.publishAsync("plant/1", text, { qos: 1 });
  const house = new TestHouse(systemClock);
  const gaps: number[] = [];
  await enter(t, peer, house, { folder, onGap: (since) => gaps.push(since) });
  await until(() => house.received.length >= sent.length);
  assert.deepEqual(house.texts, sent);
  assert.deepEqual(gaps, []);
});

test("what a broker kept before the house came does not replace a live value", {
  skip: noMosquitto,
}, async (t) => {
  const peer = await openMosquitto();
  t.after(() => peer.close());
  const device = await connectAsync({ port: peer.port, host: "127.0.0.1", clientId: "d" });
  t.after(() => device.endAsync(true));
  await device.publishAsync("plant/1", "of unknown age", { qos: 1, retain: true });
  const house = new TestHouse(systemClock);
  await enter(t, peer, house);
  await device.publishAsync("plant/1", "live", { qos: 1, retain: true });
  await until(() => house.texts.includes("live"));
  assert.deepEqual(house.texts, ["live"]);
});

test("a broker that has forgotten the session is a gap, the first session is none", {
  skip: noMosquitto,
}, async (t) => {
  const [peer, folder] = [await openMosquitto(), newFolder(t)];
  t.after(() => peer.close());
  const house = new TestHouse(systemClock);
  const gaps: number[] = [];
  await enter(t, peer, house, { folder, onGap: (since) => gaps.push(since) });
  assert.deepEqual(gaps, []);
  await peer.stop("SIGKILL");
  await peer.start();
  await until(() => gaps.length > 0);
  assert.ok((gaps[0] ?? 0) <= Date.now());
});

test("a message of a topic that no agent has is refused, shown, and not sent again", {
  skip: noMosquitto,
}, async (t) => {
  const peer = await openMosquitto();
  t.after(() => peer.close());
  const house = new TestHouse(systemClock);
  await enter(t, peer, house);
  const device = await connectAsync({ port: peer.port, host: "127.0.0.1", clientId: "d" });
  t.after(() => device.endAsync(true));
  await device.publishAsync("other/1", "whose?", { qos: 1 });
  await device.publishAsync("plant/1", "mine", { qos: 1 });
  await until(() => house.received.length > 0);
  assert.deepEqual(house.texts, ["mine"]);
  assert.deepEqual(
    house.refused.map(({ topic, problem }) => `${topic} ${problem.code}`),
    ["other/1 topic_forbidden"],
  );
});

test("the house does not hear its own orders", { skip: noMosquitto }, async (t) => {
  const peer = await openMosquitto();
  t.after(() => peer.close());
  const house = new TestHouse(systemClock);
  const broker = await enter(t, peer, house);
  const sent = await broker.send({ topic: "plant/1/control", payload: Buffer.from("on") });
  assert.ok(sent.ok);
  const device = await connectAsync({ port: peer.port, host: "127.0.0.1", clientId: "d" });
  t.after(() => device.endAsync(true));
  await device.publishAsync("plant/1", "reading", { qos: 1 });
  await until(() => house.received.length > 0);
  assert.deepEqual(house.texts, ["reading"]);
});

test("what is on its way down when the broker dies is answered, and not sent later", {
  skip: noMosquitto,
}, async (t) => {
  const peer = await openMosquitto();
  t.after(() => peer.close());
  const broker = await enter(t, peer, new TestHouse(systemClock));
  process.kill(peer.pid, "SIGSTOP");
  const sent = broker.send({ topic: "n/1/control", payload: Buffer.from("on") });
  await peer.stop("SIGKILL");
  const outcome = await sent;
  assert.ok(!outcome.ok && outcome.problem.code === "link_down");
  const [late] = await Promise.all([broker.send({ topic: "x", payload: Buffer.from("") })]);
  assert.ok(!late.ok && late.problem.code === "link_down");
});

test("an order whose time is over is not there for a device that comes back late", {
  skip: noMosquitto,
}, async (t) => {
  const peer = await openMosquitto();
  t.after(() => peer.close());
  const broker = await enter(t, peer, new TestHouse(systemClock));
  const where = { host: "127.0.0.1", port: peer.port, clientId: "d", clean: false };
  const device = await connectAsync({ ...where, protocolVersion: 5, ...LASTING });
  await device.subscribeAsync("n/1/control", { qos: 1 });
  await device.endAsync();
  const send = (text: string, expiresAt: number) =>
    broker.send({
      topic: "n/1/control",
      payload: Buffer.from(text),
      expiresAt: expiresAt as never,
    });
  assert.ok(!(await send("too late", systemClock.now() - 1)).ok);
  assert.ok((await send("short", systemClock.now() + 900)).ok);
  assert.ok((await send("long", systemClock.now() + 3_600_000)).ok);
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  const again = connect({ ...where, protocolVersion: 5, ...LASTING });
  t.after(() => again.endAsync(true));
  const got = await new Promise((resolve) => {
    again.once("message", (_topic, payload) => resolve(`${payload}`));
  });
  assert.equal(got, "long");
});

test("a cluster's next node is tried where the first is away", { skip: noMosquitto }, async (t) => {
  const peer = await openMosquitto();
  t.after(() => peer.close());
  const hosts = [1, peer.port].map((port) => ({ host: "127.0.0.1", port }));
  const opened = await openExternalBroker(
    { address: { ...ANYBODY, hosts }, share: "fieldline", worker: 0, filters: FILTERS },
    partsOf(new TestHouse(systemClock)),
  );
  assert.ok(opened.ok);
  t.after(() => opened.value.close());
  await until(() => opened.value.trouble === null);
});

test("what an MQTT 3.1.1 broker has kept is passed over, and what comes live is not", {
  skip: noNats,
}, async (t) => {
  const peer = await openNats();
  t.after(() => peer.close());
  const device = await connectAsync({ port: peer.port, host: "127.0.0.1", clientId: "d" });
  t.after(() => device.endAsync(true));
  await device.publishAsync("plant/1", "of unknown age", { qos: 1, retain: true });
  const [folder, house] = [newFolder(t), new TestHouse(systemClock)];
  const broker = await enter(t, peer, house, { folder });
  await device.publishAsync("plant/1", "live", { qos: 1, retain: true });
  await until(() => house.texts.includes("live"));
  await broker.close();
  await device.publishAsync("plant/1", "while it was away", { qos: 1, retain: true });
  await enter(t, peer, house, { folder });
  await until(() => house.texts.includes("while it was away"));
  assert.deepEqual(house.texts, ["live", "while it was away"]);
});

test("where a broker shares nothing the first worker takes in all, and no other keeps a session full", {
  skip: noNats,
}, async (t) => {
  const peer = await openNats();
  t.after(() => peer.close());
  const [first, second] = [new TestHouse(systemClock), new TestHouse(systemClock)];
  await enter(t, peer, first);
  await enter(t, peer, second, { worker: 1 });
  assert.ok(second.warnings.some((warning) => /shares nothing/.test(warning)));
  const device = await connectAsync({ port: peer.port, host: "127.0.0.1", clientId: "d" });
  t.after(() => device.endAsync(true));
  const sent = Array.from({ length: 100 }, (_, index) => `${index}`);
  for (const text of sent) await device.publishAsync(`plant/${text}`, text, { qos: 1 });
  await until(() => first.texts.length === sent.length);
  assert.deepEqual(second.texts, []);
});

test("where nothing is shared another worker goes on with the first one's session, which gives way", {
  skip: noNats,
}, async (t) => {
  const peer = await openNats();
  t.after(() => peer.close());
  const leads = [true, false];
  const houses = [new TestHouse(systemClock), new TestHouse(systemClock)];
  const workers: Awaited<ReturnType<typeof enter>>[] = [];
  const gaps: number[] = [];
  for (const [worker, house] of houses.entries()) {
    const isFirst = () => leads[worker] ?? null;
    const onGap = (since: number) => gaps.push(since);
    workers.push(await enter(t, peer, house, { worker, isFirst, onGap }));
  }
  const tell = async (first: number) => {
    for (const worker of [0, 1]) leads[worker] = worker === first;
    for (const worker of [1 - first, first]) await workers[worker]?.lead(worker === first);
  };
  const device = await connectAsync({ port: peer.port, host: "127.0.0.1", clientId: "d" });
  t.after(() => device.endAsync(true));
  const heard = () => houses.flatMap(({ texts }) => texts);
  const say = async (from: number) => {
    for (let number = from; number < from + 100; number += 1) {
      await device.publishAsync("plant/1", `${number}`, { qos: 1 });
    }
    await until(() => new Set(heard()).size === from + 100);
  };
  await say(0);
  assert.equal(houses[1]?.texts.length, 0);
  await Promise.all([say(100), tell(1)]);
  const before = houses[0]?.texts.length;
  await say(200);
  assert.equal(houses[0]?.texts.length, before, "the first has given way");
  assert.deepEqual([workers[0]?.trouble, workers[1]?.trouble], [null, null]);
  await Promise.all([say(300), tell(0)]);
  const others = houses[1]?.texts.length;
  await say(400);
  assert.equal(houses[1]?.texts.length, others, "and so has the other one");
  assert.deepEqual(gaps, []);
});

test("who stands in for another whose session the broker has lost tells of the gap", {
  skip: noNats,
}, async (t) => {
  const peer = await openNats();
  t.after(() => peer.close());
  const gaps: number[] = [];
  const onGap = (since: number) => gaps.push(since);
  const house = new TestHouse(systemClock);
  const worker = await enter(t, peer, house, { worker: 1, isFirst: () => true, onGap });
  const before = Date.now() - LIMIT.workerSilentMs;
  await worker.lead(true);
  await until(() => gaps.length === 1);
  const [since = 0] = gaps;
  assert.ok(since >= before && since <= Date.now() - LIMIT.workerSilentMs);
});

test("a broker that cannot take that the house is gone gets no word of it, and the rest", {
  skip: noNats,
}, async (t) => {
  const peer = await openNats();
  t.after(() => peer.close());
  const address = { ...ANYBODY, hosts: [{ host: "127.0.0.1", port: peer.port }] };
  const payload = Buffer.from("x");
  // NATS 2.9 takes no topic with a dot.
  const announcement = () => ({ topic: "spBv1.0/STATE/house", payload });
  const opened = await openExternalBroker(
    { address, share: "fieldline", worker: 0, filters: FILTERS },
    { ...partsOf(new TestHouse(systemClock)), announcement },
  );
  assert.ok(opened.ok);
  t.after(() => opened.value.close());
  await until(() => opened.value.trouble === null);
  assert.ok((await opened.value.send({ topic: "own/1", payload })).ok);
});

test("what the broker says when the house dies is as old as what the house says itself", {
  skip: noMosquitto,
}, async (t) => {
  const peer = await openMosquitto();
  t.after(() => peer.close());
  const address = { ...ANYBODY, hosts: [{ host: "127.0.0.1", port: peer.port }] };
  const said: string[] = [];
  const announcement = (isHere: boolean, at: number) => {
    said.push(`${isHere} ${at}`);
    return { topic: "spBv1.0/STATE/house", payload: Buffer.from("x") };
  };
  // Whoever asks for the time finds it later.
  let time = 0;
  const now = () => {
    time += 1;
    return time;
  };
  const clock = { ...systemClock, now };
  const opened = await openExternalBroker(
    { address, share: "fieldline", worker: 0, filters: FILTERS },
    { ...partsOf(new TestHouse(systemClock)), announcement, clock },
  );
  assert.ok(opened.ok);
  t.after(() => opened.value.close());
  const [will = "", birth] = said;
  assert.match(will, /^false \d+$/);
  assert.equal(birth, will.replace("false", "true"));
});

test("two Fieldlines of one name are told so, and come back more and more slowly", {
  skip: noMosquitto,
}, async (t) => {
  const peer = await openMosquitto();
  t.after(() => peer.close());
  const one = new TestHouse(systemClock);
  await enter(t, peer, one);
  const two = new TestHouse(systemClock);
  await enter(t, peer, two);
  await until(() => one.warned.some(({ detail }) => /same --broker-share/.test(`${detail}`)));
});

test("a wrong password is told at the start, a broker that is away is waited for", {
  skip: noMosquitto,
}, async (t) => {
  const peer = await openMosquitto(() => ["allow_anonymous false"]);
  t.after(() => peer.close());
  const address = { ...ANYBODY, hosts: [{ host: "127.0.0.1", port: peer.port }] };
  const refused = await openExternalBroker(
    { address, share: "fieldline", worker: 0, filters: FILTERS },
    partsOf(new TestHouse(systemClock)),
  );
  assert.ok(!refused.ok && refused.problem.code === "broker_refused");
  await peer.stop();
  const away = await openExternalBroker(
    { address, share: "fieldline", worker: 0, filters: FILTERS },
    partsOf(new TestHouse(systemClock)),
  );
  assert.ok(away.ok && away.value.trouble?.code === "link_down");
  await away.value.close();
});

type Wish = {
  folder?: string;
  worker?: number;
  onGap?: (since: number) => void;
  isFirst?: () => boolean | null;
};

/** The house at somebody else's broker, once it may take in. */
async function enter(t: TestContext, peer: Peer, house: TestHouse, wish: Wish = {}) {
  const { folder, worker = 0, onGap, isFirst } = wish;
  const address = { ...ANYBODY, hosts: [{ host: "127.0.0.1", port: peer.port }] };
  const opened = await openExternalBroker(
    { address, share: "fieldline", worker, filters: FILTERS, ...(folder && { folder }) },
    { ...partsOf(house), ...(onGap && { onGap }), ...(isFirst && { isFirst }) },
  );
  assert.ok(opened.ok, opened.ok ? "" : opened.problem.detail);
  t.after(() => opened.value.close());
  await until(() => opened.value.isTakingIn);
  return opened.value;
}

function partsOf(house: TestHouse) {
  const agentOf = (topic: string) => {
    if (topic.startsWith("other/")) return undefined;
    return (topic.startsWith("plant/") ? "meter" : "client") as AgentId;
  };
  const accounts = async () => [];
  return { ...house.parts, agentOf, accounts, onGap: () => {}, chance: () => 0 };
}

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

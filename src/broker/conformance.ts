import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { connect, connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import type { Rights } from "../domain/agent.ts";
import type { AgentId } from "../domain/brand.ts";
import type { ReceivedMessage } from "../domain/message.ts";
import type { Broker, Presence, Refusal } from "./broker.ts";

/** A broker to try, and the house that it talks to. The user name of a client is its agent. */
export type Subject = {
  readonly broker: Broker;
  readonly port: number;
  readonly house: {
    rights: Rights;
    /** What makes messages safe. */
    store: (messages: readonly ReceivedMessage[]) => Promise<void>;
    /** In the order in which they came; the payload as text. */
    readonly received: readonly (Omit<ReceivedMessage, "payload"> & { readonly text: string })[];
    readonly presence: readonly Presence[];
    readonly refused: readonly Refusal[];
    readonly subscribed: readonly string[];
  };
};

type Open = (t: TestContext) => Promise<Subject>;

const VERSIONS = { "MQTT 3.1": 3, "MQTT 3.1.1": 4, "MQTT 5.0": 5 } as const;
const QOS = [0, 1, 2] as const;

/** What every broker does, whoever wrote it; run over each implementation. */
export function brokerConformance(name: string, open: Open): void {
  const it = (claim: string, run: (t: TestContext) => Promise<void>) =>
    void test(`${name}: ${claim}`, run);

  for (const [spoken, protocolVersion] of Object.entries(VERSIONS)) {
    it(`a device's messages reach the house, and its neighbours, in ${spoken}`, async (t) => {
      const subject = await open(t);
      const reader = await enter(t, subject, { clientId: "reader", protocolVersion });
      await reader.subscribeAsync("plant/#", { qos: 2 });
      const got = messages(reader, 3);
      const meter = await enter(t, subject, { username: "meter", protocolVersion });
      for (const qos of QOS) await meter.publishAsync("plant/1", `qos ${qos}`, { qos });
      assert.deepEqual(await got, ["plant/1 qos 0", "plant/1 qos 1", "plant/1 qos 2"]);
      assert.deepEqual(
        subject.house.received.map(({ agent, topic, text }) => `${agent} ${topic} ${text}`),
        QOS.map((qos) => `meter plant/1 qos ${qos}`),
      );
    });

    it(`what the house sends reaches those who subscribed, in ${spoken}`, async (t) => {
      const subject = await open(t);
      const device = await enter(t, subject, { username: "sensor", protocolVersion });
      await device.subscribeAsync("n/1/control", { qos: 1 });
      const got = messages(device, 1);
      await send(subject, "n/2/control", "not yours");
      await send(subject, "n/1/control", "on");
      assert.deepEqual(await got, ["n/1/control on"]);
      assert.deepEqual(subject.house.subscribed, ["sensor n/1/control"]);
    });
  }

  it("a publisher hears of success when its message is safe, and not before", async (t) => {
    const subject = await open(t);
    const order: string[] = [];
    subject.house.store = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push("safe");
    };
    const client = await enter(t, subject);
    for (const qos of [1, 2] as const) {
      await client.publishAsync("a", "x", { qos });
      order.push("acknowledged");
    }
    assert.deepEqual(order, ["safe", "acknowledged", "safe", "acknowledged"]);
  });

  it("a message that could not be stored comes again, until it is", async (t) => {
    const subject = await open(t);
    let failures = 2;
    subject.house.store = async () => {
      failures -= 1;
      if (failures >= 0) throw new Error("disk full");
    };
    const client = await enter(t, subject, { reconnectPeriod: 1, clean: false });
    await client.publishAsync("a", "x", { qos: 1 });
    assert.deepEqual(
      subject.house.received.map(({ text }) => text),
      ["x", "x", "x"],
    );
  });

  it("a retained message is kept, is shown to the house, and goes when it is emptied", async (t) => {
    const subject = await open(t);
    await send(subject, "n/1/configure", "{}", true);
    const [kept, ...others] = subject.broker.retained("n/+/configure");
    assert.deepEqual(others, []);
    assert.equal(Buffer.from(kept?.payload ?? []).toString(), "{}");
    const late = await enter(t, subject);
    const got = messages(late, 1);
    await late.subscribeAsync("n/+/configure");
    assert.deepEqual(await got, ["n/1/configure {}"]);
    await send(subject, "n/1/configure", "", true);
    assert.deepEqual(subject.broker.retained("#"), []);
  });

  it("an agent that the house does not admit stays out, and that is shown", async (t) => {
    const subject = await open(t);
    await assert.rejects(enter(t, subject, { username: "nobody" }));
    assert.equal(subject.house.refused[0]?.problem.code, "agent_refused");
    assert.deepEqual(subject.house.presence, []);
  });

  it("an agent publishes and subscribes where its rights say, and nowhere else", async (t) => {
    const subject = await open(t);
    subject.house.rights = { publish: ["own/o/#"], subscribe: ["own/i/#"] };
    const client = await enter(t, subject, { username: "meter" });
    await client.publishAsync("own/o/1", "good", { qos: 1 });
    await client.publishAsync("other/o/1", "bad", { qos: 1 });
    await assert.rejects(client.subscribeAsync("other/i/#"));
    await assert.rejects(client.subscribeAsync("#"));
    await client.subscribeAsync("own/i/+/x");
    assert.deepEqual(
      subject.house.received.map(({ text }) => text),
      ["good"],
    );
    assert.deepEqual(
      subject.house.refused.map(({ agent, topic, problem }) => `${agent} ${topic} ${problem.code}`),
      ["other/o/1", "other/i/#", "#"].map((topic) => `meter ${topic} topic_forbidden`),
    );
  });

  it("who is there and who left is told as it happens", async (t) => {
    const subject = await open(t);
    const client = await enter(t, subject, { username: "meter", clientId: "m1" });
    const [info] = subject.broker.clients();
    assert.deepEqual([info?.agent, info?.clientId, info?.version], ["meter", "m1", 4]);
    assert.equal(subject.broker.disconnect("meter" as AgentId, "revoked"), 1);
    await left(client);
    assert.deepEqual(subject.broker.clients(), []);
    assert.deepEqual(
      subject.house.presence.map(({ agent, up, cause }) => `${agent} ${up} ${cause}`),
      ["meter true connected", "meter false revoked"],
    );
    assert.equal(subject.broker.disconnect("meter" as AgentId, "revoked"), 0);
  });

  it("a client that comes back gets what it missed", async (t) => {
    const subject = await open(t);
    const wish = { clientId: "m1", clean: false } as const;
    const first = await enter(t, subject, wish);
    await first.subscribeAsync("a", { qos: 1 });
    await first.endAsync();
    await send(subject, "a", "missed");
    const again = connect({ ...options(subject), ...wish });
    t.after(() => again.endAsync(true));
    assert.deepEqual(await messages(again, 1), ["a missed"]);
  });

  it("once closed it lets nobody in, says so, and may be closed again", async (t) => {
    const subject = await open(t);
    await subject.broker.close();
    await subject.broker.close();
    const payload = Buffer.from("x");
    const sent = await subject.broker.send({ topic: "a", payload });
    assert.ok(!sent.ok && sent.problem.code === "link_down");
    await assert.rejects(enter(t, subject));
  });
}

function options({ port }: Subject): IClientOptions {
  return { host: "127.0.0.1", port, protocol: "mqtt", reconnectPeriod: 0, clientId: "client" };
}

async function enter(t: TestContext, subject: Subject, wish: IClientOptions = {}) {
  const { protocolVersion } = wish;
  const protocolId = protocolVersion === 3 ? "MQIsdp" : "MQTT";
  const client = await connectAsync({ ...options(subject), protocolId, ...wish });
  t.after(() => client.endAsync(true));
  return client;
}

/** The next messages that a client gets, as `topic payload`. */
function messages(client: MqttClient, count: number): Promise<readonly string[]> {
  const found: string[] = [];
  return new Promise((resolve) => {
    client.on("message", (topic, payload) => {
      found.push(`${topic} ${payload}`);
      if (found.length === count) resolve(found);
    });
  });
}

function left(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once("close", () => resolve()));
}

async function send({ broker }: Subject, topic: string, text: string, retain = false) {
  const sent = await broker.send({ topic, payload: Buffer.from(text), retain });
  assert.ok(sent.ok);
}

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { connect, connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import type { Rights } from "../domain/agent.ts";
import type { AgentId } from "../domain/brand.ts";
import type { ReceivedMessage } from "../domain/message.ts";
import type { Broker, Capabilities, Presence, Refusal } from "./broker.ts";

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
/** What a claim needs of a broker; of MQTT 3.1 only its own test knows. */
type Need = keyof Capabilities | "mqtt31";

type Claim = {
  readonly needs?: readonly Need[];
  readonly run: (t: TestContext, subject: Subject) => Promise<void>;
};

const VERSIONS: Record<string, { protocolVersion: 3 | 4 | 5; needs: readonly Need[] }> = {
  "MQTT 3.1": { protocolVersion: 3, needs: ["mqtt31"] },
  "MQTT 3.1.1": { protocolVersion: 4, needs: [] },
  "MQTT 5.0": { protocolVersion: 5, needs: ["mqtt5"] },
};

/** What the implementation's own test says of it: what is missing, or why nothing can be tried. */
type Known = { readonly without?: readonly Need[]; readonly skip?: string | false };

/**
 * What every broker does, whoever wrote it; run over each implementation. What one of them cannot
 * do is skipped and counted, with the capability that it would need.
 */
export function brokerConformance(name: string, open: Open, known: Known = {}): void {
  const it = (claim: string, { needs = [], run }: Claim) =>
    void test(`${name}: ${claim}`, { skip: known.skip ?? false }, async (t) => {
      const subject = await open(t);
      const missing = missingOf(subject.broker, needs, known);
      if (missing === undefined) await run(t, subject);
      else t.skip(`${name} lacks '${missing}'`);
    });

  for (const [spoken, { protocolVersion, needs }] of Object.entries(VERSIONS)) {
    it(`a device's messages reach the house, and its neighbours, in ${spoken}`, {
      needs,
      async run(t, subject) {
        const qos = subject.broker.caps.qos2 ? ([0, 1, 2] as const) : ([0, 1] as const);
        const reader = await enter(t, subject, { clientId: "reader", protocolVersion });
        await reader.subscribeAsync("plant/#", { qos: 1 });
        const got = messages(reader, qos.length);
        const meter = await enter(t, subject, { username: "meter", protocolVersion });
        for (const [index, each] of qos.entries()) {
          await meter.publishAsync("plant/1", `qos ${each}`, { qos: each });
          await came(subject, index + 1);
        }
        assert.deepEqual(
          await got,
          qos.map((each) => `plant/1 qos ${each}`),
        );
        assert.deepEqual(
          subject.house.received.map(({ agent, topic, text }) => `${agent} ${topic} ${text}`),
          qos.map((each) => `meter plant/1 qos ${each}`),
        );
      },
    });

    it(`what the house sends reaches those who subscribed, in ${spoken}`, {
      needs,
      async run(t, subject) {
        const device = await enter(t, subject, { username: "sensor", protocolVersion });
        await device.subscribeAsync("n/1/control", { qos: 1 });
        const got = messages(device, 1);
        await send(subject, "n/2/control", "not yours");
        await send(subject, "n/1/control", "on");
        assert.deepEqual(await got, ["n/1/control on"]);
      },
    });
  }

  it("the house is told what an agent has subscribed to", {
    needs: ["perMessageRights"],
    async run(t, subject) {
      const device = await enter(t, subject, { username: "sensor" });
      await device.subscribeAsync("n/1/control", { qos: 1 });
      assert.deepEqual(subject.house.subscribed, ["sensor n/1/control"]);
    },
  });

  it("a publisher hears of success when its message is safe, and not before", {
    needs: ["storesFirst"],
    async run(t, subject) {
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
    },
  });

  it("a message that could not be stored comes again, until it is", {
    async run(t, subject) {
      let failures = 2;
      subject.house.store = async () => {
        failures -= 1;
        if (failures >= 0) throw new Error("disk full");
      };
      const client = await enter(t, subject, { reconnectPeriod: 1, clean: false });
      await client.publishAsync("a", "x", { qos: 1 });
      await came(subject, 3);
      assert.deepEqual(
        subject.house.received.map(({ text }) => text),
        ["x", "x", "x"],
      );
    },
  });

  it("a retained message is there for those who come late, until it is emptied", {
    async run(t, subject) {
      await send(subject, "n/1/configure", "{}", true);
      const late = await enter(t, subject);
      const got = messages(late, 1);
      await late.subscribeAsync("n/+/configure", { qos: 1 });
      assert.deepEqual(await got, ["n/1/configure {}"]);
      await send(subject, "n/1/configure", "", true);
      await send(subject, "n/2/configure", "last", true);
      const later = await enter(t, subject, { clientId: "later" });
      const left = messages(later, 1);
      await later.subscribeAsync("n/+/configure", { qos: 1 });
      assert.deepEqual(await left, ["n/2/configure last"]);
    },
  });

  it("the house can see what is retained", {
    needs: ["listsRetained"],
    async run(_t, subject) {
      await send(subject, "n/1/configure", "{}", true);
      const [kept, ...others] = subject.broker.retained("n/+/configure");
      assert.deepEqual(others, []);
      assert.equal(Buffer.from(kept?.payload ?? []).toString(), "{}");
      await send(subject, "n/1/configure", "", true);
      assert.deepEqual(subject.broker.retained("#"), []);
    },
  });

  it("an agent that the house does not admit stays out, and that is shown", {
    needs: ["perMessageRights"],
    async run(t, subject) {
      await assert.rejects(enter(t, subject, { username: "nobody" }));
      assert.equal(subject.house.refused[0]?.problem.code, "agent_refused");
      assert.deepEqual(subject.house.presence, []);
    },
  });

  it("an agent publishes and subscribes where its rights say, and nowhere else", {
    needs: ["perMessageRights"],
    async run(t, subject) {
      subject.house.rights = { publish: ["own/o/#"], subscribe: ["own/i/#"] };
      const client = await enter(t, subject, { username: "meter" });
      await client.publishAsync("own/o/1", "good", { qos: 1 });
      await client.publishAsync("other/o/1", "bad", { qos: 1 });
      await assert.rejects(client.subscribeAsync("other/i/#"));
      await assert.rejects(client.subscribeAsync("#"));
      await client.subscribeAsync("own/i/+/x");
      const { received, refused } = subject.house;
      assert.deepEqual(
        received.map(({ text }) => text),
        ["good"],
      );
      assert.deepEqual(
        refused.map(({ agent, topic, problem }) => `${agent} ${topic} ${problem.code}`),
        ["other/o/1", "other/i/#", "#"].map((topic) => `meter ${topic} topic_forbidden`),
      );
    },
  });

  it("who is there and who left is told as it happens", {
    needs: ["presence", "kick"],
    async run(t, subject) {
      const client = await enter(t, subject, { username: "meter", clientId: "m1" });
      const [info] = subject.broker.clients();
      assert.deepEqual([info?.agent, info?.clientId, info?.version], ["meter", "m1", 4]);
      assert.deepEqual([...subject.broker.agentsHere()], ["meter"]);
      assert.equal(subject.broker.disconnect("meter" as AgentId, "revoked"), 1);
      await left(client);
      assert.deepEqual(subject.broker.clients(), []);
      assert.equal(subject.broker.agentsHere().size, 0);
      assert.deepEqual(
        subject.house.presence.map(({ agent, up, cause }) => `${agent} ${up} ${cause}`),
        ["meter true connected", "meter false revoked"],
      );
      assert.equal(subject.broker.disconnect("meter" as AgentId, "revoked"), 0);
    },
  });

  it("a client that comes back gets what it missed", {
    async run(t, subject) {
      const wish = { clientId: "m1", clean: false } as const;
      const first = await enter(t, subject, wish);
      await first.subscribeAsync("a/i", { qos: 1 });
      await first.endAsync();
      await send(subject, "a/i", "missed");
      const again = connect({ ...options(subject), ...wish });
      t.after(() => again.endAsync(true));
      assert.deepEqual(await messages(again, 1), ["a/i missed"]);
    },
  });

  it("the members of a shared subscription get each message once between them", {
    needs: ["shared"],
    async run(t, subject) {
      const got: string[] = [];
      for (const clientId of ["one", "two"]) {
        const member = await enter(t, subject, { clientId, protocolVersion: 5 });
        member.on("message", (_topic, payload) => got.push(`${payload}`));
        await member.subscribeAsync("$share/group/n/+", { qos: 1 });
      }
      const sent = Array.from({ length: 10 }, (_, index) => `${index}`);
      for (const text of sent) await send(subject, "n/1", text);
      while (got.length < sent.length) await turn();
      assert.deepEqual(got.toSorted(), sent);
    },
  });

  it("once closed it sends nothing, says so, and may be closed again", {
    async run(_t, subject) {
      await subject.broker.close();
      await subject.broker.close();
      const sent = await subject.broker.send({ topic: "a", payload: Buffer.from("x") });
      assert.ok(!sent.ok && sent.problem.code === "link_down");
    },
  });

  it("once closed it lets nobody in", {
    needs: ["kick"],
    async run(t, subject) {
      await subject.broker.close();
      await assert.rejects(enter(t, subject));
    },
  });
}

/** The name of a capability that is needed and not there. */
function missingOf({ caps }: Broker, needs: readonly Need[], { without = [] }: Known) {
  return needs.find((need) => {
    if (without.includes(need)) return true;
    if (need === "mqtt31") return false;
    return need === "presence" ? caps.presence !== "exact" : !caps[need];
  });
}

/** Another broker passes on what it took when it comes to it. */
async function came({ house }: Subject, count: number): Promise<void> {
  while (house.received.length < count) await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
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

import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../../test/mqtt-peer.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { ReceivedMessage } from "../domain/message.ts";
import { problem } from "../domain/problem.ts";
import { drivers } from "../driver/registry.ts";
import { chances } from "../lib/chance.ts";
import { TestClock } from "../lib/clock.ts";
import { Gauges } from "../lib/gauge.ts";
import { silentLog } from "../lib/log.ts";
import { decodeBatch, encodeBatch } from "./batch.ts";
import { Glance } from "./glance.ts";
import { WorkersLine } from "./line.ts";
import type { Answer } from "./post.ts";
import { WorkersReception } from "./reception.ts";

const NETWORK = "/sauter/viasens/12";
const METER = "meter" as AgentId;
const HEAD = {
  ...{
    worker: 1,
    workers: 2,
    session: "s",
    number: 1,
    trouble: "",
    isShared: true,
    topics: "",
    gaps: [],
    refused: [],
  },
} as const;

test("a batch comes out as it went in, with what a worker has read in it", () => {
  const glance = new Glance(drivers);
  const humid = received(`${NETWORK}/5`, '{"type":"humid","payload":{"humidity":49}}');
  const read = glance.at(humid);
  assert.ok(read);
  const { agent: _, ...relayed } = humid;
  const values = [1.5, true, "schön", null, 2n ** 60n, -(2n ** 63n)];
  const odd = values.map((value, index) => {
    const when = { isArrival: index === 1, isPast: index === 2, isLate: index === 3 };
    return { ...read.readings[0], value, ...when, word: -1 };
  });
  const all = [
    { ...relayed, read },
    { ...relayed, retain: true },
    { ...relayed, read: { driver: "viasens", readings: odd as never } },
  ];
  const batch = decodeBatch(encodeBatch({ ...HEAD, gaps: [7] }, all));
  assert.deepEqual(batch?.head, { ...HEAD, gaps: [7] });
  const found = batch?.messages.map((one) => ({ ...one, payload: Uint8Array.from(one.payload) }));
  assert.deepEqual(
    found,
    all.map((one) => ({ ...one, payload: Uint8Array.from(one.payload) })),
  );
});

test("bytes that are no batch are none, wherever they end and whatever was changed", () => {
  const { agent: _, ...relayed } = received(`${NETWORK}/5`, "{}");
  const whole = encodeBatch(HEAD, [relayed]);
  for (let end = 0; end < whole.length; end += 1) {
    assert.equal(decodeBatch(whole.subarray(0, end))?.messages.length ?? 0, 0);
  }
  const chance = chances(7);
  for (let round = 0; round < 2_000; round += 1) {
    const broken = Uint8Array.from(whole);
    broken[Math.floor(chance() * broken.length)] = Math.floor(chance() * 256);
    const batch = decodeBatch(broken);
    assert.ok(batch === undefined || Array.isArray(batch.messages));
  }
});

test("a worker reads what is nothing but readings, and leaves the rest to the house", () => {
  const glance = new Glance(drivers);
  const at = (topic: string, payload: string) => glance.at(received(topic, payload))?.driver;
  assert.equal(at(`${NETWORK}/5`, '{"type":"humid","payload":{"humidity":49}}'), "viasens");
  assert.equal(at(`${NETWORK}/5`, "no JSON"), undefined);
  assert.equal(at("nobody/knows", "1"), undefined);
  assert.equal(at("tc/acme/acme_press/o/amo_v3/m", '{"id":"1","data":{}}'), undefined);
});

test("what a worker receives is settled when the house has stored it, in its order", async () => {
  const world = new World();
  const stored: (() => void)[] = [];
  world.store = () => new Promise((resolve) => stored.push(resolve));
  const settled: string[] = [];
  const receive = (text: string) =>
    void world.line.receive([received("a/1", text)]).then(() => settled.push(text));
  receive("1");
  await until(() => stored.length === 1);
  receive("2");
  receive("3");
  assert.deepEqual([world.texts, settled], [["1"], []]);
  stored[0]?.();
  // All that came meanwhile goes at once.
  await until(() => stored.length === 2);
  assert.deepEqual([world.texts, settled], [["1", "2", "3"], ["1"]]);
  stored[1]?.();
  await until(() => settled.length === 3);
  await world.close();
});

test("a worker learns once which topics are wanted besides, and when none are any more", async () => {
  const world = new World();
  world.wanted = ["bakery/acme_oven/data", "plant/#"];
  for (const text of ["1", "2", "3"]) await world.line.receive([received("a/1", text)]);
  assert.deepEqual(world.topics, [world.wanted]);
  world.wanted = [];
  for (const text of ["4", "5"]) await world.line.receive([received("a/1", text)]);
  assert.deepEqual(world.topics.slice(1), [[]]);
  await world.close();
});

test("a batch whose answer was lost is asked for again, and stored once", async () => {
  const world = new World();
  world.isDeaf = 2;
  let isSettled = false;
  void world.line.receive([received("a/1", "once")]).then(() => {
    isSettled = true;
  });
  await world.turnUntil(() => isSettled);
  assert.deepEqual(world.texts, ["once"]);
  assert.equal(world.isDeaf, 0);
  await world.close();
});

test("a batch that could not be stored is not acknowledged, and tried again", async () => {
  const world = new World();
  let tries = 0;
  world.store = async () => {
    tries += 1;
    if (tries < 3) throw new Error("the disk is full");
  };
  let isSettled = false;
  void world.line.receive([received("a/1", "x")]).then(() => {
    isSettled = true;
  });
  await world.turnUntil(() => tries === 2);
  assert.equal(isSettled, false);
  await world.turnUntil(() => isSettled);
  assert.equal(tries, 3);
  await world.close();
});

test("a worker that stops gives back to its broker what the house does not take", async () => {
  const world = new World();
  world.isDeaf = Number.POSITIVE_INFINITY;
  const given = assert.rejects(world.line.receive([received("a/1", "x")]), /before the worker/);
  await until(() => world.asked > 0);
  await world.close();
  await given;
});

test("the house knows whose a message is, refuses what is nobody's, and shows it", async () => {
  const world = new World();
  await world.line.receive([received("other/1", "whose?"), received("a/1", "mine")]);
  const trouble = problem("payload_too_large", "300000 bytes");
  const nothing = { agent: null, clientId: "", remote: "", payload: new Uint8Array(1) };
  world.line.refuse({ ...nothing, topic: "a/2", problem: trouble });
  world.line.gap(1234);
  await until(() => world.gaps.length > 0);
  assert.deepEqual(world.texts, ["mine"]);
  assert.equal(world.agents.join(), METER);
  assert.deepEqual(world.refused, ["other/1 topic_forbidden", "a/2 payload_too_large"]);
  assert.deepEqual(world.gaps, [1234]);
  await world.close();
});

test("the house misses a worker that is silent, and tells when it is back", async () => {
  const world = new World();
  await world.line.receive([]);
  assert.match(world.reception.troubles().join(), /^worker 1 was not heard yet/);
  await world.close(false);
  await world.turnUntil(() => world.silences.length === 2);
  assert.deepEqual(world.silences.sort(), ["0 true", "1 true"]);
  const head = { ...HEAD, worker: 0, trouble: "the broker is away" };
  assert.ok((await world.reception.takeIn(encodeBatch(head, []))).ok);
  assert.ok(world.silences.includes("0 false"));
  assert.match(world.reception.troubles().join(), /worker 0: the broker is away/);
  world.reception.close();
});

test("where nothing is spread another worker is the first while the first is missed", async () => {
  const world = new World();
  await world.line.close();
  let number = 1_000;
  const say = async (worker: number, isShared: boolean) => {
    number += 1;
    const head = { ...HEAD, worker, number, isShared };
    const taken = await world.reception.takeIn(encodeBatch(head, []));
    return taken.ok && taken.value.first;
  };
  /** So long that whoever does not speak is missed. */
  const goesOn = async (worker: number, isShared: boolean) => {
    for (let beat = 0; beat < 10; beat += 1) {
      world.clock.advance(LIMIT.workerBeatMs);
      await say(worker, isShared);
    }
  };
  assert.deepEqual([await say(0, false), await say(1, false)], [0, 0]);
  await goesOn(1, false);
  assert.equal(await say(1, false), 1);
  assert.equal(await say(0, false), 1, "who is back does not push out who takes in");
  await goesOn(0, true);
  assert.equal(await say(0, true), 0, "a broker that spreads needs nobody to stand in");
  world.reception.close();
});

test("a worker counts as the first only as long as the house has said so lately", async () => {
  const world = new World();
  await world.line.receive([received("a/1", "1")]);
  assert.equal(world.line.isFirst, true);
  assert.deepEqual(world.firsts.slice(-1), [true]);
  world.isAway = true;
  await world.turnUntil(() => world.line.isFirst === null);
  world.isAway = false;
  await world.turnUntil(() => world.line.isFirst === true);
  await world.close();
});

test("a worker that counts otherwise than the house is refused", async () => {
  const world = new World();
  for (const wrong of [{ workers: 3 }, { worker: 2 }, { worker: -1 }]) {
    const refused = await world.reception.takeIn(encodeBatch({ ...HEAD, ...wrong }, []));
    assert.ok(!refused.ok && refused.problem.code === "request_invalid");
  }
  await world.close();
});

/** A worker's line and the house's reception, with the way between them in the test's hand. */
class World {
  readonly clock = new TestClock();
  readonly texts: string[] = [];
  readonly agents: string[] = [];
  readonly refused: string[] = [];
  readonly gaps: number[] = [];
  readonly silences: string[] = [];
  readonly topics: (readonly string[])[] = [];
  readonly firsts: boolean[] = [];
  /** No answer reaches the worker, and no batch the house. */
  isAway = false;
  /** What the house wants besides. */
  wanted: readonly string[] = [];
  store: () => Promise<void> = async () => {};
  /** So many answers do not reach the worker. */
  isDeaf = 0;
  asked = 0;
  readonly reception: WorkersReception;
  readonly line: WorkersLine;

  constructor() {
    const { clock } = this;
    this.reception = new WorkersReception({
      ...{ workers: 2, clock, gauges: new Gauges(), log: silentLog },
      receive: async (messages) => {
        const texts = messages.map(({ payload }) => `${Buffer.from(payload)}`);
        const agents = messages.map(({ agent }) => agent);
        this.texts.push(...texts);
        this.agents.push(...agents);
        await this.store();
      },
      agentOf: (topic) => (topic.startsWith("a/") ? METER : undefined),
      topics: () => this.wanted,
      onRefused: ({ topic, problem: { code } }) => this.refused.push(`${topic} ${code}`),
      onGap: (since) => this.gaps.push(since),
      onSilence: (worker, isSilent) => this.silences.push(`${worker} ${isSilent}`),
    });
    const post = { send: (body: Uint8Array) => this.#carry(body), close: () => {} };
    const onTopics = (topics: readonly string[]) => this.topics.push(topics);
    const own = { clock, log: silentLog, chance: () => 0 };
    const onFirst = (isFirst: boolean) => this.firsts.push(isFirst);
    const said = { trouble: () => "", isShared: () => false };
    const parts = { drivers, post, ...said, onTopics, onFirst, ...own };
    this.line = new WorkersLine({ worker: 0, workers: 2 }, parts);
  }

  /** Lets time go on until it is so. */
  async turnUntil(isSo: () => boolean): Promise<void> {
    await until(() => {
      if (isSo()) return true;
      this.clock.advance(100);
      return false;
    });
  }

  async close(withReception = true): Promise<void> {
    await this.line.close();
    if (withReception) this.reception.close();
  }

  async #carry(body: Uint8Array): Promise<Answer> {
    this.asked += 1;
    if (this.isAway) return null;
    const taken = await this.reception.takeIn(body);
    const hasMessages = (decodeBatch(body)?.messages.length ?? 0) > 0;
    if (hasMessages && this.isDeaf > 0) {
      this.isDeaf -= 1;
      return null;
    }
    if (!taken.ok) return { status: 503, text: taken.problem.detail };
    return { status: 200, text: JSON.stringify(taken.value) };
  }
}

function received(topic: string, text: string): ReceivedMessage {
  const payload = Buffer.from(text);
  return { topic, payload, agent: "" as AgentId, receivedAt: 5 as Timestamp, retain: false };
}

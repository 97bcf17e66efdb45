import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { openEngines } from "../../test/engines.ts";
import type { Agent } from "../domain/agent.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import type { Store } from "../store/store.ts";
import { Owners } from "./owners.ts";

test("a topic belongs to the agent that may publish there, most closely granted first", async (t) => {
  const agents = [plain("all", "#"), plain("hall", "plant/hall/#"), plain("one", "plant/+/1")];
  const { owners } = await open(t, agents);
  const topics = ["plant/hall/1", "plant/yard/1", "plant/yard/2"];
  assert.deepEqual(
    topics.map((topic) => owners.of(topic)),
    ["hall", "one", "all"],
  );
  assert.equal(owners.of("$SYS/uptime"), undefined);
});

test("a revoked agent owns nothing", async (t) => {
  const { owners } = await open(t, [{ ...plain("hall", "plant/#"), revoked: true }]);
  assert.equal(owners.of("plant/1"), undefined);
});

test("what another process enrolled is known soon, what this one changed at once", async (t) => {
  const { owners, store, clock } = await open(t, []);
  assert.equal(owners.of("plant/1"), undefined);
  await store.agents.put(plain("hall", "plant/#"));
  clock.advance(LIMIT.ownersReadMs);
  await until(() => owners.of("plant/1") === "hall");
  await store.agents.put({ ...plain("hall", "plant/#"), revoked: true });
  owners.refresh();
  await until(() => owners.of("plant/1") === undefined);
});

test("who was enrolled and removed is nobody's owner, whatever came in between", async (t) => {
  const { owners, store } = await open(t, [plain("all", "#")]);
  await store.agents.put(plain("hall", "plant/#"));
  owners.refresh();
  await until(() => owners.of("plant/1") === "hall");
  await store.agents.remove({ id: "hall" as AgentId });
  owners.refresh();
  owners.refresh();
  await until(() => owners.of("plant/1") === "all");
});

test("only what changed is read again", async (t) => {
  const many = Array.from({ length: 50 }, (_, at) => plain(`a${at}`, `plant/${at}/#`));
  const { owners, store, clock, read } = await open(t, many);
  assert.deepEqual(read(), { all: 1, one: 0 });
  for (let look = 0; look < 3; look += 1) clock.advance(LIMIT.ownersReadMs);
  await store.agents.put(plain("a7", "yard/#"));
  clock.advance(LIMIT.ownersReadMs);
  await until(() => owners.of("yard/1") === "a7");
  assert.equal(owners.of("plant/7/1"), undefined);
  assert.equal(owners.of("plant/8/1"), "a8");
  assert.deepEqual(read(), { all: 1, one: 1 });
});

test("what agents may publish beyond the trees of their kinds is told when it changes", async (t) => {
  const pump = { kind: "mindsphere", tenant: "acme", name: "pump" } as const;
  const { owners, store } = await open(t, [
    plain("hall", "plant/#"),
    { ...plain("demo", "demo/#"), demo: true },
    { ...plain("pump", "bakery/oven"), ...pump },
    { ...plain("none", ""), ...pump, name: "none", grant: null },
  ]);
  const told: (readonly string[])[] = [];
  owners.onTopics((topics) => told.push(topics.toSorted()));
  assert.deepEqual(told, [["bakery/oven", "plant/#"]]);
  await store.agents.put({ ...plain("hall", "plant/#"), name: "Hall" });
  owners.refresh();
  await store.agents.remove({ id: "hall" as AgentId });
  owners.refresh();
  await until(() => told.length > 1);
  assert.deepEqual(told.slice(1), [["bakery/oven"]]);
});

async function open(context: TestContext, agents: readonly Agent[]) {
  const { store, close } = await openEngines();
  await store.agents.put(...agents);
  const clock = new TestClock();
  const reads = { all: 0, one: 0 };
  const owners = await Owners.open({
    ...{ clock, log: silentLog },
    store: { agents: counted(store, reads), agentChanges: store.agentChanges },
  });
  context.after(async () => {
    owners.close();
    await close();
  });
  return { owners, store, clock, read: () => ({ ...reads }) };
}

function counted({ agents }: Store, reads: { all: number; one: number }): Store["agents"] {
  return {
    ...agents,
    find(query) {
      reads.all += 1;
      return agents.find(query);
    },
    get(id) {
      reads.one += 1;
      return agents.get(id);
    },
  };
}

/** A look takes a few turns of the loop. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !isSo(); turn += 1)
    await new Promise((resolve) => setImmediate(resolve));
  assert.ok(isSo());
}

function plain(id: string, filter: string): Agent {
  return {
    ...{ id: id as AgentId, kind: "plain", name: id, tenant: "", clientId: id },
    ...{ revoked: false, demo: false, createdAt: 0 as Timestamp },
    grant: { publish: [filter], subscribe: [] },
  };
}

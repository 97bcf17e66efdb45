import assert from "node:assert/strict";
import { test } from "node:test";
import type { Agent } from "../domain/agent.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { Owners } from "./owners.ts";

test("a topic belongs to the agent that may publish there, most closely granted first", async () => {
  const agents = [plain("all", "#"), plain("hall", "plant/hall/#"), plain("one", "plant/+/1")];
  const owners = await open(agents);
  const topics = ["plant/hall/1", "plant/yard/1", "plant/yard/2"];
  assert.deepEqual(
    topics.map((topic) => owners.of(topic)),
    ["hall", "one", "all"],
  );
  assert.equal(owners.of("$SYS/uptime"), undefined);
});

test("a revoked agent owns nothing", async () => {
  const owners = await open([{ ...plain("hall", "plant/#"), revoked: true }]);
  assert.equal(owners.of("plant/1"), undefined);
});

test("what another process enrolled is known soon, what this one changed at once", async () => {
  const [agents, clock]: [Agent[], TestClock] = [[], new TestClock()];
  const owners = await open(agents, clock);
  assert.equal(owners.of("plant/1"), undefined);
  agents.push(plain("hall", "plant/#"));
  clock.advance(LIMIT.ownersReadMs);
  await settled();
  assert.equal(owners.of("plant/1"), "hall");
  agents.pop();
  owners.refresh();
  await settled();
  assert.equal(owners.of("plant/1"), undefined);
  owners.close();
});

test("what agents may publish beyond the trees of their kinds is told when it changes", async () => {
  const agents: Agent[] = [plain("hall", "plant/#"), { ...plain("demo", "demo/#"), demo: true }];
  const pump = { kind: "mindsphere", tenant: "acme", name: "pump" } as const;
  agents.push({ ...plain("pump", "bakery/oven"), ...pump });
  agents.push({ ...plain("none", ""), ...pump, grant: null });
  const owners = await open(agents);
  const told: (readonly string[])[] = [];
  owners.onTopics((topics) => told.push(topics));
  assert.deepEqual(told, [["plant/#", "bakery/oven"]]);
  owners.refresh();
  await settled();
  agents.shift();
  owners.refresh();
  await settled();
  assert.deepEqual(told.slice(1), [["bakery/oven"]]);
});

function open(agents: readonly Agent[], clock = new TestClock()): Promise<Owners> {
  return Owners.open({ list: async () => agents, clock, log: silentLog });
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function plain(id: string, filter: string): Agent {
  return {
    ...{ id: id as AgentId, kind: "plain", name: id, tenant: "", clientId: id },
    ...{ revoked: false, demo: false, createdAt: 0 as Timestamp },
    grant: { publish: [filter], subscribe: [] },
  };
}

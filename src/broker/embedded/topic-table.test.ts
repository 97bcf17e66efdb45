import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId } from "../../domain/brand.ts";
import { Gate } from "../../domain/gate.ts";
import { LIMIT } from "../../domain/limit.ts";
import { matchesFilter } from "../../domain/topic.ts";
import { chances } from "../../lib/chance.ts";
import { REASON } from "../protocol.ts";
import { TopicTable } from "./topic-table.ts";

const gate = new Gate({
  agent: "agent" as AgentId,
  rights: { publish: ["tc/acme/agent/o/#", "plant/+/value"], subscribe: ["tc/acme/agent/i/#"] },
});

test("bytes that were seen before give the very same topic", () => {
  const table = new TopicTable(gate);
  const first = find(table, "tc/acme/agent/o/mc_v3/ts");
  find(table, "plant/1/value");
  assert.equal(find(table, "tc/acme/agent/o/mc_v3/ts"), first);
  assert.equal(first?.text, "tc/acme/agent/o/mc_v3/ts");
  assert.equal(first?.refusal, null);
});

test("more topics than are remembered are each found as they are", () => {
  const table = new TopicTable(gate);
  for (let round = 0; round < 2; round += 1) {
    for (let index = 0; index < LIMIT.topicsPerClient * 3; index += 1) {
      assert.equal(find(table, `plant/${index}/value`)?.text, `plant/${index}/value`);
    }
  }
});

test("a topic that the agent may not publish on is known as refused", () => {
  const known = find(new TopicTable(gate), "tc/acme/other/o/mc_v3/ts");
  assert.equal(known?.refusal?.code, "topic_forbidden");
  assert.equal(known?.reason, REASON.notAuthorised);
});

test("a topic with too many levels or bytes is refused", () => {
  const table = new TopicTable(gate);
  const deep = `tc/acme/agent/o${"/x".repeat(500)}`;
  const long = `tc/acme/agent/o/${"x".repeat(LIMIT.topicBytes)}`;
  assert.equal(find(table, deep)?.reason, REASON.topicInvalid);
  assert.equal(find(table, long)?.reason, REASON.topicInvalid);
});

test("what is no topic is not found: nothing, wildcards, NUL, bytes that are not UTF-8", () => {
  const table = new TopicTable(gate);
  for (const wrong of ["", "a/+", "a/#", "a\0b"]) assert.equal(find(table, wrong), undefined);
  const bytes = Buffer.from([0x61, 0xc3, 0x28]);
  assert.equal(table.find(bytes, 0, bytes.length), undefined);
});

test("compiled rights agree with the filters they were made of", () => {
  const chance = chances(9);
  const names = ["a", "b", "", "ab"];
  for (let round = 0; round < 2000; round += 1) {
    const grant = randomLevels(chance, [...names, "+"]) + (chance() < 0.6 ? "/#" : "");
    const topic = randomLevels(chance, names) || "a";
    const rights = { publish: [grant], subscribe: [] };
    const compiled = new Gate({ agent: "agent" as AgentId, rights });
    assert.equal(compiled.mayPublish(topic), matchesFilter(grant, topic), `${grant} ${topic}`);
  }
});

test("a filter is allowed where a granted one contains it whole", () => {
  assert.equal(gate.maySubscribe("tc/acme/agent/i/+/x"), true);
  assert.equal(gate.maySubscribe("tc/acme/+/i/#"), false);
  assert.equal(gate.maySubscribe("#"), false);
});

test("who is refused a subscription is told a few that are granted, or that none is", () => {
  const of = (...subscribe: string[]) => {
    const rights = { publish: [], subscribe };
    return new Gate({ agent: "a" as AgentId, rights }).refusalOfSubscription("x").detail;
  };
  assert.equal(of(), "the agent may not subscribe to x; it may subscribe to nothing");
  assert.match(of("b", "c/#", "d"), /to b, c\/#, d$/);
  assert.match(of("b", "c", "d", "e"), /to b, c, d, …$/);
});

function find(table: TopicTable, topic: string) {
  const bytes = Buffer.from(`..${topic}..`);
  return table.find(bytes, 2, bytes.length - 2);
}

function randomLevels(chance: () => number, names: readonly string[]): string {
  const levels = Array.from({ length: 1 + Math.floor(chance() * 4) }, () => {
    return names[Math.floor(chance() * names.length)] ?? "";
  });
  return levels.join("/");
}

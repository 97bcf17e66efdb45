import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId } from "../../domain/brand.ts";
import { isValidFilter, matchesFilter } from "../../domain/topic.ts";
import { chances } from "../../lib/chance.ts";
import { TestClock } from "../../lib/clock.ts";
import { Gauges } from "../../lib/gauge.ts";
import { silentLog } from "../../lib/log.ts";
import { Session } from "./session.ts";
import { type Subscription, Subscriptions } from "./subscriptions.ts";

test("it finds the sessions whose filters name the topic, and no others", () => {
  const chance = chances(3);
  for (let round = 0; round < 100; round += 1) {
    const subscriptions = new Subscriptions();
    const filters = Array.from({ length: 30 }, () => randomFilter(chance)).filter(isValidFilter);
    const sessions = filters.map((filter, index) => {
      const session = newSession(`client ${index}`);
      subscriptions.add(session, plain(filter));
      return session;
    });
    for (let asked = 0; asked < 20; asked += 1) {
      const topic = randomLevels(chance, ["a", "b", "", "$x"]);
      const wanted = sessions.filter((_, index) => matchesFilter(filters[index] ?? "", topic));
      const found = subscriptions.listeners(topic).map(({ session }) => session.clientId);
      assert.deepEqual(found.toSorted(), wanted.map(({ clientId }) => clientId).toSorted(), topic);
    }
  }
});

test("overlapping filters of one client give one delivery with the highest QoS and all ids", () => {
  const subscriptions = new Subscriptions();
  const session = newSession("one");
  subscriptions.add(session, { ...plain("a/#"), qos: 0, id: 1, noLocal: true });
  subscriptions.add(session, { ...plain("a/+"), qos: 2, id: 2, retainAsPublished: true });
  const [listener, ...others] = subscriptions.listeners("a/b");
  assert.deepEqual(others, []);
  const { qos, ids, noLocal, retainAsPublished } = listener ?? {};
  assert.deepEqual(
    { qos, noLocal, retainAsPublished },
    {
      ...{ qos: 2, noLocal: false, retainAsPublished: true },
    },
  );
  assert.deepEqual(ids?.toSorted(), [1, 2]);
});

test("a change is seen at once, though answers are remembered", () => {
  const subscriptions = new Subscriptions();
  const session = newSession("one");
  assert.equal(subscriptions.listeners("a/b").length, 0);
  const before = subscriptions.asOf;
  subscriptions.add(session, plain("a/+"));
  assert.equal(subscriptions.listeners("a/b").length, 1);
  subscriptions.remove(session, "a/+");
  assert.equal(subscriptions.listeners("a/b").length, 0);
  assert.ok(subscriptions.asOf > before);
});

test("names of JavaScript's own are topics like any other", () => {
  const subscriptions = new Subscriptions();
  subscriptions.add(newSession("__proto__"), plain("__proto__/constructor"));
  assert.equal(subscriptions.listeners("__proto__/constructor").length, 1);
  assert.equal(subscriptions.listeners("constructor/__proto__").length, 0);
});

test("removing what is not there changes nothing", () => {
  const subscriptions = new Subscriptions();
  const session = newSession("one");
  subscriptions.add(session, plain("a/b"));
  subscriptions.remove(session, "a/b/c");
  subscriptions.remove(newSession("other"), "a/b");
  assert.equal(subscriptions.listeners("a/b").length, 1);
});

function plain(filter: string): Subscription {
  return { filter, qos: 1, noLocal: false, retainAsPublished: false, id: null };
}

function newSession(clientId: string): Session {
  const common = { clock: new TestClock(), gauges: new Gauges(), log: silentLog };
  const parts = { ...common, backlog: { bytes: 0 }, onBacklog: () => {} };
  return new Session("agent" as AgentId, clientId, parts);
}

function randomFilter(chance: () => number): string {
  const filter = randomLevels(chance, ["a", "b", "+", "", "$x"]);
  return chance() < 0.3 ? `${filter}/#` : filter;
}

function randomLevels(chance: () => number, names: readonly string[]): string {
  const levels = Array.from({ length: 1 + Math.floor(chance() * 4) }, () => {
    return names[Math.floor(chance() * names.length)] ?? "";
  });
  return levels.join("/") || "a";
}

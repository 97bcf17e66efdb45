import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMIT } from "../../domain/limit.ts";
import { isValidFilter, matchesFilter } from "../../domain/topic.ts";
import { chances } from "../../lib/chance.ts";
import { Retained } from "./retained.ts";
import { routedMessage } from "./routed-message.ts";

test("under a filter is what the filter names, and nothing else", () => {
  const chance = chances(5);
  const retained = new Retained();
  const topics = new Set<string>();
  for (let index = 0; index < 200; index += 1) topics.add(randomLevels(chance, ["a", "b", "$x"]));
  for (const topic of topics) retained.keep(message(topic, "x"));
  for (let asked = 0; asked < 300; asked += 1) {
    const rest = chance() < 0.4 ? "/#" : "";
    const filter = randomLevels(chance, ["a", "b", "+", "$x", "#"]) + rest;
    if (!isValidFilter(filter)) continue;
    const wanted = [...topics].filter((topic) => matchesFilter(filter, topic));
    const found = retained.under(filter, 0).map(({ topic }) => topic);
    assert.deepEqual(found.toSorted(), wanted.toSorted(), filter);
  }
});

test("an empty payload removes, and leaves nothing behind", () => {
  const retained = new Retained();
  retained.keep(message("a/b", "1"));
  retained.keep(message("a/b/c", "2"));
  retained.keep(message("a/b", ""));
  retained.keep(message("never/kept", ""));
  assert.deepEqual(payloads(retained, "#"), ["2"]);
  retained.keep(message("a/b/c", ""));
  assert.deepEqual([retained.count, retained.bytes], [0, 0]);
});

test("the newest message of a topic replaces the one before", () => {
  const retained = new Retained();
  retained.keep(message("a", "1"));
  retained.keep(message("a", "22"));
  assert.deepEqual(payloads(retained, "a"), ["22"]);
  assert.deepEqual([retained.count, retained.bytes], [1, 3]);
});

test("above its limit it refuses new topics, but still replaces and removes", () => {
  const retained = new Retained();
  const large = "x".repeat(LIMIT.packetBytes);
  let kept = 0;
  while (retained.keep(message(`t/${kept}`, large))) kept += 1;
  assert.ok(retained.bytes <= LIMIT.retainedBytes && kept > 200);
  assert.equal(retained.keep(message("t/0", "small")), true);
  assert.equal(retained.keep(message("t/1", "")), true);
  assert.equal(retained.keep(message("t/new", large)), true);
});

test("a message whose life is over is not given to anybody", () => {
  const retained = new Retained();
  retained.keep({ ...message("a", "1"), expiresAt: 1000 });
  assert.equal(retained.under("a", 999).length, 1);
  assert.equal(retained.under("a", 1000).length, 0);
});

function message(topic: string, payload: string) {
  return routedMessage({ topic, payload: Buffer.from(payload) });
}

function payloads(retained: Retained, filter: string): string[] {
  return retained.under(filter, 0).map(({ payload }) => Buffer.from(payload).toString());
}

function randomLevels(chance: () => number, names: readonly string[]): string {
  const levels = Array.from({ length: 1 + Math.floor(chance() * 4) }, () => {
    return names[Math.floor(chance() * names.length)] ?? "";
  });
  return levels.join("/");
}

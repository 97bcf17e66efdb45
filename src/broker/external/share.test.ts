import assert from "node:assert/strict";
import { test } from "node:test";
import { containsFilter } from "../../domain/topic.ts";
import { chances } from "../../lib/chance.ts";
import { subscriptionsOf, withMore } from "./share.ts";
import { widest } from "./widest.ts";

const SHARE = { share: "s", worker: 0, filters: ["tc/#", "fl/1/#"], ordered: ["spBv1.0/#"] };

test("topics besides are shared like the others, and none is asked for twice", () => {
  const more = ["plant/#", "plant/hall/1", "tc/acme/1", "yard/+/state", "plant/#"];
  assert.deepEqual(subscriptionsOf(withMore({ ...SHARE, worker: 1 }, more), true), [
    ...["$share/s/tc/#", "$share/s/fl/1/#"],
    ...["$share/s/plant/#", "$share/s/yard/+/state"],
  ]);
});

test("a filter that meets what keeps its order goes to the worker who has that", () => {
  const everything = withMore(SHARE, ["#", "plant/#"]);
  assert.deepEqual(subscriptionsOf(everything, true), ["#"]);
  assert.deepEqual(subscriptionsOf({ ...everything, worker: 1 }, true), []);
  const some = withMore(SHARE, ["+/state"]);
  assert.deepEqual(subscriptionsOf(some, true), [
    ...["$share/s/tc/#", "$share/s/fl/1/#", "spBv1.0/#", "+/state"],
  ]);
});

test("the widest of many filters are those that no other one contains", () => {
  const chance = chances(41);
  const levels = ["a", "b", "+", "$c", ""];
  for (let round = 0; round < 200; round += 1) {
    const filters = Array.from({ length: 12 }, () => {
      const some = Array.from({ length: 1 + chance() * 3 }, () => levels[Math.floor(chance() * 5)]);
      return `${some.join("/")}${chance() < 0.3 ? "/#" : ""}`;
    });
    const unique = [...new Set(filters)];
    const wanted = unique.filter((filter) => {
      return !unique.some((other) => other !== filter && containsFilter(other, filter));
    });
    assert.deepEqual(widest(filters), wanted, `of ${filters}`);
  }
});

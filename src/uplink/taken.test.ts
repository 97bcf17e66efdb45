import assert from "node:assert/strict";
import { test } from "node:test";
import { chances } from "../lib/chance.ts";
import { Taken } from "./taken.ts";

test("spans in any order come to what a list of all records would say", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = chances(seed);
    const there = new Set<number>();
    const taken = new Taken(0, []);
    for (let step = 0; step < 60; step += 1) {
      const first = 1 + Math.floor(random() * 200);
      const last = first + Math.floor(random() * 12) - 1;
      taken.add({ first, last });
      for (let record = first; record <= last; record += 1) there.add(record);
      agree(taken, there, Math.floor(random() * 220));
    }
    agree(new Taken(taken.upTo, taken.beyond), there, 220);
  }
});

test("of too many spans the shortest is forgotten, and what is left is true", () => {
  const spans = Array.from({ length: 1_000 }, (_, index) => {
    return { first: 10 + index * 10, last: 14 + index * 10 };
  });
  const taken = new Taken(0, spans);
  taken.add({ first: 20_000, last: 20_000 });
  assert.deepEqual(taken.beyond, spans);
  taken.add({ first: 20_000, last: 20_010 });
  assert.deepEqual(taken.beyond.slice(-1), [{ first: 20_000, last: 20_010 }]);
  assert.equal(taken.beyond.length, 1_000);
});

function agree(taken: Taken, there: ReadonlySet<number>, last: number): void {
  const all = Array.from({ length: last }, (_, index) => index + 1);
  const missing = all.filter((record) => !there.has(record));
  assert.equal(taken.missing(last), missing.length);
  const gap = taken.firstGap(last);
  assert.equal(gap?.first, missing[0]);
  const inGap = all.filter((record) => gap && record >= gap.first && record <= gap.last);
  assert.ok(inGap.every((record) => !there.has(record)));
  assert.ok(gap === undefined || gap.last === last || there.has(gap.last + 1));
}

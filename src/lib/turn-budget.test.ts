import assert from "node:assert/strict";
import { test } from "node:test";
import { TestClock } from "./clock.ts";
import { TurnBudget } from "./turn-budget.ts";

test("a turn's budget is spent after some milliseconds, and the next turn has another", async () => {
  const clock = new TestClock();
  const budget = new TurnBudget(clock);
  assert.equal(budget.isSpent, false);
  clock.advance(19);
  assert.equal(budget.isSpent, false);
  clock.advance(1);
  assert.equal(budget.isSpent, true);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(budget.isSpent, false);
});

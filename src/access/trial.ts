import assert from "node:assert/strict";
import type { Problem } from "../domain/problem.ts";
import type { Outcome } from "../lib/outcome.ts";

/** The sweep runs by the clock; what it does takes a few turns of the loop. */
export async function settled(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !isSo(); turn += 1)
    await new Promise((resolve) => setImmediate(resolve));
  assert.ok(isSo());
}

export function value<T>(outcome: Outcome<T, Problem>): T {
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.problem.detail);
  return outcome.value;
}

export function codeOf(outcome: Outcome<unknown, Problem>): string | undefined {
  return outcome.ok ? undefined : outcome.problem.code;
}

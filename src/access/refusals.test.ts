import assert from "node:assert/strict";
import { test } from "node:test";
import type { NewEvent } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { TestClock } from "../lib/clock.ts";
import { jsonLog } from "../lib/log.ts";
import { Refusals } from "./refusals.ts";

test("refused sign-ins fill the journal only so far, then they are counted", async () => {
  const clock = new TestClock();
  const events: NewEvent[] = [];
  const lines: string[] = [];
  const refusals = new Refusals({
    clock,
    journal: { record: async (event) => events.push(event) },
    log: jsonLog(
      (line) => lines.push(line),
      "debug",
      () => clock.now(),
    ),
  });
  const refuse = () => refusals.record({ reason: "password", remote: "192.0.2.1" });
  for (let index = 0; index < LIMIT.refusalsPerHour + 5; index += 1) await refuse();
  assert.equal(events.length, LIMIT.refusalsPerHour);
  assert.equal(lines.length, 1);
  clock.advance(60 * 60_000);
  await refuse();
  assert.deepEqual(events.at(-1)?.detail, {
    reason: "password",
    remote: "192.0.2.1",
    unrecorded: 5,
  });
});

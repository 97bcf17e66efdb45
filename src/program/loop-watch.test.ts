import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { TestClock } from "../lib/clock.ts";
import { Gauges } from "../lib/gauge.ts";
import { watchLoop } from "./loop-watch.ts";

test("a loop that was held up says for how long", async (t) => {
  const gauges = new Gauges();
  const clock = new TestClock();
  const watch = watchLoop({ gauges, clock });
  t.after(() => watch.close());
  await pause(30);
  const until = performance.now() + 120;
  while (performance.now() < until);
  await pause(30);
  clock.advance(5_000);
  assert.ok(gauges.get("loop_delay_ms_max") >= 60, gauges.text());
  assert.ok(gauges.get("loop_delay_ms") >= 0);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock, TestClock } from "./clock.ts";

test("timers fire in order while the clock is advanced, also those set on the way", () => {
  const clock = new TestClock(1_000);
  const fired: string[] = [];
  clock.after(20, () => fired.push(`second at ${clock.now()}`));
  clock.after(10, () => {
    fired.push(`first at ${clock.now()}`);
    clock.after(5, () => fired.push(`between at ${clock.now()}`));
  });
  clock.after(31, () => fired.push("too late"));
  clock.after(15, () => fired.push("cancelled")).cancel();
  clock.advance(30);
  assert.deepEqual(fired, ["first at 1010", "between at 1015", "second at 1020"]);
  assert.equal(clock.now(), 1_030);
});

test("when the machine's clock is set, intervals and timers do not notice", () => {
  const clock = new TestClock();
  const [now, monotonic] = [clock.now(), clock.monotonic()];
  let fired = 0;
  clock.after(10, () => {
    fired += 1;
  });
  clock.jump(-7_200_000);
  assert.equal(clock.now() - now, -7_200_000);
  assert.equal(clock.monotonic(), monotonic);
  clock.advance(10);
  assert.equal(fired, 1);
});

test("what is due while the machine sleeps is called once, when it is awake", () => {
  const clock = new TestClock(1_000);
  const fired: string[] = [];
  const tick = () => {
    fired.push(`tick at ${clock.now()}`);
    clock.after(10, tick);
  };
  clock.after(10, tick);
  clock.after(200, () => fired.push("late"));
  clock.sleep(100);
  assert.deepEqual(fired, ["tick at 1100"]);
  clock.advance(10);
  assert.deepEqual(fired, ["tick at 1100", "tick at 1110"]);
});

test("a delay of a year does not fire at once", async () => {
  let fired = 0;
  const timer = systemClock.after(365 * 24 * 60 * 60_000, () => {
    fired += 1;
  });
  const soon = new Promise<void>((resolve) => systemClock.after(5, resolve));
  const alive = setTimeout(() => undefined, 1_000);
  await soon;
  clearTimeout(alive);
  timer.cancel();
  assert.equal(fired, 0);
});

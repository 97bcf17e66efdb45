import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenView, edgesOf, movedView, scaledView, searchOf, viewOf } from "./trend-view.ts";

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;
const LIVE = viewOf({ range: "1h" });

test("without two moments in the address a trend ends now", () => {
  assert.deepEqual(LIVE, { spanMs: HOUR, from: null });
  assert.deepEqual(edgesOf(LIVE, NOW), { from: NOW - HOUR, to: NOW });
  assert.deepEqual(viewOf({ from: 5, to: 5 }), LIVE);
  assert.deepEqual(viewOf({ range: "nonsense", from: 5 }), LIVE);
});

test("a view survives its way through the address", () => {
  for (const view of [LIVE, viewOf({ range: "7d" }), { spanMs: 20_000, from: 77 }]) {
    assert.deepEqual(viewOf(searchOf(view)), view);
  }
});

test("what is drawn over is what is seen, in either direction, never too little of it", () => {
  const view = { spanMs: 60_000, from: NOW - HOUR };
  assert.deepEqual(chosenView(NOW - HOUR, NOW - HOUR + 60_000, NOW), view);
  assert.deepEqual(chosenView(NOW - HOUR + 60_000, NOW - HOUR, NOW), view);
  assert.equal(chosenView(NOW - HOUR, NOW - HOUR + 1, NOW).spanMs, 10_000);
});

test("the future is not shown", () => {
  assert.deepEqual(chosenView(NOW - 1, NOW, NOW), { spanMs: 10_000, from: NOW - 10_000 });
  assert.deepEqual(scaledView({ spanMs: HOUR, from: NOW - HOUR }, 2, NOW), {
    spanMs: 2 * HOUR,
    from: NOW - 2 * HOUR,
  });
});

test("earlier leaves the present, later comes back to it and follows again", () => {
  const earlier = movedView(LIVE, -0.5, NOW);
  assert.deepEqual(earlier, { spanMs: HOUR, from: NOW - 1.5 * HOUR });
  assert.deepEqual(movedView(earlier, 0.5, NOW), LIVE);
  const odd = { spanMs: 7 * 60_000, from: NOW - HOUR };
  assert.deepEqual(movedView(odd, 100, NOW), { ...odd, from: NOW - odd.spanMs });
});

test("closer and wider keep the middle; what follows time goes on following", () => {
  const fixed = { spanMs: HOUR, from: NOW - 10 * HOUR };
  assert.deepEqual(scaledView(fixed, 0.5, NOW), { spanMs: HOUR / 2, from: NOW - 9.75 * HOUR });
  assert.deepEqual(scaledView(LIVE, 0.5, NOW), viewOf({ range: "15min" }));
  assert.deepEqual(scaledView(LIVE, 2, NOW), viewOf({ range: "6h" }));
  const year = viewOf({ range: "1y" });
  assert.deepEqual(scaledView(year, 2, NOW), year);
});

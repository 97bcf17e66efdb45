import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { hallPoint } from "./hall.ts";
import { House } from "./house.ts";

const skip = !hasChromium;
const house = await (await House.open()).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());

/** A value that hardly moves for a day, and once, for a single sample, is ten times as much. */
const DAY_MS = 86_400_000;
const FROM = Date.UTC(2026, 2, 3);
const SAMPLES = 86_400;
const PAGE = 10_000;
const SPIKE_AT = FROM + 0.4 * DAY_MS;
const point = await hallPoint(house);
for (let first = 0; first < SAMPLES; first += PAGE) {
  const length = Math.min(PAGE, SAMPLES - first);
  const samples = Array.from({ length }, (_, row) => {
    const at = FROM + (first + row) * 1_000;
    return { at, value: at === SPIKE_AT ? 500 : 50 + (row % 2) };
  });
  await house.call("POST", `/points/${point}/samples`, { samples });
}

test("of a day of samples the one that stands out is in the answer for a chart", async () => {
  const wish = "buckets=480&fns=count,min,max,avg";
  const span = `from=${FROM}&to=${FROM + DAY_MS}`;
  const reply = await house.call("GET", `/history/aggregate?points=${point}&${span}&${wish}`);
  const { max, min, avg } = reply.items[0].columns;
  const [at, ...others] = max.flatMap((one: number, row: number) => (one > 51 ? row : []));
  assert.deepEqual([at, others], [Math.floor(0.4 * 480), []]);
  assert.deepEqual([max[at], min[at]], [500, 50]);
  assert.ok(avg[at] < 54, "its mean would hide it");
});

test("what stands out for one sample of a day is drawn, and no less wide than can be seen", {
  skip,
}, async () => {
  const visitor = await Visitor.open(browser, house);
  const { items } = await house.call("GET", `/points?search=hall`);
  await visitor.visit(`/plant/${items[0].assetId}?from=${FROM}&to=${FROM + DAY_MS}&pens=${point}`);
  await visitor.page.locator(".trend-plot canvas").first().waitFor();
  const heights = await drawnAbove(visitor.page);
  const highest = Math.max(...heights);
  assert.ok(highest > 0.5, `it reaches ${highest} of the height`);
  const columns = heights.flatMap((height, column) => (height > 0.3 ? column : []));
  const places = columns.map((column) => column / heights.length);
  assert.ok(Math.max(...places) - Math.min(...places) < 0.03, `at ${places}, and nowhere else`);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("where the newest is no figure, nobody is sent to look for it elsewhere", {
  skip,
}, async () => {
  const at = Date.now() + 600_000;
  await house.call("POST", `/points/${point}/samples`, { samples: [{ at, value: null }] });
  const { items } = await house.call("GET", `/points?search=hall`);
  const visitor = await Visitor.open(browser, house);
  const span = `from=${at - 60_000}&to=${at + 60_000}`;
  await visitor.visit(`/plant/${items[0].assetId}?${span}&pens=${point}`);
  const blank = visitor.page.locator(".trend-blank");
  await blank.getByText("Nothing in this time that can be drawn.").waitFor();
  assert.equal(await blank.getByRole("button").count(), 0);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

/** Of each column of the plot's pixels, how much of its height differs from most columns. */
async function drawnAbove(page: Page): Promise<readonly number[]> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector(".trend-plot canvas");
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const colour = (x, y) => data.slice((y * width + x) * 4, (y * width + x) * 4 + 4).join();
    const plain = Array.from({ length: height }, (_, y) => colour(Math.floor(width * 0.8), y));
    const [left, bottom] = [Math.floor(width * 0.1), Math.floor(height * 0.8)];
    return Array.from({ length: Math.floor(width * 0.95) - left }, (_, x) => {
      let own = 0;
      for (let y = 0; y < bottom; y += 1) if (colour(left + x, y) !== plain[y]) own += 1;
      return own / height;
    });
  })()`);
}

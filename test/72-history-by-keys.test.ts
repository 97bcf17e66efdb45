import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Locator } from "playwright-core";
import type { AssetReply, PointReply } from "../src/api/contract.ts";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { House, until } from "./house.ts";

const skip = !hasChromium;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const house = await (await House.open(["--demo"])).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());
const assets: AssetReply[] = (await house.call("GET", "/assets")).items;

async function pointOf(asset: string, isWanted: (point: PointReply) => unknown) {
  const assetId = assets.find(({ name }) => name.startsWith(asset))?.id;
  const points: PointReply[] = (await house.call("GET", `/points?assetId=${assetId}`)).items;
  const point = points.find(isWanted);
  assert.ok(point, asset);
  return point;
}

/** What a screen reader says of it. */
async function said(reader: Locator): Promise<string> {
  return ((await reader.getAttribute("aria-valuetext")) ?? "").replace(/\u202f/g, " ");
}

async function press(visitor: Visitor, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await visitor.page.keyboard.press(key);
}

test("bars are read by keys and by ear, one after the other, and let go by Escape", {
  skip,
}, async () => {
  const { id, assetId } = await pointOf("Packing supply", ({ variable }) => {
    return variable.unit === "kVAh" || variable.unit === "VAh";
  });
  const from = new Date(2025, 2, 3).getTime();
  const at = (day: number) => from + day * DAY + 12 * HOUR;
  // On the third day nothing was told.
  const samples = [0, 1, 3, 4].flatMap((day) => [
    { at: at(day), value: day * 1_000 },
    { at: at(day) + HOUR, value: day * 1_000 + 100 * (day + 1) },
  ]);
  await house.call("POST", `/points/${id}/samples`, { samples });
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/plant/${assetId}?pens=${id}&from=${from}&to=${from + 5 * DAY}`);
  const bars = page.getByRole("slider", { name: /^Increase of / });
  await bars.focus();
  await until("the newest is read first", async () => /Fri,? 7 Mar$/.test(await said(bars)));
  assert.match(await said(bars), /^[\d.]+ kVAh, Fri,? 7 Mar$/);
  assert.equal(await page.locator(".bars .picked").count(), 1);
  await press(visitor, "ArrowLeft");
  assert.match(await said(bars), /^[\d.]+ kVAh, Thu,? 6 Mar$/);
  await press(visitor, "ArrowLeft");
  assert.match(await said(bars), /^not known, Wed,? 5 Mar$/);
  await press(visitor, "Home");
  assert.match(await said(bars), /Mon,? 3 Mar$/);
  const shown = page.locator(".increase .trend-legend");
  assert.match(await shown.innerText(), /Mon,? 3 Mar/, "eyes see what ears hear");
  await press(visitor, "ArrowRight", "End");
  assert.match(await said(bars), /Fri,? 7 Mar$/);
  await press(visitor, "Escape");
  assert.match(await said(bars), /in 5 days, 1 of 5 bars not known$/);
  assert.equal(await page.locator(".bars .picked").count(), 0);
  await press(visitor, "ArrowRight");
  assert.match(await said(bars), /Fri,? 7 Mar$/, "it comes back to where it was");
  await press(visitor, "Tab");
  assert.equal(await page.locator(".bars .picked").count(), 0);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("lines are read the same way: value, unit, time and quality of each moment", {
  skip,
}, async () => {
  const { id, assetId } = await pointOf("Pump P", ({ variable }) => variable.name === "Pressure");
  const from = new Date(2025, 2, 3, 10).getTime();
  const samples = Array.from({ length: 60 }, (_, minute) => ({
    ...{ at: from + minute * 60_000, value: minute / 10 },
    quality: minute === 58 ? "bad" : "good",
  }));
  await house.call("POST", `/points/${id}/samples`, { samples });
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/plant/${assetId}?pens=${id}&from=${from}&to=${from + HOUR}`);
  const reader = page.getByRole("slider", { name: "Read Pressure" });
  await reader.focus();
  await press(visitor, "Home");
  await until("the first is read", async () => /10:00:00/.test(await said(reader)));
  assert.match(await said(reader), /^3 Mar 2025, 10:00:00: Pressure 0\.00 bar, good$/);
  await press(visitor, "ArrowRight");
  assert.match(await said(reader), /10:00:10: Pressure 0\.00 bar, unchanged$/);
  assert.match(await page.locator(".trend-hint").innerText(), /10:00:10.*\s+Pressure\s+0\.00 bar/);
  await press(visitor, "End");
  assert.match(await said(reader), /10:59:50: Pressure 5\.90 bar, unchanged$/);
  for (let step = 0; step < 11; step += 1) await press(visitor, "ArrowLeft");
  assert.match(await said(reader), /10:58:00: Pressure .*1 of 1 not good$/);
  await press(visitor, "Escape");
  assert.equal(await page.locator(".trend-hint").count(), 0);
  assert.match(await said(reader), /^3 Mar 2025, 10:00:00 to 3 Mar 2025, 11:00:00$/);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

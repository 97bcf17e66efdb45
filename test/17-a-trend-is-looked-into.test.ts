import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import type { AssetReply, PointReply } from "../src/api/contract.ts";
import { parquetRows } from "../src/lib/parquet.ts";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { House, until } from "./house.ts";

const skip = !hasChromium;
const house = await (await House.open(["--demo"])).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());
const assets: AssetReply[] = (await house.call("GET", "/assets")).items;
const pump = assets.find(({ name }) => name.startsWith("Pump P"))?.id;
const points: PointReply[] = (await house.call("GET", `/points?assetId=${pump}`)).items;

/** A stretch of time as the address says it; undefined while the trend follows time. */
function shown(page: Page): number | undefined {
  const { searchParams } = new URL(page.url());
  const [from, to] = ["from", "to"].map((name) => Number(searchParams.get(name)));
  return from && to ? to - from : undefined;
}

/** Draws over a part of the trend, from one share of its width to another. */
async function draw(page: Page, from: number, to: number): Promise<void> {
  const box = await page.locator(".trend-surface").boundingBox();
  assert.ok(box);
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * ((from + to) / 2), y);
  await page.mouse.move(box.x + box.width * to, y);
  await page.mouse.up();
}

test("a trend zooms where one draws, moves, and comes back to live", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/plant/${pump}?range=24h`);
  await page.locator(".trend-surface").scrollIntoViewIfNeeded();
  await draw(page, 0.3, 0.6);
  const span = await until("it shows less", () => shown(page));
  assert.ok(span > 4 * 3_600_000 && span < 12 * 3_600_000, `${span} ms`);
  await page.keyboard.down("Shift");
  const before = page.url();
  await draw(page, 0.5, 0.8);
  await page.keyboard.up("Shift");
  await until("it moved", () => page.url() !== before);
  assert.equal(shown(page), span);
  await page.getByRole("button", { name: "Zoom in" }).click();
  await until("it shows half", () => Math.abs((shown(page) ?? 0) - span / 2) <= 1);
  await page.locator(".trend-surface").dblclick();
  await until("it follows time again", () => shown(page) === undefined);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("keys do what the pointer does", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/plant/${pump}`);
  await page.getByRole("button", { name: "Earlier" }).focus();
  await page.keyboard.press("ArrowLeft");
  await until("it moved", () => shown(page) === 3_600_000);
  await page.keyboard.press("+");
  await until("it shows half", () => shown(page) === 1_800_000);
  await page.keyboard.press("Escape");
  await until("it follows time again", () => shown(page) === undefined);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("under the pointer stand value, unit, time and quality of every variable", {
  skip,
}, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/plant/${pump}?range=24h`);
  const surface = page.locator(".trend-surface");
  await surface.hover({ position: { x: 300, y: 60 } });
  const hint = await page.locator(".trend-hint").innerText();
  assert.match(hint, /\d\d:\d\d:\d\d/);
  assert.match(hint, /Pressure\s+[\d.]+ bar\s+(good|unchanged)/);
  assert.match(hint, /Running\s+(Running|Stopped)\s+(good|unchanged)/);
  assert.match(
    (await surface.getByRole("img", { name: /Running over time/ }).getAttribute("aria-label")) ??
      "",
    /\d %/,
  );
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("under the pointer stands, too, what a device kept and told afterwards", {
  skip,
}, async () => {
  const pressure = points.find(({ variable }) => variable.name === "Pressure")?.id;
  const from = Date.UTC(2026, 0, 5, 10);
  const samples = Array.from({ length: 720 }, (_, row) => ({
    ...{ at: from + row * 5_000, value: 4 + (row % 7) / 10 },
    toldAfterwards: row > 360,
  }));
  await house.call("POST", `/points/${pressure}/samples`, { samples });
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  const view = `from=${from}&to=${from + 3_600_000}`;
  await visitor.visit(`/plant/${pump}?pens=${pressure}&${view}`);
  const surface = page.locator(".trend-surface");
  const box = await surface.boundingBox();
  assert.ok(box);
  await surface.hover({ position: { x: box.width * 0.9, y: 60 } });
  await page.getByText("good, told afterwards").waitFor();
  await surface.hover({ position: { x: box.width * 0.3, y: 60 } });
  await page.getByText("good", { exact: true }).waitFor();
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("a text is a lane of its words", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  const text = points.find(({ variable }) => variable.dataType === "string");
  await visitor.visit(`/plant/${pump}?range=24h&pens=${text?.id}`);
  const lane = page.getByRole("img", { name: /over time/ });
  assert.match((await lane.getAttribute("aria-label")) ?? "", /Running [\d.]+ %, Stopped [\d.]+ %/);
  await lane.hover({ position: { x: 250, y: 10 } });
  const hint = await page.locator(".trend-hint").innerText();
  assert.match(hint, /State\s+(Stopped|Starting|Running|Stopping)/);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("what is shown is taken away as a file, as drawn or every sample of it", {
  skip,
}, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  const pens = points.filter(({ variable }) => variable.unit === "bar" || variable.states);
  const to = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const span = `from=${to - 3_600_000}&to=${to}`;
  await visitor.visit(`/plant/${pump}?${span}&pens=${pens.map(({ id }) => id).join(".")}`);
  const takeFile = async (lines: string, kind?: string) => {
    await page.getByRole("button", { name: "Download", exact: true }).click();
    const box = page.getByRole("dialog");
    await box.getByLabel("Lines").selectOption(lines);
    if (kind) await box.getByRole("button", { name: kind }).click();
    const file = page.waitForEvent("download");
    await box.getByRole("button", { name: "Save file" }).click();
    return (await file).path();
  };
  const take = async (lines: string) =>
    readFileSync(await takeFile(lines), "utf8")
      .trimEnd()
      .split("\r\n");
  const [head = "", ...drawn] = await take("As drawn");
  assert.match(head, /^from,.*mean \[bar\],.*min \[bar\],.*max \[bar\],/);
  assert.equal(drawn.length, 360);
  const [, ...samples] = await take("Every sample");
  let count = 0;
  for (const { id } of pens) {
    count += (await house.call("GET", `/points/${id}/history?${span}`)).at.length;
  }
  assert.equal(samples.length, count);
  const exact = [];
  for await (const row of parquetRows(await takeFile("Every sample", "Parquet"))) exact.push(row);
  assert.equal(exact.length, count);
  await page.getByRole("button", { name: "Download", exact: true }).click();
  await page.getByLabel("Lines").selectOption("Every sample");
  const said = await page.getByText(/samples?, about .* [kM]?B\.$/).innerText();
  assert.equal(Number(said.replace(/ samples.*/, "").replace(/\D/g, "")), count);
  await page.keyboard.press("Escape");
  const [sums = "", ...hours] = await take("Hours");
  assert.match(sums, /^from,place,variable,unit,count,min,max,avg,first,last,increase$/);
  assert.ok(hours.length >= pens.length, "the hour that is shown, of each");
  const rows = [];
  for await (const row of parquetRows(await takeFile("Days", "Parquet"))) rows.push(row);
  const told = new Set(rows.map((row) => row["point"]));
  assert.deepEqual(
    [...told],
    pens.map(({ id }) => id),
  );
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("samples are deleted by who may, after they were counted, and the journal has how many", {
  skip,
}, async () => {
  const point = points.find(({ variable }) => variable.unit === "bar");
  assert.ok(point);
  const to = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000;
  const span = `from=${to - 600_000}&to=${to}`;
  const count = async () =>
    (await house.call("GET", `/points/${point.id}/history/count?${span}`)).samples;
  const samples = await count();
  assert.ok(samples > 0);
  const wide = `from=${to - 1_800_000}&to=${to + 1_200_000}`;
  const [visitor, other] = [await Visitor.open(browser, house), await Visitor.open(browser, house)];
  for (const one of [visitor, other]) await one.visit(`/plant/${pump}?${wide}&pens=${point.id}`);
  const { page } = visitor;
  await page.getByRole("button", { name: "Delete samples …" }).click();
  const box = page.getByRole("dialog");
  await box.getByLabel("From").fill(await localTime(page, to - 600_000));
  await box.getByLabel("To, not included").fill(await localTime(page, to));
  await box.getByText(`${samples} samples`).waitFor();
  await box.getByRole("button", { name: "Download first" }).click();
  const file = page.waitForEvent("download");
  await box.getByRole("button", { name: "Save file" }).click();
  const saved = readFileSync(await (await file).path(), "utf8")
    .trimEnd()
    .split("\r\n");
  assert.equal(saved.length - 1, samples);
  await box.getByRole("button", { name: "Delete …" }).click();
  const sure = box.getByRole("button", { name: "Delete", exact: true });
  assert.ok(await sure.isDisabled());
  assert.match(await box.innerText(), /cannot be undone/);
  await box.getByLabel("Type delete to go on").fill("delete");
  const asksAgain = (it: Page) =>
    it.waitForResponse((response) => response.url().includes("/history/aggregate"));
  const again = [page, other.page].map(asksAgain);
  await sure.click();
  await page.getByText(`Deleted ${samples} samples`).waitFor();
  await Promise.all(again);
  assert.equal(await count(), 0);
  const [event] = (await house.call("GET", "/journal?kind=history.deleted")).items;
  assert.equal(event.detail.samples, samples);
  assert.equal(event.detail.variable, point.variable.name);
  for (const one of [visitor, other]) {
    assert.deepEqual(one.troubles, []);
    await one.close();
  }
});

test("who may not delete samples is not offered it", { skip }, async () => {
  const engineer = { name: "Vera", password: "another long sentence" };
  await house.call("POST", "/users", { ...engineer, role: "engineer" });
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await page.context().clearCookies();
  await visitor.visit("/sign-in");
  await page.getByLabel("Name").fill(engineer.name);
  await page.getByLabel("Password").fill(engineer.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation").first().waitFor();
  await visitor.visit(`/plant/${pump}`);
  await page.getByRole("button", { name: "Download", exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Delete samples …" }).count(), 0);
  await visitor.close();
});

/** As a field for a date and a time takes it, in the zone of the browser. */
function localTime(page: Page, at: number): Promise<string> {
  return page.evaluate((time) => {
    const local = new Date(time - new Date(time).getTimezoneOffset() * 60_000);
    return local.toISOString().slice(0, 19);
  }, at);
}

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import type { AssetReply, PointReply } from "../src/api/contract.ts";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { House, until } from "./house.ts";

const skip = !hasChromium;
const HOUR = 3_600_000;
const house = await (await House.open(["--demo"])).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());
const assets: AssetReply[] = (await house.call("GET", "/assets")).items;
const pump = assets.find(({ name }) => name.startsWith("Pump P"))?.id;
const meter = assets.find(({ name }) => name.startsWith("Packing supply"))?.id;
const points: PointReply[] = (await house.call("GET", `/points?assetId=${pump}`)).items;
const pressure = idOf("Pressure");
const state = idOf("State");
/** Of a year in which nobody had told anything yet. */
const LONG_AGO = { from: Date.UTC(2024, 2, 3), to: Date.UTC(2024, 2, 4) };

function idOf(name: string): string {
  const point = points.find(({ variable }) => variable.name === name);
  assert.ok(point, name);
  return point.id;
}

async function look(path: string): Promise<Visitor> {
  const visitor = await Visitor.open(browser, house);
  await visitor.visit(path);
  return visitor;
}

async function leave(visitor: Visitor): Promise<void> {
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
}

test("where there are no values a trend says so, and leads to the newest", { skip }, async () => {
  const visitor = await look(`/plant/${pump}?pens=${pressure}&${span(LONG_AGO)}`);
  const { page } = visitor;
  const trend = page.locator(".card", { has: page.locator(".trend-tools") });
  await trend.getByText("No values in this time.").waitFor();
  assert.match(await trend.innerText(), /3 Mar 2024/, "of which year it is");
  assert.match(await trend.innerText(), /Pressure\s+no value/, "not what it is now");
  await trend.getByRole("button", { name: /^Show the newest, of / }).click();
  await trend.getByText("No values in this time.").waitFor({ state: "detached" });
  await leave(visitor);
});

test("what a meter has counted is not known where it told nothing, and not 0", {
  skip,
}, async () => {
  const visitor = await look(`/plant/${meter}?${span(LONG_AGO)}`);
  const bars = visitor.page.locator(".increase").first();
  await bars.getByText("nothing known in 24 h").waitFor();
  assert.match(await bars.locator(".figure-text").innerText(), /^–$/);
  await leave(visitor);
});

test("beside another time than now stands what it came to then", { skip }, async () => {
  const from = Date.UTC(2026, 0, 6, 10);
  const samples = [2, 4, 9].map((value, row) => ({ at: from + row * 60_000, value }));
  await house.call("POST", `/points/${pressure}/samples`, { samples });
  const visitor = await look(`/plant/${pump}?pens=${pressure}&${span({ from, to: from + HOUR })}`);
  const legend = visitor.page.locator(".trend-pane .trend-legend");
  await until("the figures of then", async () =>
    /2\.00 – 9\.00\s*bar\s*mean 5\.00/.test(await legend.innerText()),
  );
  await leave(visitor);
});

test("a hole of samples that are not good is told from one of none", { skip }, async () => {
  const from = Date.UTC(2026, 0, 8, 10);
  const samples = Array.from({ length: 30 }, (_, row) => ({
    ...{ at: from + row * 60_000, value: 4 },
    quality: row > 9 && row < 15 ? "bad" : "good",
  }));
  await house.call("POST", `/points/${pressure}/samples`, { samples });
  const visitor = await look(`/plant/${pump}?pens=${pressure}&${span({ from, to: from + HOUR })}`);
  await visitor.page.locator(".trend-legend").getByText("5 samples not good").waitFor();
  await leave(visitor);
});

test("of texts that are too many the newest are drawn, and the others are not made up", {
  skip,
}, async () => {
  const from = Date.UTC(2026, 0, 7, 10);
  const told = (row: number) => ["Idle", "Running", "Fault"][row < 3_000 ? 1 + (row % 2) : 0];
  const samples = Array.from({ length: 4_000 }, (_, row) => ({
    at: from + row * 800,
    value: told(row) ?? "",
  }));
  await house.call("POST", `/points/${state}/samples`, {
    samples: [{ at: from - HOUR, value: "Stopped" }, ...samples],
  });
  const visitor = await look(`/plant/${pump}?pens=${state}&${span({ from, to: from + HOUR })}`);
  const lane = visitor.page.locator(".lane");
  await lane.getByText(/from 7 Jan.*10:26:40 on: zoom in for what was before/).waitFor();
  assert.doesNotMatch(await lane.innerText(), /Stopped/, "what was told before does not hold");
  await visitor.page.locator(".trend-surface").hover({ position: { x: 120, y: 30 } });
  assert.match(await visitor.page.locator(".trend-hint").innerText(), /–\s+zoom in to see/);
  await leave(visitor);
});

test("a trend that has not come yet takes the room that it will take", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  const answer = await holdAnswers(page);
  await page.goto(`${house.url}/plant/${pump}?pens=${pressure}&range=1h`);
  const trend = page.locator(".card", { has: page.locator(".trend-tools") });
  await trend.getByText("Loading").waitFor({ state: "attached" });
  const before = await trend.boundingBox();
  answer();
  await trend.locator(".trend-plot canvas").waitFor();
  assert.equal((await trend.boundingBox())?.height, before?.height);
  await leave(visitor);
});

test("while an answer is on its way the old picture is seen to be old", { skip }, async () => {
  const visitor = await look(`/plant/${pump}?pens=${pressure}&range=1h`);
  const { page } = visitor;
  const panes = page.locator(".trend-panes");
  await panes.and(page.locator("[aria-busy=false]")).waitFor();
  const answer = await holdAnswers(page);
  await page.getByRole("button", { name: "7 d", exact: true }).click();
  await until("it waits", async () => (await panes.getAttribute("aria-busy")) === "true");
  answer();
  await until("it is there", async () => (await panes.getAttribute("aria-busy")) === "false");
  await leave(visitor);
});

test("a day is chosen by its name, any other time by typing it", { skip }, async () => {
  const visitor = await look(`/plant/${pump}`);
  const { page } = visitor;
  const choose = page.getByRole("button", { name: "Choose dates …" });
  await choose.click();
  await page.getByRole("button", { name: "Yesterday" }).click();
  const day = await until("a day is shown", () => shown(page.url()));
  assert.equal(new Date(day.from).getHours(), 0);
  assert.ok(day.to <= Date.now());

  await choose.click();
  const dialog = page.getByRole("dialog", { name: "Choose dates" });
  await dialog.getByLabel(/^From/).fill("2024-03-03T00:00:00");
  await dialog.getByLabel(/^To/).fill("2024-03-02T00:00:00");
  await dialog.getByText("Has to be later than its beginning").waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Show" }).isDisabled(), true);
  await dialog.getByLabel(/^To/).fill("2024-03-04T00:00:00");
  await page.keyboard.press("Enter");
  await until("what was typed is shown", () => shown(page.url())?.from === LONG_AGO.from);
  await leave(visitor);
});

test("keys that are typed in a dialog above a trend do not move it", { skip }, async () => {
  const visitor = await look(`/plant/${pump}?pens=${pressure}&${span(LONG_AGO)}`);
  const { page } = visitor;
  await page.getByRole("button", { name: "Choose dates …" }).click();
  const field = page.getByRole("dialog").getByLabel(/^From/);
  await field.focus();
  for (const key of ["ArrowLeft", "+", "-"]) await page.keyboard.press(key);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.deepEqual(shown(page.url()), LONG_AGO);
  await leave(visitor);
});

test("before a variable is kept for less long it is told how many samples go", {
  skip,
}, async () => {
  const at = Date.UTC(2025, 5, 1);
  const samples = [1, 2, 3].map((value, row) => ({ at: at + row, value }));
  await house.call("POST", `/points/${idOf("Vibration")}/samples`, { samples });
  const visitor = await look(`/plant/${pump}`);
  const { page } = visitor;
  await page.getByRole("button", { name: "Edit Vibration" }).click();
  await page.getByRole("button", { name: "How long it is kept" }).click();
  await page.getByText("Its own time").click();
  const dialog = page.getByRole("dialog");
  assert.equal(await dialog.getByText(/within the hour, for good/).count(), 0);
  await dialog.getByLabel("Every value", { exact: true }).selectOption({ label: "for 90 days" });
  await dialog.getByText(/^3 samples older than .* go within the hour, for good\.$/).waitFor();
  await leave(visitor);
});

function span({ from, to }: { readonly from: number; readonly to: number }): string {
  return `from=${from}&to=${to}`;
}

/** As the address says it; undefined while the trend follows time. */
function shown(url: string) {
  const { searchParams } = new URL(url);
  const [from, to] = ["from", "to"].map((name) => Number(searchParams.get(name)));
  return from && to ? { from, to } : undefined;
}

/** What is asked of trends from now on waits until the returned function is called. */
async function holdAnswers(page: Page): Promise<() => void> {
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route("**/history/aggregate*", async (route) => {
    await held;
    await route.continue();
  });
  return answer;
}

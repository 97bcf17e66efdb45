import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { House, until } from "./house.ts";
import { hasMosquitto } from "./mosquitto.ts";

const skip = !hasChromium || !hasMosquitto;
const PASSWORD = "harbour crane rusty bolt";
const ACTIONS_TO_DEMO = 4;
const ACTIONS_TO_OWN_VALUE = 8;
const browser = await openBrowserIfAny();
after(() => browser?.close());

test("from the set-up link to a plant that moves", { skip }, async (t) => {
  const { visitor, page, since } = await arrived(t);
  await becomeOwner(visitor);
  await visitor.click(page.getByRole("button", { name: /Demo plant/ }));
  await page.locator(".figure-text").first().waitFor();
  const before = await figuresOn(page);
  await until("a value moves", async () => {
    const now = await figuresOn(page);
    return now.length === before.length && now.some((text, at) => text !== before[at]);
  });
  t.diagnostic(`${visitor.actions} actions, ${since()} s`);
  assert.ok(visitor.actions <= ACTIONS_TO_DEMO, `${visitor.actions} actions`);
  assert.equal(await visitor.nonsense(), undefined);
  assert.deepEqual(visitor.troubles, []);
});

test("from the set-up link to one's own value, with name, unit and trend", {
  skip,
}, async (t) => {
  const { visitor, page, since } = await arrived(t);
  await becomeOwner(visitor);
  await visitor.click(page.getByRole("button", { name: /Connect my device/ }));
  await visitor.fill(page.getByRole("textbox", { name: "Network" }), "12");
  await visitor.fill(page.getByRole("textbox", { name: "Name" }), "gateway");
  await visitor.click(page.getByRole("button", { name: "Create agent" }));
  const command = page.getByText(/^mosquitto_pub /).first();
  // What the page gives to paste, pasted into a shell as it is.
  await promisify(execFile)("sh", ["-c", await command.innerText()]);
  await visitor.click(page.getByRole("button", { name: "Adopt 12/5" }));
  const tile = page.locator(".tile");
  await tile.getByText("49").waitFor();
  assert.match(await tile.innerText(), /Humidity/);
  assert.match(await tile.innerText(), /% rH/);
  await page.locator("canvas").first().waitFor();
  t.diagnostic(`${visitor.actions} actions and one command to paste, ${since()} s`);
  assert.ok(visitor.actions <= ACTIONS_TO_OWN_VALUE, `${visitor.actions} actions`);
  assert.equal(await visitor.nonsense(), undefined);
  assert.deepEqual(visitor.troubles, []);
});

/** Somebody who has just read the server's first line. */
async function arrived(t: TestContext) {
  const house = await House.open();
  t.after(() => house.close());
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  const start = performance.now();
  await page.goto(house.ports.setup ?? "");
  const since = () => ((performance.now() - start) / 1000).toFixed(1);
  return { visitor, page, since };
}

async function becomeOwner(visitor: Visitor): Promise<void> {
  const { page } = visitor;
  await visitor.fill(page.getByLabel("Name"), "marie");
  await visitor.fill(page.getByLabel("Password"), PASSWORD);
  await visitor.click(page.getByRole("button", { name: "Continue" }));
}

function figuresOn(page: Page): Promise<string[]> {
  return page.locator(".figure-text").allInnerTexts();
}

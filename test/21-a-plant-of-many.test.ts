import assert from "node:assert/strict";
import { after, test } from "node:test";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { House, until } from "./house.ts";

/** More than a page of the tree. */
const ROOMS = 130;

const skip = !hasChromium;
const house = await (await House.open()).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());
const site = await house.call("POST", "/assets", { parentId: null, name: "Site" });
for (let room = 1; room <= ROOMS; room++) {
  await house.call("POST", "/assets", { parentId: site.id, name: `Room ${room}` });
}

test("a long branch comes page by page, and says how long it is", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit("/plant");
  const tree = page.getByRole("navigation", { name: "Assets" });
  const parts = page.getByRole("region", { name: "Parts" });
  for (const list of [tree, parts]) await list.getByText(`100 of ${ROOMS}`).waitFor();
  await tree.getByRole("button", { name: "Show more" }).click();
  await tree.getByText(`Room ${ROOMS}`, { exact: true }).waitFor();
  assert.equal(await tree.getByText(/^Room/).count(), ROOMS);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("what no page has shown yet is found by its name", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit("/plant");
  await page.getByLabel("Find in the plant").fill(`room ${ROOMS}`);
  await page.getByRole("link", { name: `Room ${ROOMS}` }).click();
  await page
    .getByRole("heading", { name: `Room ${ROOMS}` })
    .first()
    .waitFor();
  await page.getByLabel("Find in the plant").blur();
  await page.keyboard.press("/");
  const search = page.getByRole("dialog", { name: "Search" });
  await search.getByLabel(/Find an asset/).fill("room 127");
  await search.getByRole("option", { name: /Room 127/ }).click();
  await until("it is there", async () => (await visitor.text()).includes("Site / Room 127"));
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { hallPoint } from "./hall.ts";
import { House, until } from "./house.ts";

const skip = !hasChromium;
const house = await (await House.open()).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());

const HOUR_MS = 3_600_000;
const FROM = Date.UTC(2026, 2, 3);
const point = await hallPoint(house);
const register = [999_990, 999_998, 4, 10].map((value, row) => ({
  at: FROM + row * 60_000,
  value,
}));
await house.call("POST", `/points/${point}/samples`, { samples: register });

test("whoever declares a counter and its rollover sees by how much it grew", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  const [{ assetId, variable }] = (await house.call("GET", "/points")).items;
  await visitor.visit(`/plant/${assetId}?from=${FROM}&to=${FROM + HOUR_MS}&pens=${point}`);
  const declare = async (rollover: string) => {
    await page.getByRole("button", { name: `Edit ${variable.name}` }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("It only ever grows").check();
    await dialog.getByLabel("Goes on from 0 at").fill(rollover);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
  };
  const shown = async () => (await page.locator(".increase figcaption").innerText()).split("\n");
  await declare("");
  await until("a smaller value is a new start", async () => (await shown()).includes("18"));
  await declare("1000000");
  await until("it went on from 0", async () => (await shown()).includes("20"));
  const { rollover, counter } = (await house.call("GET", "/points")).items[0].variable;
  assert.deepEqual({ rollover, counter }, { rollover: 1e6, counter: true });
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

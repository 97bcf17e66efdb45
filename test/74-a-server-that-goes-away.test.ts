import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import type { AssetReply, PointReply } from "../src/api/contract.ts";
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
const running = points.find(({ variable }) => variable.name === "Running");

/** Where the strip of a state ends, in percent of its time. */
async function end(page: Page): Promise<number> {
  const place = await page.locator(".lane-run").last().getAttribute("style");
  const [left = 0, width = 0] = ["left", "width"].map((name) =>
    Number(new RegExp(`${name}: ([\\d.]+)%`).exec(place ?? "")?.[1]),
  );
  return left + width;
}

test("while the server is away a trend says no more than it was told, and goes on afterwards", {
  skip,
}, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/plant/${pump}?range=15min&pens=${running?.id}`);
  await until("the state holds until now", async () => (await end(page)) > 99.9);
  const { http } = house.ports;
  await house.kill();
  await page.locator(".link-light.offline").waitFor();
  await until("it holds no longer than it was heard", async () => (await end(page)) < 99.4);
  const surface = await page.locator(".trend-surface").boundingBox();
  assert.ok(surface);
  await page.locator(".trend-surface").hover({ position: { x: surface.width - 21, y: 20 } });
  await page.locator(".trend-hint").getByText("server not heard").waitFor();
  await house.restart(["--demo", "--http", `127.0.0.1:${http}`]);
  await until("it is told again", async () => (await end(page)) > 99.9, 60_000);
  assert.equal(await page.locator(".link-light.live").count(), 1);
  await visitor.close();
});

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import type { AssetReply, DeviceReply } from "../src/api/contract.ts";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { House, until } from "./house.ts";

const skip = !hasChromium;
const house = await (await House.open(["--demo"])).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());

test("who wants no motion sees nothing slide, fade or blink, while its page goes on", {
  skip,
}, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const path of await livePages()) {
    await visitor.visit(path);
    const before = await visitor.text();
    await until(`${path} goes on`, async () => (await visitor.text()) !== before);
    assert.deepEqual(await movingParts(page), [], path);
  }
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor();
  assert.deepEqual(await movingParts(page), [], "what opens above a page");
  await visitor.close();
});

test("who has nothing against it sees a value slide to its place", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  await visitor.visit((await livePages()).at(-1) ?? "");
  const movesSomething = async () => (await movingParts(visitor.page)).length > 0;
  await until("the test above would see what moves", movesSomething);
  await visitor.close();
});

/** The overview, rings of one node and of a network, live equipment and a live device. */
async function livePages(): Promise<readonly string[]> {
  const devices: DeviceReply[] = (await house.call("GET", "/devices")).items;
  const assets: AssetReply[] = (await house.call("GET", "/assets")).items;
  const node = devices.find(({ driver }) => driver === "viasens");
  const pump = assets.find(({ name }) => name.startsWith("Pump P"));
  assert.ok(node && pump);
  const ring = `/devices/${node.id}?tab=ring`;
  return ["/", ring, "/networks/viasens/harbour", `/devices/${node.id}`, `/plant/${pump.id}`];
}

/** Runs in the page: which parts would move by their style, and what is moved at this moment. */
const MOVING_PARTS = `(() => {
  const moving = new Set();
  for (const element of document.querySelectorAll("*")) {
    for (const part of [undefined, "::before", "::after"]) {
      const { animationName, transitionDuration } = getComputedStyle(element, part);
      if (animationName === "none" && /^[0s, ]+$/.test(transitionDuration)) continue;
      moving.add([element.tagName, element.getAttribute("class"), part].join(" "));
    }
  }
  const running = document.getAnimations().filter(({ playState }) => playState === "running");
  return [...moving, ...running.map(() => "an animation is running")];
})()`;

function movingParts(page: Page): Promise<string[]> {
  return page.evaluate(MOVING_PARTS);
}

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import type { AssetReply } from "../src/api/contract.ts";
import { violationsOn } from "./axe.ts";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { House } from "./house.ts";
import { PHONE, WIDE } from "./pages.ts";

/** What a click or a key opens, and where it is then. */
type Opening = { readonly open: (page: Page) => Promise<void>; readonly place: string };

const OPENINGS: Readonly<Record<string, Opening>> = {
  "the search": { open: search, place: "[role=dialog]" },
  "an asset's form": { open: dialog("Edit"), place: "[role=dialog]" },
  "a value's form": { open: dialog("Edit Pressure"), place: "[role=dialog]" },
  "how long a value is kept": { open: keeping, place: "[role=dialog]" },
  "the import": { open: dialog("Import samples …"), place: "[role=dialog]" },
  "the deletion": { open: dialog("Delete samples …"), place: "[role=dialog]" },
  "the dates": { open: dialog("Choose dates …"), place: "[role=dialog]" },
  "the download": { open: dialog("Download"), place: "[role=dialog]" },
  "what stands under the pointer": { open: pointAtTrend, place: ".trend-surface" },
};
const skip = !hasChromium;
const house = await (await House.open(["--demo"])).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());
const assets: AssetReply[] = (await house.call("GET", "/assets?search=pump+p-101")).items;

for (const window of [WIDE, PHONE]) {
  test(`${window.width} px wide: what opens is accessible in both themes, and Escape closes it`, {
    skip,
  }, async () => {
    const visitor = await Visitor.open(browser, house, window);
    await visitor.visit(`/plant/${assets[0]?.id}`);
    const wrong = await wrongWithWhatOpens(visitor, "all");
    await visitor.showIn("light");
    wrong.push(...(await wrongWithWhatOpens(visitor, "colour")));
    assert.deepEqual([...wrong, ...visitor.troubles], []);
    await visitor.close();
  });
}

async function wrongWithWhatOpens(visitor: Visitor, rules: "all" | "colour"): Promise<string[]> {
  const { page } = visitor;
  const wrong: string[] = [];
  for (const [what, { open, place }] of Object.entries(OPENINGS)) {
    await open(page);
    const violations = await violationsOn(page, { rules, place });
    wrong.push(...violations.map(({ id, nodes }) => `${what}: ${id}: ${nodes[0]?.html}`));
    const controls = [...(await visitor.smallTargets()), ...(await visitor.narrowButtons())];
    wrong.push(...controls.map((control) => `${what}: ${control}`));
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
  return wrong;
}

async function search(page: Page): Promise<void> {
  await page.keyboard.press("/");
  const box = page.getByRole("dialog", { name: "Search" });
  await box.getByLabel(/Find an asset/).fill("pump");
  await box.getByRole("option").nth(3).waitFor();
}

function dialog(name: string): (page: Page) => Promise<void> {
  return async (page) => {
    await page.getByRole("button", { name, exact: true }).first().click();
    await page.getByRole("dialog").getByRole("heading").waitFor();
  };
}

/** Chosen by itself it has fields of its own. */
async function keeping(page: Page): Promise<void> {
  await dialog("Edit Pressure")(page);
  await page.getByRole("button", { name: "How long it is kept" }).click();
  await page.getByText("Its own time").click();
  await page.getByLabel("Every value", { exact: true }).selectOption({ label: "for 90 days" });
  await page.getByText("every value for 90 days, hours for ever").waitFor();
}

async function pointAtTrend(page: Page): Promise<void> {
  const surface = page.locator(".trend-surface");
  await surface.scrollIntoViewIfNeeded();
  await surface.hover({ position: { x: 150, y: 60 } });
  await page.locator(".trend-hint").waitFor();
}

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { openBrowserIfAny, Visitor } from "./browser.ts";
import { House } from "./house.ts";
import { PHONE, pagesByRoute, skip, WIDE, wrongWith } from "./pages.ts";

const FIRST_PAGE_BYTES_MAX = 250_000;

const house = await (await House.open(["--demo"])).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());

test("every page of the router is looked at", { skip }, async () => {
  const pages = await pagesByRoute(house);
  const router = readFileSync(new URL("../ui/router.tsx", import.meta.url), "utf8");
  const routes = [...router.matchAll(/\bpath: "([^"]+)"/g)].map(([, path = ""]) => path);
  assert.deepEqual(routes.toSorted(), [...new Set(pages.map(({ route }) => route))].toSorted());
});

test("a stranger's pages are as good", { skip }, async () => {
  const fresh = await House.open();
  const wrong: string[] = [];
  for (const window of [WIDE, PHONE]) {
    const stranger = await Visitor.open(browser, fresh, window);
    const token = fresh.ports.setup?.split("#")[1];
    for (const path of [`/setup#${token}`, "/setup", "/sign-in"]) {
      wrong.push(...(await wrongWith(stranger, path)));
    }
    await stranger.close();
  }
  await fresh.close();
  assert.deepEqual(wrong, []);
});

test("the first page comes in 250 kB, all in all", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const sizes: Promise<number>[] = [];
  visitor.page.on("response", (response) => {
    const request = response.request();
    const size = request.sizes().then(({ responseBodySize }) => responseBodySize);
    // What still comes when the page is closed belongs to another page.
    sizes.push(size.catch(() => 0));
  });
  await visitor.visit("/");
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  await visitor.close();
  assert.ok(bytes > 10_000 && bytes < FIRST_PAGE_BYTES_MAX, `${bytes} bytes`);
});

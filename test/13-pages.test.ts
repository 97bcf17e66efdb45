import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import type { AssetReply, DeviceReply } from "../src/api/contract.ts";
import { hasChromium, openBrowser, Visitor } from "./browser.ts";
import { enrol } from "./enrol.ts";
import { House } from "./house.ts";
import { hasMosquitto, isAccepted, publish } from "./mosquitto.ts";
import { humidityPacket } from "./seeds.ts";

const FIRST_PAGE_BYTES_MAX = 250_000;
const LOOKS = (["dark", "light"] as const).flatMap((theme) => [
  { theme, width: 1440, height: 900 },
  { theme, width: 390, height: 844 },
]);

const skip = !hasChromium || !hasMosquitto;
const house = await (await House.open(["--demo"])).signIn();
after(() => house.close());
const browser = await openBrowser();
after(() => browser.close());
const pages = await pagesByRoute();

test("every page of the router is looked at", { skip }, () => {
  const router = readFileSync(new URL("../ui/router.tsx", import.meta.url), "utf8");
  const routes = [...router.matchAll(/\bpath: "([^"]+)"/g)].map(([, path = ""]) => path);
  assert.deepEqual(routes.toSorted(), [...new Set(pages.map(({ route }) => route))].toSorted());
});

for (const looks of LOOKS) {
  const name = `${looks.theme}, ${looks.width} px wide`;
  test(`${name}: every page is accessible, makes sense, and asks nobody else`, {
    skip,
  }, async () => {
    const visitor = await Visitor.open(browser, house, looks);
    const wrong: string[] = [];
    for (const { path } of pages) wrong.push(...(await wrongWith(visitor, path)));
    await visitor.close();
    assert.deepEqual(wrong, []);
  });
}

test("a stranger's pages are as good", { skip }, async () => {
  const fresh = await House.open();
  const wrong: string[] = [];
  for (const looks of LOOKS) {
    const stranger = await Visitor.open(browser, fresh, looks);
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

/** What a person, a screen reader or the console would complain about on this page. */
async function wrongWith(visitor: Visitor, path: string): Promise<string[]> {
  visitor.troubles.length = 0;
  await visitor.visit(path);
  const { violations } = await new AxeBuilder({ page: visitor.page }).analyze();
  const found = violations.map(({ id, nodes }) => {
    const [first] = nodes;
    return `${id} (${nodes.length}): ${first?.html.slice(0, 160)} ${first?.failureSummary ?? ""}`;
  });
  const nonsense = await visitor.nonsense();
  return [...found, ...visitor.troubles, ...(nonsense ? [nonsense] : [])].map((what) => {
    return `${path}: ${what}`;
  });
}

/** Every route of the router with an address that there is; some of them with several. */
async function pagesByRoute(): Promise<readonly { route: string; path: string }[]> {
  await fillLists();
  const assets: AssetReply[] = (await house.call("GET", "/assets")).items;
  const devices: DeviceReply[] = (await house.call("GET", "/devices")).items;
  const [agent] = (await house.call("GET", "/agents")).items;
  const asset = (name: string) => {
    const found = assets.find((one) => one.name.startsWith(name));
    assert.ok(found, `no asset ${name}`);
    return { route: "/plant/$assetId", path: `/plant/${found.id}` };
  };
  const device = (driver: string, tab = "") => {
    const found = devices.find((one) => one.driver === driver);
    assert.ok(found, `no device of ${driver}`);
    return { route: "/devices/$deviceId", path: `/devices/${found.id}${tab && `?tab=${tab}`}` };
  };
  const [layout] = (await house.call("GET", "/layouts")).items;
  const connect = ["/inbox", "/agents", "/agents/new", "/broker", "/layouts", "/layouts/new"];
  const plain = ["/", "/plant", "/devices", ...connect, "/rejected"];
  return [
    ...[...plain, "/journal", "/people"].map((path) => ({ route: path, path })),
    { route: "/layouts/$layoutId", path: `/layouts/${layout.id}` },
    ...["/sign-in", "/setup"].map((path) => ({ route: path, path })),
    ...[asset("R 104"), asset("Pump P"), asset("Packing supply")],
    ...["", "ring", "settings", "messages"].map((tab) => device("viasens", tab)),
    device("scorp-io"),
    { route: "/agents/$agentId", path: `/agents/${agent.id}` },
  ];
}

/** One device in the inbox and one refused message, so that no list is empty. */
async function fillLists(): Promise<void> {
  const order = "little";
  await house.call("POST", "/layouts", {
    ...{ name: "Meter", filter: "meters/+/raw", device: "{2}" },
    fields: [{ name: "energy", offset: 0, form: "int64", order, unit: "Wh" }],
  });
  const agent = await enrol(house, { kind: "viasens", tenant: "77" });
  const { topic, payload } = humidityPacket("77");
  await publish(agent.plain, topic, payload);
  await isAccepted(agent.plain, topic, '{"type":"humid","payload":{"humidity":"wet"}}');
}

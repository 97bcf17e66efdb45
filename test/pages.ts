import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { AssetReply, DeviceReply } from "../src/api/contract.ts";
import { violationsOn } from "./axe.ts";
import { bringClients } from "./broker-clients.ts";
import { hasChromium, openBrowserIfAny, type Theme, Visitor } from "./browser.ts";
import { enrol } from "./enrol.ts";
import { House } from "./house.ts";
import { layDown } from "./lay-down.ts";
import { hasMosquitto, isAccepted, publish } from "./mosquitto.ts";
import { humidityPacket } from "./seeds.ts";

export const skip = !hasChromium || !hasMosquitto;

type Window = { readonly width: number; readonly height: number };

export const WIDE: Window = { width: 1440, height: 900 };
export const PHONE: Window = { width: 390, height: 844 };
const THEMES = ["dark", "light"] as const;

/** Every page of a house with the demo plant, in a window of this size. */
export async function testPagesIn(window: Window): Promise<void> {
  const claim = `${window.width} px wide, dark and light: every page is accessible, makes sense, asks nobody`;
  if (skip) {
    test(claim, { skip }, () => {});
    return;
  }
  const house = await (await House.open(["--demo"])).signIn();
  after(() => house.close());
  const browser = await openBrowserIfAny();
  after(() => browser?.close());
  after(await bringClients(house));
  const pages = await pagesByRoute(house);
  // Each page is loaded in one theme here and in the other one in the other window.
  const turn = window === WIDE ? 0 : 1;
  test(claim, async () => {
    const visitor = await Visitor.open(browser, house, window);
    const wrong: string[] = [];
    for (const [index, { path }] of pages.entries()) {
      const themes = (index + turn) % 2 === 0 ? THEMES : THEMES.toReversed();
      wrong.push(...(await wrongWith(visitor, path, themes)));
    }
    await visitor.close();
    assert.deepEqual(wrong, []);
  });
}

/**
 * What a person, a screen reader or the console would complain about on this page. It is loaded in
 * the first theme, with all rules, and changes to the others, where only colours can be wrong.
 */
export async function wrongWith(
  visitor: Visitor,
  path: string,
  themes: readonly Theme[] = THEMES,
): Promise<string[]> {
  visitor.troubles.length = 0;
  const wrong: string[] = [];
  for (const [index, theme] of themes.entries()) {
    await visitor.showIn(theme);
    if (index === 0) await visitor.visit(path);
    const found = await violationsOn(visitor.page, { rules: index === 0 ? "all" : "colour" });
    const violations = found.map(({ id, nodes }) => {
      const [first] = nodes;
      return `${id} (${nodes.length}): ${first?.html.slice(0, 160)} ${first?.failureSummary ?? ""}`;
    });
    const nonsense = await visitor.nonsense();
    const cramped = [...(await visitor.smallTargets()), ...(await visitor.narrowButtons())];
    if (await visitor.isTooWide()) cramped.push("is wider than its window");
    const all = [...violations, ...(nonsense ? [nonsense] : []), ...cramped];
    wrong.push(...all.map((what) => `${path}, ${theme}: ${what}`));
  }
  return [...wrong, ...visitor.troubles.map((what) => `${path}: ${what}`)];
}

/** Every route of the router with an address that there is; some of them with several. */
export async function pagesByRoute(
  house: House,
): Promise<readonly { route: string; path: string }[]> {
  await fillLists(house);
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
  const [network] = (await house.call("GET", "/networks")).items;
  const [layout] = (await house.call("GET", "/layouts")).items;
  const connect = [
    "/networks",
    "/inbox",
    "/agents",
    "/agents/new",
    ...["", "?tab=sessions", "?tab=subscriptions"].map((tab) => `/broker${tab}`),
    "/layouts",
    "/layouts/new",
  ];
  const plain = ["/", "/plant", "/devices", ...connect, "/rejected"];
  return [
    ...[...plain, "/journal", "/people", "/server"].map((path) => ({
      route: path.split("?")[0] ?? "",
      path,
    })),
    { route: "/layouts/$layoutId", path: `/layouts/${layout.id}` },
    ...["/sign-in", "/setup"].map((path) => ({ route: path, path })),
    ...[asset("R 104"), asset("Pump P"), asset("Packing supply")],
    ...["", "ring", "settings", "messages"].map((tab) => device("viasens", tab)),
    ...["", "?tab=settings", "?tab=checklist"].map((tab) => {
      return { route: "/networks/$driver/$network", path: `/networks/viasens/${network.id}${tab}` };
    }),
    ...["", "declared", "settings"].map((tab) => device("scorp-io", tab)),
    { route: "/agents/$agentId", path: `/agents/${agent.id}` },
  ];
}

/** Settings laid down, one device in the inbox and one refused message, so that no list is empty. */
async function fillLists(house: House): Promise<void> {
  await layDown(house);
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

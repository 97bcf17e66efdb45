// `npm run pictures`: every page of the demo plant, dark and light, wide and on a phone, into
// pictures/. Words after it choose pages by name: `npm run pictures -- overview asset`.
import { mkdirSync } from "node:fs";
import { register } from "tsx/esm/api";
import { build } from "./build.mjs";
import { root } from "./prepare.mjs";

const LOOKS = ["dark", "light"].flatMap((theme) => [
  { theme, width: 1440, height: 900 },
  { theme, width: 390, height: 844 },
]);
/** Live values, charts and pictures are there by then. */
const SETTLE_MS = 2_000;

build();
register();
const { House } = await import("../test/house.ts");
const { openBrowser, Visitor } = await import("../test/browser.ts");

const wanted = process.argv.slice(2);
const isWanted = ({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word));
const folder = `${root}pictures`;
mkdirSync(folder, { recursive: true });
const house = await House.open(["--demo"]);
const browser = await openBrowser();
try {
  const token = house.ports.setup?.split("#")[1];
  await take([{ name: "setup", path: `/setup#${token}` }].filter(isWanted));
  await house.signIn({ demo: true });
  await take((await pages()).filter(isWanted));
} finally {
  await browser.close();
  await house.close();
}

/** The pages by name; what has an id is the first of its kind. */
async function pages() {
  const [assets, devices, agents] = await Promise.all(
    ["assets", "devices", "agents"].map(
      async (list) => (await house.call("GET", `/${list}`)).items,
    ),
  );
  const asset = (name) => assets.find((one) => one.name.startsWith(name))?.id;
  const device = (driver) => devices.find((one) => one.driver === driver)?.id;
  return [
    { name: "sign-in", path: "/sign-in" },
    { name: "overview", path: "/" },
    { name: "plant", path: "/plant" },
    { name: "asset-room", path: `/plant/${asset("R 104")}?range=24h` },
    { name: "asset-pump", path: `/plant/${asset("Pump P")}` },
    { name: "asset-meter", path: `/plant/${asset("Packing supply")}?range=24h` },
    { name: "devices", path: "/devices" },
    { name: "device-viasens", path: `/devices/${device("viasens")}` },
    { name: "device-scorp-io", path: `/devices/${device("scorp-io")}` },
    { name: "inbox", path: "/inbox" },
    { name: "agents", path: "/agents" },
    { name: "agent-new", path: "/agents/new" },
    { name: "agent", path: `/agents/${agents[0]?.id}` },
    { name: "rejected", path: "/rejected" },
    { name: "journal", path: "/journal" },
    { name: "people", path: "/people" },
  ];
}

async function take(list) {
  for (const looks of LOOKS) {
    const visitor = await Visitor.open(browser, house, looks);
    for (const { name, path } of list) {
      await visitor.page.goto(`${house.url}${path}`);
      await visitor.page.waitForTimeout(SETTLE_MS);
      const file = `${folder}/${name}-${looks.theme}-${looks.width}.png`;
      await visitor.page.screenshot({ path: file, fullPage: true });
    }
    for (const trouble of new Set(visitor.troubles)) console.error(trouble);
    await visitor.close();
  }
}

// `npm run pictures`: every page, dark and light, wide and on a phone, into pictures/.
// Words after it choose pages by name: `npm run pictures -- overview asset`.
import { mkdirSync } from "node:fs";
import { register } from "tsx/esm/api";
import { build } from "./build.mjs";
import { root } from "./prepare.mjs";

const LOOKS = ["dark", "light"].flatMap((theme) => [
  { theme, width: 1440, height: 900 },
  { theme, width: 390, height: 844 },
]);
/** Live values, charts and pictures are there by then. */
const SETTLE_MS = 1_500;
/** What was pressed has opened, and what moves stands still. */
const OPEN_MS = 600;
/** Active energy, voltage and a flag, as a meter might send them. */
const METER_FRAME = "c03b090000000000fd0801";
/** Higher than this nobody looks at a picture. */
const HEIGHT_MAX = 4_000;

build();
register();
const { House } = await import("../test/house.ts");
const { bringClients } = await import("../test/broker-clients.ts");
const { layDown } = await import("../test/lay-down.ts");
const { enrol } = await import("../test/enrol.ts");
const { sayAt } = await import("../test/say-at.ts");
const { openBrowser, Visitor } = await import("../test/browser.ts");

/** The same samples again would be no import. */
let isStored = false;
const wanted = process.argv.slice(2);
const isWanted = ({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word));
const folder = `${root}pictures`;
mkdirSync(folder, { recursive: true });
const browser = await openBrowser();
try {
  await inHouse(["--demo"], async (house) => {
    const token = house.ports.setup?.split("#")[1];
    await take(house, [{ name: "setup", path: `/setup#${token}` }]);
    await house.signIn({ demo: true });
    await layDown(house);
    const leave = await bringClients(house);
    await take(house, await pagesOf(house)).finally(leave);
  });
  await inHouse([], async (house) => {
    await take(house, [{ name: "setup-without-token", path: "/setup" }]);
    await house.signIn();
    await take(house, emptyPages());
    await take(house, [{ name: "agent-issued", path: "/agents/new", act: issue }]);
  });
} finally {
  await browser.close();
}

async function inHouse(options, visit) {
  const house = await House.open(options);
  try {
    await visit(house);
  } finally {
    await house.close();
  }
}

/** The pages of the demo by name; what has an id is the first of its kind. */
async function pagesOf(house) {
  const [assets, devices, agents, points] = await Promise.all(
    ["assets", "devices", "agents", "points?search=Pressure"].map(
      async (list) => (await house.call("GET", `/${list}`)).items,
    ),
  );
  const asset = (name) => `/plant/${assets.find((one) => one.name.startsWith(name))?.id}`;
  const device = (driver) => `/devices/${devices.find((one) => one.driver === driver)?.id}`;
  return [
    { name: "sign-in", path: "/sign-in" },
    { name: "overview", path: "/" },
    { name: "plant", path: "/plant" },
    { name: "plant-found", path: "/plant", act: (page) => type(page, "Find in the plant", "R 10") },
    { name: "asset-room", path: `${asset("R 104")}?range=24h` },
    { name: "asset-pump", path: asset("Pump P") },
    { name: "asset-pump-hint", path: `${asset("Pump P")}?range=24h`, act: pointAtTrend },
    { name: "asset-pump-told", path: await toldAfterwards(house, points), act: pointAtTrend },
    { name: "asset-meter", path: `${asset("Packing supply")}?range=24h` },
    { name: "asset-area", path: asset("Office") },
    { name: "devices", path: "/devices" },
    { name: "device-viasens", path: device("viasens") },
    { name: "device-ring", path: `${device("viasens")}?tab=ring` },
    { name: "device-ring-basic", path: `${device("viasens")}?tab=ring`, act: choosePattern },
    { name: "device-settings", path: `${device("viasens")}?tab=settings` },
    { name: "device-messages", path: `${device("viasens")}?tab=messages` },
    { name: "device-scorp-io", path: device("scorp-io") },
    { name: "device-write", path: `${device("scorp-io")}?tab=settings`, act: chooseMetric },
    { name: "device-mindsphere", path: device("mindsphere") },
    { name: "device-declared", path: `${device("mindsphere")}?tab=declared` },
    { name: "networks", path: "/networks" },
    { name: "network-nodes", path: "/networks/viasens/harbour" },
    { name: "network-settings", path: "/networks/viasens/harbour?tab=settings" },
    { name: "network-checklist", path: "/networks/viasens/harbour?tab=checklist" },
    { name: "inbox", path: "/inbox" },
    { name: "agents", path: "/agents" },
    { name: "agent-new", path: "/agents/new" },
    { name: "agent", path: `/agents/${agents[0]?.id}` },
    { name: "broker", path: "/broker" },
    { name: "broker-sessions", path: "/broker?tab=sessions" },
    { name: "broker-subscriptions", path: "/broker?tab=subscriptions" },
    { name: "broker-figures", path: "/broker?tab=figures" },
    { name: "layouts", path: "/layouts" },
    { name: "layout-new", path: `/layouts/new?topic=meters/7/raw&hex=${METER_FRAME}`, act: layOut },
    { name: "rejected", path: await aheadOfTheClock(house) },
    { name: "journal", path: "/journal" },
    { name: "people", path: "/people" },
    { name: "server", path: "/server" },
    { name: "missing", path: "/nowhere" },
    ...dialogs(asset("Pump P"), device("scorp-io")),
  ];
}

/** An hour that a pump kept, in part, while it had no connection. */
async function toldAfterwards(house, points) {
  const { id, assetId } = points.find(({ variable }) => variable.name === "Pressure");
  const from = Date.now() - 20 * 86_400_000;
  const samples = Array.from({ length: 360 }, (_, row) => ({
    ...{ at: from + row * 10_000, value: 4 + Math.sin(row / 20) },
    toldAfterwards: row % 60 < 40,
  }));
  await house.call("POST", `/points/${id}/samples`, { samples });
  return `/plant/${assetId}?pens=${id}&from=${from}&to=${from + 3_600_000}`;
}

async function aheadOfTheClock(house) {
  const meter = await enrol(house, { kind: "mindsphere", tenant: "acme", name: "meter" });
  for (const day of [3, 4]) await sayAt(house, meter, Date.now() + day * 86_400_000);
  return "/rejected";
}

function dialogs(pump, meter) {
  return [
    { name: "search", path: "/", act: (page) => page.keyboard.press("Control+k") },
    { name: "search-found", path: "/", act: searchFor("pump") },
    { name: "dialog-asset", path: pump, act: (page) => press(page, "Edit") },
    { name: "dialog-point", path: pump, act: (page) => press(page, "Edit Pressure") },
    { name: "dialog-part", path: pump, act: (page) => press(page, "Add part") },
    { name: "dialog-csv", path: pump, act: (page) => press(page, "Download") },
    { name: "dialog-parquet", path: `${pump}?range=24h`, act: everySample },
    {
      name: "dialog-delete-samples",
      path: `${pump}?range=24h`,
      act: (page) => press(page, "Delete samples …"),
    },
    { name: "dialog-delete-confirm", path: `${pump}?range=24h`, act: reallyDelete },
    { name: "dialog-write", path: `${meter}?tab=settings`, act: writeMetric },
    { name: "dialog-end-session", path: "/broker?tab=sessions", act: endSession },
    { name: "dialog-import", path: pump, act: (page) => press(page, "Import samples …") },
    { name: "dialog-import-checked", path: pump, act: importSamples },
    { name: "dialog-import-list", path: pump, act: storeSamples },
    {
      name: "dialog-rollout",
      path: "/networks/viasens/harbour",
      act: (page) => press(page, "Roll out settings …"),
    },
    { name: "dialog-nodes", path: "/networks/viasens/harbour", act: importList },
    {
      name: "dialog-template",
      path: "/networks/viasens/harbour?tab=settings",
      act: (page) => press(page, "Edit"),
    },
    {
      name: "dialog-layer",
      path: "/networks/viasens/harbour?tab=settings",
      act: (page) => press(page, "Edit fields …"),
    },
    { name: "dialog-user", path: "/people", act: (page) => press(page, "New user") },
    { name: "dialog-token", path: "/people", act: (page) => press(page, "New token") },
  ];
}

/** What somebody sees who has just begun. */
function emptyPages() {
  const pages = ["plant", "devices", "inbox", "agents", "rejected", "journal"];
  return [
    { name: "empty-overview", path: "/" },
    ...pages.map((page) => ({ name: `empty-${page}`, path: `/${page}` })),
  ];
}

/** Of another system: its times without a zone, a unit of its own, a line without a time. */
async function importSamples(page) {
  await press(page, "Import samples …");
  const buffer = Buffer.from(
    "Zeit;Pressure [kPa];Flow;Basin\n03.03.2026 10:00:00;241,5;3,1;1\n" +
      "03.03.2026 10:01:00;242,25;3,2;2\nnoon;243;3,3;3\n",
  );
  const file = { name: "logger.csv", mimeType: "text/csv", buffer };
  await page.getByLabel("File with samples").setInputFiles(file);
  await page.getByText("Line 4").first().waitFor();
}

/** What has come of an import, once somebody imports again. */
async function storeSamples(page) {
  if (isStored) return press(page, "Import samples …");
  isStored = true;
  await importSamples(page);
  await page.getByLabel("What Basin feeds").selectOption({ label: "Leave it out" });
  await press(page, "Check again");
  await page.getByText(/Leave out what cannot be read/).click();
  await page
    .getByRole("button", { name: /^Import/ })
    .last()
    .click();
  await page.getByRole("dialog").getByText("Close", { exact: true }).click();
  await press(page, "Import samples …");
}

/** One line that can be taken and one that cannot. */
async function importList(page) {
  await press(page, "Import CSV …");
  await type(
    page,
    "Or paste it",
    "address,name,place\nharbour/1,R 101,Harbour Works/Office\nharbour/99,R 199,",
  );
  await press(page, "Try");
}

async function choosePattern(page) {
  await page.getByText("Basic pattern", { exact: true }).first().click();
}

/** The first metric that somebody would look for. */
async function chooseMetric(page) {
  await type(page, "Search its metrics", "tension");
  await press(page, "Tension/Phase 1");
}

async function writeMetric(page) {
  await chooseMetric(page);
  await page.getByRole("textbox", { name: "Value" }).fill("231");
  await press(page, "Send …");
}

async function everySample(page) {
  await press(page, "Download");
  await page.getByLabel("Lines").selectOption("Every sample");
  await press(page, "Parquet");
}

async function reallyDelete(page) {
  await press(page, "Delete samples …");
  await press(page, "Delete …");
}

async function endSession(page) {
  await page
    .getByRole("button", { name: /^End the session of/ })
    .first()
    .click();
}

async function press(page, name) {
  await page.getByRole("button", { name, exact: true }).first().click();
}

async function type(page, name, text) {
  const field = page.getByLabel(name).first();
  await field.fill(text);
}

function searchFor(text) {
  return async (page) => {
    await page.keyboard.press("/");
    await page.getByRole("combobox").fill(text);
  };
}

async function pointAtTrend(page) {
  const surface = page.locator(".trend-surface");
  await surface.scrollIntoViewIfNeeded();
  await surface.hover({ position: { x: 200, y: 80 } });
}

/** Three fields of a frame, as somebody would enter them. */
async function layOut(page) {
  await type(page, "Name", "Meter");
  const fields = [
    { name: "Energy", form: "int64", unit: "Wh" },
    { name: "Voltage", form: "uint16", scale: "0.1", unit: "V" },
  ];
  for (const [place, { name, form, scale, unit }] of fields.entries()) {
    if (place > 0) await press(page, "Add field");
    const row = page.locator(".layout-field").nth(place);
    await row.getByLabel("Name").fill(name);
    await row.getByLabel("Written as").selectOption(form);
    if (scale) await row.getByLabel("Times").fill(scale);
    await row.getByLabel("Unit").fill(unit);
  }
}

async function issue(page) {
  for (const box of await page.getByRole("textbox").all()) {
    await box.fill(`line-${Date.now() % 100_000}`);
  }
  await press(page, "Create agent");
}

async function take(house, list) {
  for (const looks of LOOKS) {
    const visitor = await Visitor.open(browser, house, looks);
    for (const { name, path, act } of list.filter(isWanted)) {
      await visitor.page.setViewportSize({ width: looks.width, height: looks.height });
      await visitor.page.goto(`${house.url}${path}`);
      await visitor.page.waitForTimeout(SETTLE_MS);
      await act?.(visitor.page);
      if (!act) await showWhole(visitor.page, looks);
      await visitor.page.waitForTimeout(OPEN_MS);
      await visitor.page.screenshot({
        path: `${folder}/${name}-${looks.theme}-${looks.width}.png`,
      });
    }
    for (const trouble of new Set(visitor.troubles)) console.error(trouble);
    await visitor.close();
  }
}

/** A window as high as its page: what stands at its lower edge stands below all else. */
async function showWhole(page, { width, height }) {
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.min(HEIGHT_MAX, Math.max(height, whole)) });
}

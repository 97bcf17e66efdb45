import assert from "node:assert/strict";
import { after, test } from "node:test";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { hallPoint } from "./hall.ts";
import { House } from "./house.ts";

const skip = !hasChromium;
const house = await (await House.open(["--keep-raw", "90"])).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());

test("what is stored, for how long, and the room that is left stand on a page", {
  skip,
}, async () => {
  const point = await hallPoint(house);
  const samples = [1, 2, 3].map((value, row) => ({ at: Date.now() - row * 1_000, value }));
  await house.call("POST", `/points/${point}/samples`, { samples });
  const visitor = await Visitor.open(browser, house);
  await visitor.visit("/server");
  await visitor.page.getByText("Well: values are taken and stored").waitFor();
  await visitor.page.getByText(/\d of 1 series/).waitFor();
  const text = await visitor.text();
  assert.match(text, /Samples \d of 1 series/);
  assert.match(text, /every value for 90 days, hours for ever/);
  assert.match(text, /Data folder [\d.]+ [kMGT]B left/);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("while a database does not answer, what it counted last stands there, and that it is old", {
  skip,
}, async () => {
  const visitor = await Visitor.open(browser, house);
  let at: string | null = new Date(Date.now() - 180_000).toISOString();
  await visitor.page.route("**/api/v1/storage", async (route) => {
    const response = await route.fetch();
    const json = { ...(await response.json()), samples: 7, series: 2, lastCount: { at } };
    await route.fulfill({ response, json });
  });
  await visitor.visit("/server");
  await visitor.page.getByText(/3 min ago: the database does not/).waitFor();
  at = null;
  await visitor.visit("/server");
  await visitor.page.getByText(/in the folder alone: the database/).waitFor();
  assert.match(await visitor.text(), /Samples 7 of 2 series Counted in the folder alone/);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("a backup is made, taken away and removed on a page, and the journal has it", {
  skip,
}, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit("/server");
  await page.getByText("No backup on this server").waitFor();
  await page.getByRole("button", { name: "Back up now" }).click();
  await page.getByText(/^Whole, /).waitFor();
  const file = page.waitForEvent("download");
  await page.getByRole("link", { name: /^Download the backup of / }).click();
  assert.match((await file).suggestedFilename(), /^fieldline-\d{8}T\d+Z\.tar$/);
  await page.getByRole("button", { name: /^Remove the backup of / }).click();
  const sure = page.getByRole("dialog");
  await sure.getByText(/This cannot be undone/).waitFor();
  await sure.getByRole("button", { name: "Remove" }).click();
  await page.getByText("No backup on this server").waitFor();
  const { items } = await house.call("GET", "/journal?limit=20");
  const kinds = items.map(({ kind }: { kind: string }) => kind);
  for (const kind of ["backup.started", "backup.done", "backup.removed"])
    assert.ok(kinds.includes(kind), kind);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("what the server suffers from stands there, with what waits for the server above", {
  skip,
}, async () => {
  const visitor = await Visitor.open(browser, house);
  await visitor.page.route("**/api/v1/health", (route) =>
    route.fulfill({
      json: {
        status: "degraded",
        reasons: ["the server above is away"],
        mqttAck: "synced",
        uplink: {
          isUp: false,
          reason: "nobody answers",
          waiting: { samples: 1200, bytes: 3000, oldestAt: new Date().toISOString() },
          fillingUp: null,
          acknowledgedAt: null,
        },
      },
    }),
  );
  await visitor.visit("/server");
  await visitor.page.getByText("Away: what comes is kept here").waitFor();
  const text = await visitor.text();
  assert.match(text, /Needs attention.*the server above is away/);
  assert.match(
    text,
    /Away: what comes is kept here nobody answers Waits here 1.200 samples, 3.0 kB/,
  );
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("while a gateway's history fills up, that stands there, with how long it takes", {
  skip,
}, async () => {
  const visitor = await Visitor.open(browser, house);
  const oldestAt = new Date(Date.now() - 7_200_000).toISOString();
  await visitor.page.route("**/api/v1/health", (route) =>
    route.fulfill({
      json: {
        status: "ready",
        reasons: [],
        mqttAck: "synced",
        uplink: {
          isUp: true,
          reason: null,
          waiting: { samples: 1_200_000, bytes: 13_000_000, oldestAt },
          fillingUp: { leftSeconds: 700 },
          acknowledgedAt: new Date().toISOString(),
        },
      },
    }),
  );
  await visitor.visit("/server");
  await visitor.page.getByText("live values are current, what waited follows").waitFor();
  assert.match(
    await visitor.text(),
    /Oldest of these 2 h 00 All of it is there in about 12 minutes/,
  );
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("who does not administer sees how it is, and no backups", { skip }, async () => {
  const viewer = { name: "Vera", password: "another long sentence" };
  await house.call("POST", "/users", { ...viewer, role: "viewer" });
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await page.context().clearCookies();
  await visitor.visit("/sign-in");
  await page.getByLabel("Name").fill(viewer.name);
  await page.getByLabel("Password").fill(viewer.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation").first().waitFor();
  visitor.troubles.length = 0;
  await visitor.visit("/server");
  await page.getByText("Well: values are taken and stored").waitFor();
  assert.equal(await page.getByRole("heading", { name: "Backups" }).count(), 0);
  assert.deepEqual(visitor.troubles, [], "nothing was asked that is refused");
  await visitor.close();
});

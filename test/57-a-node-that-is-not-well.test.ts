import assert from "node:assert/strict";
import { after, test } from "node:test";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, publish } from "./mosquitto.ts";

const skip = !hasChromium || !hasMosquitto;
const TOPIC = "/sauter/viasens/12/5";
const UNSOUND = "Its device says that this sensor is missing or faulty";

const house = await (await House.open()).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());
const gateway = await enrol(house, { kind: "viasens", tenant: "12" });
const say = (type: string, key: string, value: number) =>
  publish(gateway.plain, TOPIC, JSON.stringify({ type, payload: { [key]: value } }));

test("a network and its nodes are listed before any of them has spoken", { skip }, async () => {
  const visitor = await Visitor.open(browser, house, { theme: "light", width: 390, height: 844 });
  const { page } = visitor;
  await visitor.visit("/networks");
  await page.getByRole("link", { name: "12", exact: true }).click();
  await page.getByText("No node is known yet").waitFor();
  await page.getByRole("button", { name: "Import CSV …" }).click();
  await page.getByLabel("Or paste it").fill("address,name,place\n12/5,R 105,Works/Floor 1\n");
  await page.getByRole("button", { name: "Try" }).click();
  await page.getByRole("button", { name: /^Take/ }).click();
  await page.getByText("Expected: has not spoken yet").first().waitFor();
  await visitor.visit("/devices");
  await page.getByText("Expected", { exact: true }).first().waitFor();
  await page.getByText("R 105").first().waitFor();
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("a value of a sensor that its node calls broken is bad, with the reason beside it", {
  skip,
}, async () => {
  await say("health", "health", 255);
  await say("co2", "co2", 600);
  await say("health", "health", 254);
  await say("co2", "co2", 2000);
  const id = await deviceId();
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/devices/${id}`);
  await page.getByText(UNSOUND).waitFor();
  const [point] = (await house.call("GET", "/points")).items.filter(
    ({ variable }: { variable: { name: string } }) => variable.name === "CO2",
  );
  assert.deepEqual([point.latest.value, point.latest.quality, point.unsound], [2000, "bad", true]);
  const span = `from=${Date.now() - 3_600_000}&to=${Date.now() + 60_000}`;
  const { value, quality } = await house.call("GET", `/points/${point.id}/history?${span}`);
  assert.deepEqual(
    [value, quality],
    [
      [600, 2000],
      ["good", "bad"],
    ],
  );
  await visitor.visit(`/devices/${id}?tab=messages`);
  await page
    .getByText(/1 warning/)
    .first()
    .click();
  await page.getByText("W_SENSOR_UNSOUND").first().waitFor();

  await say("health", "health", 255);
  await say("co2", "co2", 610);
  await visitor.visit(`/devices/${id}`);
  await page.getByText("610", { exact: true }).first().waitFor();
  assert.equal(await page.getByText(UNSOUND).count(), 0);
  assert.deepEqual(visitor.troubles, []);
  assert.equal(await visitor.nonsense(), undefined);
  await visitor.close();
});

test("one field is laid down for a zone, is its own there, and is reset", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit("/networks/viasens/12?tab=settings");
  await page.getByRole("button", { name: "Edit fields …" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Hold time").fill("60");
  await dialog.getByText("this network's own").waitFor();
  await dialog.getByRole("button", { name: "Lay down" }).click();
  await page.getByText("own: Occupancy, hold time 60 s").waitFor();

  await page.getByLabel("For a zone or place").selectOption({ label: "Works/Floor 1" });
  await page.getByRole("button", { name: "Edit its fields …" }).click();
  await dialog.getByText("from network 12").waitFor();
  await dialog.getByLabel("Hold time").fill("90");
  await dialog.getByText("this place's own").waitFor();
  await dialog.getByRole("button", { name: "Lay down" }).click();
  await page.getByText("own: Occupancy, hold time 90 s").waitFor();
  assert.equal(await holdTime(), 90, "the narrower counts");

  await page
    .getByRole("row", { name: /Works\/Floor 1/ })
    .getByRole("button")
    .click();
  await dialog.getByRole("button", { name: "Reset Hold time: as network 12" }).click();
  assert.equal(await dialog.getByLabel("Hold time").inputValue(), "60");
  await dialog.getByRole("button", { name: "Lay down" }).click();
  await dialog.waitFor({ state: "hidden" });
  await until("the network's counts again", async () => (await holdTime()) === 60);
  assert.deepEqual(visitor.troubles, []);
  assert.equal(await visitor.nonsense(), undefined);
  await visitor.close();
});

test("the 64 colours of a pattern are walked through with arrows", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/devices/${await deviceId()}?tab=ring`);
  await page.getByText("Basic pattern", { exact: true }).click();
  const first = page.getByRole("group", { name: /^First colour/ });
  await first.getByRole("radio", { name: "green, 12", exact: true }).focus();
  assert.equal(await first.getByRole("radio").count(), 64);
  await page.keyboard.press("ArrowRight");
  await first.getByText("00 11 01").waitFor();
  await page.keyboard.press("ArrowUp");
  await first.getByText("00 10 01").waitFor();
  await page.keyboard.press("End");
  await first.getByText("11 11 11").waitFor();
  assert.ok(await first.getByRole("radio", { name: "white, 63", exact: true }).isChecked());
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

async function holdTime(): Promise<number> {
  const path = `/devices/${await deviceId()}/settings?command=sensors-config`;
  return (await house.call("GET", path)).meant.occupancy["hold-time"];
}

async function deviceId(): Promise<string> {
  const [device] = (await house.call("GET", "/devices")).items;
  return device.id;
}

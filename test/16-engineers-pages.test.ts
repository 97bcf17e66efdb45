import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { CommandReply, PointReply } from "../src/api/contract.ts";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { enrol } from "./enrol.ts";
import { House } from "./house.ts";
import { hasMosquitto, publish } from "./mosquitto.ts";
import { humidityPacket } from "./seeds.ts";

const skip = !hasChromium || !hasMosquitto;

const house = await (await House.open()).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());
const gateway = await enrol(house, { kind: "viasens", tenant: "12" });

test("an empty inbox waits; a device appears in it by itself, and moves", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit("/inbox");
  await page.getByText("Waiting for the first message").waitFor();
  const { topic, payload } = humidityPacket("12");
  await publish(gateway.plain, topic, payload);
  await page.getByRole("heading", { name: "12/5" }).waitFor();
  await page.getByText("49", { exact: true }).waitFor();
  await publish(gateway.plain, topic, payload.replace("49", "51"));
  await page.getByText("51", { exact: true }).waitFor();
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("a value is adopted under the name and unit that a person chose", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit("/inbox");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Meeting room");
  await page.getByRole("button", { name: "Choose values …" }).click();
  await page.getByRole("textbox", { name: "Name of humid.humidity" }).fill("Air humidity");
  await page.getByRole("textbox", { name: "Unit of humid.humidity" }).fill("%");
  await page.getByRole("button", { name: "Adopt", exact: true }).click();
  await page.getByText("Meeting room").waitFor();
  await page.getByRole("link", { name: "Open its asset" }).click();
  await page.getByRole("heading", { name: "Meeting room" }).waitFor();
  const [point]: PointReply[] = (await house.call("GET", "/points")).items;
  assert.deepEqual(
    [point?.variable.name, point?.variable.unit, point?.variable.range, point?.latest?.value],
    ["Air humidity", "%", [0, 100], 51],
  );
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("settings are confirmed against what was sent before, and then sent", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/devices/${await deviceId()}?tab=settings`);
  const send = page.getByRole("button", { name: "Send …" });
  const hold = page.getByRole("textbox", { name: "Hold time" });
  await hold.fill("soon");
  await page.getByText("A number, such as 12.5.").waitFor();
  assert.ok(await send.isDisabled());
  for (const [seconds, change] of [
    ["60", "30 s 60 s"],
    ["90", "60 s 90 s"],
  ] as const) {
    await hold.fill(seconds);
    await send.click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("row", { name: `Occupancy, hold time ${change}` }).waitFor();
    await dialog.getByRole("button", { name: "Send to device" }).click();
    await dialog.waitFor({ state: "hidden" });
  }
  const { commands } = await house.call("GET", `/devices/${await deviceId()}`);
  assert.deepEqual(
    commands.map(({ state, payload }: CommandReply) => [state, holdTimeIn(payload)]),
    [
      ["sent", 90],
      ["sent", 60],
    ],
  );
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("who fits a sensor says whether one that never worked should be there", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  const health = JSON.stringify({ type: "health", payload: { health: 254 } });
  await publish(gateway.plain, humidityPacket("12").topic, health);
  await visitor.visit(`/devices/${await deviceId()}`);
  await page.getByText("not fitted?").waitFor();
  await page.getByRole("button", { name: "CO2 should be there" }).click();
  await page.getByText("missing or faulty", { exact: true }).waitFor({ state: "attached" });
  const { items } = await house.call("GET", "/journal?kind=device.sensors-failed");
  assert.deepEqual(items[0].detail.sensors, ["CO2"]);
  await page.getByRole("button", { name: "CO2 is not fitted" }).click();
  await page.getByText("not fitted", { exact: true }).waitFor();
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("who wants no motion sees still rings", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await page.emulateMedia({ reducedMotion: "reduce" });
  await visitor.visit(`/devices/${await deviceId()}?tab=ring`);
  // One that moves all the time, so that a picture taken later would be another one.
  await page.getByRole("radio", { name: /^Rainbow cycle/ }).check();
  const ring = page.getByRole("img", { name: "Preview of the LED ring" });
  const picture = async () => (await ring.screenshot()).toString("base64");
  const first = await picture();
  await page.getByText('"mode":9').first().waitFor();
  assert.equal(await picture(), first);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await page.getByRole("radio", { name: /^Rainbow 8/ }).check();
  await page.getByText('"mode":8').first().waitFor();
  assert.notEqual(await picture(), first);
  await visitor.close();
});

test("what was done by mistake is taken back", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  const undo = page.getByRole("button", { name: "Undo" });
  const { topic, payload } = humidityPacket("12");
  await visitor.visit("/inbox");
  await publish(gateway.plain, topic.replace("/5", "/6"), payload);
  const card = page.getByRole("region", { name: "12/6" });
  await card.getByRole("button", { name: "Ignore" }).click();
  await card.waitFor({ state: "detached" });
  await undo.click();
  await card.getByRole("button", { name: "Adopt", exact: true }).click();
  await card.waitFor({ state: "detached" });
  await undo.click();
  await card.waitFor();
  const [asset] = (await house.call("GET", "/assets?search=meeting")).items;
  await visitor.visit(`/plant/${asset.id}`);
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Meating room");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Meating room" }).waitFor();
  await undo.click();
  await page.getByRole("heading", { name: "Meeting room" }).waitFor();
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("an ignored device is found again, days later", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  const { topic, payload } = humidityPacket("12");
  await visitor.visit("/inbox");
  await publish(gateway.plain, topic.replace("/5", "/7"), payload);
  const card = page.getByRole("region", { name: "12/7" });
  await card.getByRole("button", { name: "Ignore" }).click();
  await card.waitFor({ state: "detached" });
  await visitor.visit("/inbox");
  await page.getByRole("button", { name: "Show" }).click();
  const ignored = page.getByRole("row", { name: /12\/7/ });
  await ignored.getByRole("button", { name: "Ask again" }).click();
  await card.waitFor();
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("what a device sent is read as it came", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/devices/${await deviceId()}?tab=messages`);
  await page.getByRole("button", { name: "Pause" }).click();
  const log = page.getByRole("list", { name: "Messages" });
  await log.locator("summary").last().click();
  const first = log.getByRole("listitem").last();
  await first.getByRole("row", { name: /humid\.humidity/ }).waitFor();
  const [sent, again] = await first.locator("pre").allTextContents();
  assert.equal(sent, humidityPacket("12").payload);
  assert.match(again ?? "", /^mosquitto_pub .*-q 1 -t/);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

test("revoking an agent asks for its name", { skip }, async () => {
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/agents/${gateway.id}`);
  await page.getByRole("button", { name: "Revoke" }).click();
  const dialog = page.getByRole("dialog");
  const revoke = dialog.getByRole("button", { name: "Revoke" });
  assert.ok(await revoke.isDisabled());
  await dialog.getByRole("textbox").fill("gateway");
  await revoke.click();
  await page.getByText("Revoked", { exact: true }).waitFor();
  assert.equal((await house.call("GET", `/agents/${gateway.id}`)).revoked, true);
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

async function deviceId(): Promise<string> {
  const [device] = (await house.call("GET", "/devices")).items;
  assert.ok(device, "a device is adopted");
  return device.id;
}

function holdTimeIn(payload: string | null): unknown {
  return JSON.parse(payload ?? "{}").payload?.occupancy?.["hold-time"];
}

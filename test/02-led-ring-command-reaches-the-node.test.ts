import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { settingsOf } from "../src/command/settings-tale.ts";
import { hasChromium, openBrowser, Visitor } from "./browser.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, publish, subscribe } from "./mosquitto.ts";
import { humidityPacket } from "./seeds.ts";

const skip = !hasChromium || !hasMosquitto;
const ROOT = "/sauter/viasens/12";
const RING = {
  mode: 9,
  duration: 10_000,
  speed: 100,
  colors: ["0x0000FF", "0x00FF00", "0xFF0000"],
};
/** The values of the specification's own example. */
const SETTINGS = settingsOf(30);

const house = await (await House.open()).signIn();
after(() => house.close());
const agent = await enrol(house, { kind: "viasens", tenant: "12" });
const { clientId, ...anyClientId } = agent.plain;
const gateway = () => ({ ...anyClientId, port: house.ports.mqtt });
let device: Awaited<ReturnType<typeof adopted>>;
before(async () => {
  if (!skip) device = await adopted();
});

test("a mode is chosen and sent on the device's page; the node's gateway gets it, once", {
  skip,
}, async (t) => {
  const sub = await subscribe(gateway(), `${ROOT}/+/control`);
  const browser = await openBrowser();
  t.after(() => browser.close());
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/devices/${device.id}?tab=ring`);
  await page.getByRole("searchbox", { name: "Animation" }).fill("rainbow cycle");
  await page.getByRole("radio", { name: /^Rainbow cycle/ }).check();
  await page.getByRole("button", { name: "Send to device" }).click();
  const place = page.locator(".send-command");
  await place.getByText(/^Sent \d/).waitFor();
  const said = await place.innerText();
  assert.match(said, /Sent .* by owner/);
  assert.doesNotMatch(said, /confirm|done|success|received/i, "more than is known");
  assert.deepEqual(visitor.troubles, []);
  assert.equal(await visitor.nonsense(), undefined);

  await until("the command arrives", () => sub.lines.length > 0);
  await publish(gateway(), `${ROOT}/9/control`, "{}");
  await until("what was sent after it arrives", () => sub.lines.length > 1);
  sub.close();
  const expected = JSON.stringify({ type: "led-ring", payload: RING });
  assert.deepEqual(sub.lines, [`${ROOT}/5/control ${expected}`, `${ROOT}/9/control {}`]);
});

test("a picture is kept as a button, removed, and back when that was a mistake", {
  skip,
}, async (t) => {
  const browser = await openBrowser();
  t.after(() => browser.close());
  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit(`/devices/${device.id}?tab=ring`);
  await page.getByRole("button", { name: "Keep this" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Evening");
  await page.getByRole("dialog").getByRole("button", { name: "Keep" }).click();
  const kept = page.getByRole("button", { name: "Evening", exact: true });
  await kept.waitFor();
  await page.getByRole("button", { name: "Remove Evening" }).click();
  await kept.waitFor({ state: "detached" });
  assert.deepEqual((await house.call("GET", "/templates")).items, []);
  await page.getByRole("button", { name: "Undo" }).click();
  await kept.waitFor();
  const [template] = (await house.call("GET", "/templates")).items;
  assert.equal(template.name, "Evening");
  assert.equal(template.command, "led-ring");
  assert.deepEqual(visitor.troubles, []);
});

test("its state is sent, and the journal says by whom", { skip }, async () => {
  const { commands } = await house.call("GET", `/devices/${device.id}`);
  assert.equal(commands.length, 1);
  const command = await house.call("GET", `/commands/${commands[0].id}`);
  assert.deepEqual([command.state, command.actor, command.parameters], ["sent", "owner", RING]);
  const { items } = await house.call("GET", "/journal?kind=command.sent");
  assert.equal(items.length, 1);
  assert.equal(items[0].actor.name, "owner");
  assert.equal(items[0].subject, `device:${device.id}`);
});

test("an animation is not kept: a gateway that comes later does not play it again", {
  skip,
}, async () => {
  assert.deepEqual(await heardLater(`${ROOT}/+/control`), []);
});

test("settings are kept: a gateway that comes later gets them", { skip }, async () => {
  const body = { deviceId: device.id, name: "sensors-config", parameters: SETTINGS };
  assert.equal((await house.call("POST", "/commands", body)).state, "sent");
  const expected = JSON.stringify({ type: "sensors-config", payload: SETTINGS });
  assert.deepEqual(await heardLater(`${ROOT}/+/configure`), [`${ROOT}/5/configure ${expected}`]);
});

test("after a kill the settings are still there, and no command is sent again", {
  skip,
}, async () => {
  await house.killAndRestart();
  const expected = JSON.stringify({ type: "sensors-config", payload: SETTINGS });
  assert.deepEqual(await heardLater(`${ROOT}/+/configure`), [`${ROOT}/5/configure ${expected}`]);
  assert.deepEqual(await heardLater(`${ROOT}/+/control`), []);
  const { items } = await house.call("GET", "/journal?kind=command.sent");
  assert.equal(items.length, 2);
  const { commands } = await house.call("GET", `/devices/${device.id}`);
  assert.deepEqual(
    commands.map(({ state }: { state: string }) => state),
    ["sent", "sent"],
  );
});

test("a wish that cannot be is refused with its reason, and never sent", { skip }, async () => {
  const sub = await subscribe(gateway(), `${ROOT}/+/control`);
  const wishes = [
    { name: "led-ring", parameters: { ...RING, mode: 103 }, status: 422, place: /mode/ },
    { name: "led-ring", parameters: { ...RING, speed: "fast" }, status: 422, place: /speed/ },
    { name: "led-ring", parameters: { mode: 9 }, status: 422, place: /duration|speed|colors/ },
    { name: "sensors-config", parameters: { humid: {} }, status: 422, place: /./ },
    { name: "self-destruct", parameters: {}, status: 404, place: /self-destruct/ },
  ];
  for (const { status, place, ...wish } of wishes) {
    const response = await house.request("POST", "/commands", { deviceId: device.id, ...wish });
    assert.equal(response.status, status);
    const { detail } = (await response.json()) as { detail: string };
    assert.match(detail, place);
  }
  const other = { deviceId: "nobody", name: "led-ring", parameters: RING };
  assert.equal((await house.request("POST", "/commands", other)).status, 404);
  const marker = `${ROOT}/9/control`;
  await publish(gateway(), marker, "{}");
  await until("the marker arrives", () => sub.lines.length > 0);
  sub.close();
  assert.deepEqual(sub.lines, [`${marker} {}`]);
  const kept = await heardLater(`${ROOT}/+/configure`);
  assert.ok(kept.every((line) => line.includes(JSON.stringify(SETTINGS))));
  const { items } = await house.call("GET", "/journal?kind=command.refused");
  assert.equal(items.length, wishes.length + 1);
});

/** What a client hears on a filter when it comes late, up to a marker that it sends itself. */
async function heardLater(filter: string): Promise<string[]> {
  const marker = filter.replace("+", "65535");
  const sub = await subscribe(gateway(), filter);
  await publish(gateway(), marker, "{}");
  await until("the marker arrives", () => sub.lines.includes(`${marker} {}`));
  sub.close();
  return sub.lines.filter((line) => line !== `${marker} {}`);
}

async function adopted(): Promise<{ id: string }> {
  const { topic, payload } = humidityPacket("12");
  await publish(gateway(), topic, payload);
  const [waiting] = (await house.call("GET", "/inbox")).items;
  await house.call("POST", `/inbox/${waiting.id}/adopt`, {});
  return waiting;
}

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { DeviceReply } from "../src/api/contract.ts";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { type Enrolled, enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, publish, type Subscription, subscribe } from "./mosquitto.ts";

const skip = !hasChromium || !hasMosquitto;
const PUMP = "camexia/gateway_1/2F1A4C0012B7";
const BIRTH = "mqtts/camexia/DBIRTH/gateway_1/2F1A4C0012B7";
const DATA = "mqtts/camexia/DDATA/gateway_1/2F1A4C0012B7";
const COMMANDS = "mqtts/camexia/DCMD/gateway_1/2F1A4C0012B7";
const SENTENCE = "another long and quiet sentence";

/** Each kind of value that an edge may be written, in the words of its screen and of its wire. */
const WISHES = [
  { metric: "Relais/Pompe", type: "Boolean", now: false, given: "Yes", sent: "true" },
  { metric: "Consigne/Débit", type: "Double", now: 3.5, given: "4.25", sent: "4.25" },
  { metric: "Délai", type: "Short", now: 10, given: "-5", sent: "-5" },
  {
    ...{ metric: "Énergie active/Phase 1", type: "Long", now: 605 },
    ...{ given: "9007199254740993", sent: "9007199254740993" },
  },
  { metric: "Étiquette", type: "String", now: "sud", given: 'ouest "2"', sent: '"ouest \\"2\\""' },
] as const;

describe("a SCorp-io edge is written to from its device's page", { skip }, () => {
  let house: House;
  let edge: Enrolled;
  let heard: Subscription;
  let device: DeviceReply;
  let browser: Awaited<ReturnType<typeof openBrowserIfAny>>;

  before(async () => {
    house = await (await House.open()).signIn();
    browser = await openBrowserIfAny();
    edge = await enrol(house, { kind: "scorp-io", tenant: "camexia", name: "gateway_1" });
    const metrics = WISHES.map(({ metric, type }) => ({ name: metric, dataType: type }));
    await publish(edge.plain, BIRTH, JSON.stringify({ metrics }), ["-r"]);
    await publish(edge.plain, DATA, frameOf(WISHES));
    device = await until("it is in the inbox", async () => {
      const { items } = await house.call("GET", "/inbox");
      return items.find(({ address }: DeviceReply) => address === PUMP);
    });
    await house.call("POST", `/inbox/${device.id}/adopt`, { name: "Pompe" });
    heard = await subscribe(edge.plain, "mqtts/camexia/DCMD/gateway_1/#");
  });
  after(async () => {
    heard?.close();
    await browser?.close();
    await house?.close();
  });

  for (const { metric, type, now, given, sent } of WISHES) {
    test(`${type}: what is typed is what the edge hears, once, and the journal knew before`, async () => {
      const visitor = await Visitor.open(browser, house);
      const { page } = visitor;
      await visitor.visit(`/devices/${device.id}?tab=settings`);
      const [folder = ""] = metric.split("/");
      await page.getByRole("searchbox", { name: "Search its metrics" }).fill(plain(folder));
      await page.getByRole("button", { name: metric, exact: true }).click();
      const before = heard.lines.length;
      if (type === "Boolean") {
        await page.getByLabel("Value").selectOption({ label: given });
      } else {
        const value = page.getByRole("textbox", { name: "Value" });
        assert.equal(await value.inputValue(), String(now));
        await value.fill(given);
      }
      await page.getByRole("button", { name: "Send …" }).first().click();
      const question = page.getByRole("dialog", { name: "Send this command?" });
      await question.getByText(`${metric} is`).waitFor();
      await question.getByRole("button", { name: "Send to device" }).click();
      await until("the edge hears it", () => heard.lines.length > before);
      const name = JSON.stringify(metric);
      const payload = `{"metrics":[{"name":${name},"dataType":"${type}","value":${sent}}]}`;
      assert.deepEqual(heard.lines.slice(before), [`${COMMANDS} ${payload}`]);
      const { items } = await house.call("GET", "/journal?limit=20");
      const [last, first] = items.filter(({ kind }: { kind: string }) => /^command\./.test(kind));
      assert.deepEqual([first.kind, last.kind], ["command.requested", "command.sent"]);
      assert.ok(first.sequence < last.sequence);
      assert.deepEqual(visitor.troubles, []);
      await visitor.close();
    });
  }

  test("who may only look sees what may be written and no button, and is refused by the house", async () => {
    const [name, role] = ["looker", "viewer"];
    await house.call("POST", "/users", { name, password: SENTENCE, role });
    const visitor = await Visitor.open(browser, house);
    const { page } = visitor;
    await page.context().clearCookies();
    await page.goto(`${house.url}/sign-in`);
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password", { exact: true }).fill(SENTENCE);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("link", { name: "Devices" }).first().waitFor();
    await visitor.visit(`/devices/${device.id}?tab=settings`);
    await page.getByRole("button", { name: "Relais/Pompe" }).click();
    assert.equal(await page.getByRole("button", { name: "Send …" }).count(), 0);
    const before = heard.lines.length;
    const status = await page.evaluate(async (deviceId) => {
      const parameters = { metric: "Relais/Pompe", type: "Boolean", value: true };
      const body = JSON.stringify({ deviceId, name: "write", parameters });
      const headers = { "content-type": "application/json" };
      return (await fetch("/api/v1/commands", { method: "POST", headers, body })).status;
    }, device.id);
    assert.equal(status, 403);
    const { items } = await house.call("GET", "/journal?kind=api.refused");
    assert.equal(items[0].actor.name, name);
    assert.equal(heard.lines.length, before);
    await visitor.close();
  });
});

function frameOf(wishes: typeof WISHES): string {
  const timestamp = 1_669_925_170_000;
  const metrics = wishes.map(({ metric, type, now }) => {
    return { name: metric, dataType: type, timestamp, value: now };
  });
  return JSON.stringify({ metrics });
}

function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase();
}

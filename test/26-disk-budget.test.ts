import assert from "node:assert/strict";
import { after, test } from "node:test";
import { hasChromium, openBrowser, Visitor } from "./browser.ts";
import { enrol } from "./enrol.ts";
import { hallPoint } from "./hall.ts";
import { House, until } from "./house.ts";
import { RawClient } from "./mqtt-peer.ts";

/** Less than the first segment of the log takes. */
const TINY = ["--disk-budget", "2M"];

const house = await (await House.open(TINY)).signIn();
after(() => house.close());

const health = async () => (await house.call("GET", "/health")).status;
const push = async (point: string) =>
  house.request("POST", `/points/${point}/samples`, { samples: [{ at: 1_000, value: 1 }] });

const say = (client: RawClient) =>
  client.publish("hall/lamp", '{"on":true}', { qos: 1, messageId: 1 });

test("samples are refused while the budget is used up, and taken again when it is larger", async () => {
  const point = await hallPoint(house);
  const grant = { publish: ["hall/#"], subscribe: [] };
  const lamp = await enrol(house, { kind: "plain", name: "lamp", grant });

  await until("it is noticed", async () => (await health()) === "unready", 60_000);
  const refused = await push(point);
  assert.equal(refused.status, 507);
  assert.match(await refused.text(), /"code":"disk_full"/);
  const { items } = await house.call("GET", "/journal");
  assert.ok(items.some(({ kind }: { kind: string }) => kind === "disk.full"));
  const metrics = await (await house.request("GET", "/metrics")).text();
  assert.match(metrics, /fieldline_disk_bytes\{part="history"\} \d{8}/);
  if (hasChromium) await expectSaid();
  const unheard = await RawClient.enter(house.ports.mqtt, lamp.login);
  say(unheard);
  await unheard.closed;
  assert.deepEqual(unheard.packets.slice(1), [], "nothing is acknowledged");

  await house.stop();
  await house.restart(["--disk-budget", "10G"]);
  await house.signIn();
  assert.equal((await push(point)).status, 201);
  const heard = await RawClient.enter(house.ports.mqtt, lamp.login);
  say(heard);
  await heard.expect("puback");
});

/** Whoever opens the first page sees it. */
async function expectSaid(): Promise<void> {
  const browser = await openBrowser();
  try {
    const visitor = await Visitor.open(browser, house);
    await visitor.visit("/");
    await visitor.page.getByText("No values are stored").waitFor();
    assert.match(await visitor.text(), /0 MiB are left of the budget of 2 MiB/);
  } finally {
    await browser.close();
  }
}

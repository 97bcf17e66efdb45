import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import type { DeviceReply } from "../src/api/contract.ts";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, publish } from "./mosquitto.ts";
import { humidityPacket } from "./seeds.ts";

const skip = !hasChromium || !hasMosquitto;
const house = await (await House.open()).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());

test("the seed's model, pasted with its HTML and its comma too many, is accepted", {
  skip,
}, async () => {
  const agent = await enrol(house, { kind: "mindsphere", tenant: "camexia", name: "meter" });
  const visitor = await Visitor.open(browser, house);
  await visitor.visit(`/agents/${agent.id}`);
  const pasted = readFileSync(new URL("../ui/pasted-model.txt", import.meta.url), "utf8");
  await visitor.page.getByLabel("Paste a model").fill(pasted);
  await visitor.page.getByText("56 HTML tags, 1 trailing comma").waitFor();
  await visitor.page.getByRole("button", { name: "Hand in" }).click();
  await visitor.page.getByText("The model was accepted").waitFor();
  const { items } = await house.call("GET", "/journal?kind=agent.model-given");
  assert.equal(items.length, 1);
  await visitor.close();
});

test("an order that the broker keeps is seen with its payload, and cleared", {
  skip,
}, async () => {
  const { plain } = await enrol(house, { kind: "viasens", tenant: "12" });
  const { topic, payload } = humidityPacket("12");
  const order = '{"type":"led-ring-basic","payload":{"pattern":1}}';
  await publish(plain, topic, payload);
  const node: DeviceReply = await until("the node waits", async () => {
    return (await house.call("GET", "/inbox")).items[0];
  });
  await publish(plain, `${topic}/control`, order, ["-r"]);
  await house.call("POST", `/inbox/${node.id}/adopt`, {});
  const visitor = await Visitor.open(browser, house);
  await visitor.visit(`/devices/${node.id}?tab=messages`);
  await visitor.page.getByText("W_RETAINED_CONTROL").click();
  await visitor.page.getByText(order).waitFor();
  await visitor.page.getByRole("button", { name: "Clear the kept order" }).click();
  await visitor.page.getByText("The broker keeps it no more.").waitFor();
  const { items } = await house.call("GET", "/journal?kind=device.order-cleared");
  assert.equal(items.length, 1);
  await visitor.close();
});

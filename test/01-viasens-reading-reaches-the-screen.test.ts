import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, publish } from "./mosquitto.ts";
import { humidityPacket } from "./seeds.ts";

const skip = !hasChromium || !hasMosquitto;
const NETWORK = "12";

const house = await (await House.open()).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());
let visitor: Visitor;
let page: Visitor["page"];
before(async () => {
  if (skip) return;
  visitor = await Visitor.open(browser, house);
  page = visitor.page;
});
const gateway = await enrol(house, { kind: "viasens", tenant: NETWORK });
const { topic, payload } = humidityPacket(NETWORK);
const figure = (part = "") => page.locator(`.tile .figure ${part}`);

test("the seed's humidity packet waits in the inbox, with its value", { skip }, async () => {
  await publish(gateway.plain, topic, payload);
  await visitor.visit("/inbox");
  await page.getByText("12/5").first().waitFor();
  assert.match(await visitor.text(), /49\s?% rH/);
});

test("one click makes it part of the plant", { skip }, async () => {
  await visitor.click(page.getByRole("button", { name: "Adopt", exact: true }));
  await page.getByRole("link", { name: "Open its asset" }).waitFor();
  assert.equal(visitor.actions, 1);
});

test("its page shows 49 % rH", { skip }, async () => {
  await page.getByRole("link", { name: "Open its asset" }).click();
  await page.waitForURL("**/plant/*");
  await figure().waitFor();
  assert.equal(await figure(".figure-text").innerText(), "49");
  assert.equal(await figure(".figure-unit").innerText(), "% rH");
  assert.equal(await linkWord(), "Live");
});

test("the next value is there without a reload", { skip }, async () => {
  let navigations = 0;
  page.on("framenavigated", () => {
    navigations += 1;
  });
  await publish(gateway.plain, topic, payload.replace("49", "51"));
  await until("the text is 51", async () => {
    return (await figure(".figure-text").innerText()) === "51";
  });
  assert.equal(navigations, 0);
  assert.deepEqual(visitor.troubles, []);
});

test("the server is killed: within 10 s no value looks live any more", { skip }, async () => {
  assert.equal(await isDimmed(), false);
  await house.kill();
  const isOver = async () => (await linkWord()) === "Offline" && (await isDimmed());
  await until("the page says Offline, and the value is dim", isOver, 10_000);
  assert.equal(await figure(".figure-text").innerText(), "51", "it stays to be read");
  assert.equal(await visitor.nonsense(), undefined);
});

test("the server is back: the page is live again by itself, with what came since", {
  skip,
}, async () => {
  await house.restart(["--http", `127.0.0.1:${house.ports.http}`]);
  await publish({ ...gateway.plain, port: house.ports.mqtt }, topic, payload.replace("49", "53"));
  await until("the text is 53", async () => {
    return (await figure(".figure-text").innerText()) === "53";
  });
  assert.equal(await linkWord(), "Live");
  assert.equal(await isDimmed(), false);
  assert.equal(await visitor.nonsense(), undefined);
});

function linkWord(): Promise<string> {
  return page.locator(".link-light span").first().innerText();
}

/** Dashed and pale: what is not live is drawn so. */
async function isDimmed(): Promise<boolean> {
  const text = 'document.querySelector(".tile .figure-text")';
  return (await page.evaluate(`getComputedStyle(${text}).textDecorationStyle`)) === "dashed";
}

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { type Enrolled, enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, publish } from "./mosquitto.ts";
import { MODEL, TOPIC } from "./oven.ts";

const skip = !hasChromium || !hasMosquitto;

const house = await (await House.open()).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());

for (const width of [1440, 390]) {
  test(`at ${width} px a topic is added, tried, read and removed`, { skip }, async () => {
    const oven = await enrolled();
    const visitor = await Visitor.open(browser, house, { width });
    const { page } = visitor;
    await visitor.visit(`/agents/${oven.id}`);
    await page.getByText("None: it speaks below its own tree alone.").waitFor();
    await page.getByRole("button", { name: "Add a topic" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Topic" }).fill("bakery/data");
    await dialog.getByRole("button", { name: "Add" }).click();
    await dialog.getByText(/a level must be 'acme_oven'/).waitFor();
    await dialog.getByRole("textbox", { name: "Topic" }).fill(TOPIC);
    await dialog.getByRole("button", { name: "Add" }).click();
    const topic = page.getByRole("region", { name: TOPIC });
    await topic.getByText(/until it is said where values stand/).waitFor();

    await publish(oven.plain, TOPIC, '{"air":[{"m":11.5}],"at":"2026-01-05T10:00:00Z"}');
    await topic.getByText(/E_NO_VALUES the topic has no mappings yet/).waitFor();
    await topic.getByRole("button", { name: "Add a value" }).click();
    await dialog.getByRole("combobox", { name: "Asset" }).selectOption(await ovenId());
    await dialog.getByRole("combobox", { name: "Variable" }).selectOption("Air · moisture");
    await dialog.getByRole("textbox", { name: "Where its values stand" }).fill("air[].x");
    await dialog.getByRole("textbox", { name: "Where their times stand" }).fill("at");
    await dialog.getByRole("button", { name: "Try" }).click();
    await dialog.getByText("'air[].x' finds nothing").waitFor();
    await dialog.getByRole("textbox", { name: "Where its values stand" }).fill("air[].m");
    await dialog.getByRole("button", { name: "Try" }).click();
    await dialog.getByText("11.5 at 2026-01-05T10:00:00.000Z").waitFor();
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await topic.getByRole("row", { name: /Air · moisture/ }).waitFor();

    await publish(oven.plain, TOPIC, '{"air":[{"m":12.5}],"at":"2026-01-05T10:01:00Z"}');
    await until("the value is there", async () => {
      const { items } = await house.call("GET", "/points");
      return items.some(({ latest }: { latest: { value: unknown } }) => latest?.value === 12.5);
    });
    await topic.getByRole("button", { name: "Remove moisture" }).click();
    await topic.getByText(/until it is said where values stand/).waitFor();
    await topic.getByRole("button", { name: `Remove ${TOPIC}` }).click();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await page.getByText("None: it speaks below its own tree alone.").waitFor();
    const { rights } = await house.call("GET", `/agents/${oven.id}`);
    assert.deepEqual(rights.publish, ["tc/acme/acme_oven/o/#"]);

    const wider = await page.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    assert.equal(wider, 0);
    assert.deepEqual(
      visitor.troubles.filter((text) => !/400/.test(text)),
      [],
    );
    await visitor.close();
    await house.call("DELETE", `/agents/${oven.id}`);
  });
}

/** An agent whose model has made one oven. */
async function enrolled(): Promise<Enrolled> {
  const oven = await enrol(house, { kind: "mindsphere", tenant: "acme", name: "oven" });
  const root = `tc/acme/${oven.clientId}/o/amo_v3`;
  await publish(oven.plain, `${root}/m`, JSON.stringify({ id: "1", data: MODEL }));
  const data = { modelExternalId: "oven", parameterization: { values: [] } };
  await publish(oven.plain, `${root}/i`, JSON.stringify({ id: "2", data }));
  return oven;
}

async function ovenId(): Promise<string> {
  const { items } = await house.call("GET", "/assets?limit=1000");
  return items.find(({ name }: { name: string }) => name === "Oven 1").id;
}

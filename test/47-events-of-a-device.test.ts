import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { House } from "./house.ts";

const skip = !hasChromium;
let house: House;
let browser: Browser | undefined;

before(async () => {
  house = await (await House.open()).signIn();
  browser = await openBrowserIfAny();
});
after(async () => {
  await browser?.close();
  await house.close();
});

for (const width of [1440, 390]) {
  test(`at ${width} px an event of a device is read and acknowledged`, { skip }, async () => {
    const description = `Seal ${width} leaks`;
    const id = await tell(`w${width}`, description);
    const visitor = await Visitor.open(browser, house, { width });
    await visitor.page.goto(`${house.url}/devices/${id}?tab=messages`);
    const fold = visitor.page.locator("details", { hasText: description }).first();
    await fold.locator("summary").click();
    await fold.getByRole("button", { name: "Acknowledge" }).click();
    await fold.getByText("Warning, seen").waitFor();
    const wider = await visitor.page.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    assert.equal(wider, 0);
    assert.deepEqual(visitor.troubles, []);
  });
}

/** An agent that has one asset tells what happened to it; gives its device. */
async function tell(name: string, description: string): Promise<string> {
  const wish = { kind: "mindsphere", tenant: "t", name, credential: "password" };
  const { agent, password } = await house.call("POST", "/agents", wish);
  const { connect } = await import("mqtt");
  const client = connect(`mqtt://127.0.0.1:${house.ports.mqtt}`, {
    ...{ clientId: agent.clientId, username: agent.clientId, password },
  });
  const timestamp = new Date().toISOString();
  const event = { id: `e-${name}`, timestamp, severity: "30", type: "Leak", description };
  const topic = `tc/t/${agent.clientId}/o/mc_v3/e`;
  await new Promise<void>((resolve, reject) => {
    client.on("error", reject);
    client.publish(topic, JSON.stringify({ events: [event] }), { qos: 1 }, (reason) =>
      reason ? reject(reason) : resolve(),
    );
  });
  client.end(true);
  const { items } = await house.call("GET", "/inbox?limit=100");
  return items.find(({ address }: { address: string }) => address.endsWith(name)).id;
}

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { connectAsync } from "mqtt";
import type { RolloutReply } from "../src/api/contract.ts";
import { hasChromium, openBrowserIfAny, Visitor } from "./browser.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";

const skip = !hasChromium;
const NODES = 120;
const PER_SECOND = 6;
const ROOT = "/sauter/viasens/12";
/** Out of reach at first. */
const BAD = new Set(["17", "60", "119"]);
const TEMPLATE = {
  ...{ name: "Quiet", driver: "viasens", command: "sensors-config" },
  parameters: { co2: { cov: 90 } },
};
/** A whole rollout, on a machine that is busy with something else. */
const SLOW = { timeout: 90_000 };

const house = await (await House.open()).signIn();
after(() => house.close());
const browser = await openBrowserIfAny();
after(() => browser?.close());

test("settings are rolled out to 120 nodes: not too fast, paused, gone on with, and retried", {
  skip,
}, async (t) => {
  const gateway = await openGateway();
  t.after(() => gateway.close());
  await adoptAll();
  const answers = `${ROOT}/{node}/result`;
  await house.call("PUT", "/networks/viasens/12/topics", { answers, presence: null });
  await house.call("POST", "/templates", TEMPLATE);

  const visitor = await Visitor.open(browser, house);
  const { page } = visitor;
  await visitor.visit("/networks/viasens/12?tab=settings");
  await page.getByLabel("For the network 12").selectOption({ label: "Quiet" });
  await visitor.visit("/networks/viasens/12");
  await page.getByRole("button", { name: "Roll out settings …" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(`Not sent yet (${NODES})`).waitFor();
  await dialog.getByLabel("At most").fill(String(PER_SECOND));
  await dialog.getByRole("button", { name: `Send to ${NODES} nodes` }).click();

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("Paused", { exact: true }).waitFor();
  const paused = await rollout();
  assert.equal(paused.state, "paused");
  assert.ok(paused.waiting > 0, "it was not through yet");
  await page.getByRole("button", { name: "Go on" }).click();
  const progress = page.getByRole("progressbar", { name: /^Progress of/ });
  assert.equal(await progress.getAttribute("max"), String(NODES));
  await page.getByText("Ended, not whole").waitFor(SLOW);
  await until("all answers are in", async () => (await rollout()).failed === BAD.size);
  await page.getByText(`${NODES - BAD.size} of ${NODES} nodes, ${BAD.size} failed`).waitFor();
  await page.getByRole("button", { name: "Show what failed" }).click();
  await page.getByText("communication error").first().waitFor();

  const told = [...gateway.told];
  assert.equal(new Set(told.map(({ node }) => node)).size, NODES, "each of them");
  assert.equal(told.length, NODES, "and once");
  const [first, last] = [told[0]?.at ?? 0, told.at(-1)?.at ?? 0];
  const leastMs = ((NODES - 1) * 1000) / PER_SECOND;
  assert.ok(last - first > 0.95 * leastMs, `${last - first} ms for ${leastMs} ms`);
  assert.ok(told.every(({ cov }) => cov === 90));

  gateway.mend();
  await page.getByRole("button", { name: "Try those again" }).click();
  await page.getByText("Done", { exact: true }).waitFor(SLOW);
  await until("the last answers are in", () => gateway.told.length === NODES + BAD.size);
  assert.deepEqual(new Set(gateway.told.slice(NODES).map(({ node }) => node)), BAD);
  assert.equal((await rollout()).failed, 0);
  await page.getByText("Not sent yet", { exact: true }).first().waitFor({ state: "detached" });
  assert.deepEqual(visitor.troubles, []);
  assert.equal(await visitor.nonsense(), undefined);
  await visitor.close();
});

test("who acknowledged is shown as having taken its settings", { skip }, async () => {
  const { nodes } = await house.call("GET", "/networks/viasens/12");
  const { deviceId } = nodes[0];
  const settings = () => house.call("GET", `/devices/${deviceId}/settings?command=sensors-config`);
  assert.equal((await settings()).evidence, "confirmed");
  const visitor = await Visitor.open(browser, house, { theme: "light", width: 390, height: 844 });
  await visitor.visit(`/devices/${deviceId}?tab=settings`);
  await visitor.page.getByText("The node acknowledged it.").waitFor();
  assert.deepEqual(visitor.troubles, []);
  await visitor.close();
});

async function rollout(): Promise<RolloutReply> {
  const [newest] = (await house.call("GET", "/rollouts")).items;
  return newest;
}

async function adoptAll(): Promise<void> {
  await until("all nodes in the inbox", async () => {
    return (await house.call("GET", "/inbox?limit=1")).total === NODES;
  });
  const lines = Array.from({ length: NODES }, (_, index) => `12/${index + 1},R ${index + 1},Works`);
  const csv = ["address,name,place", ...lines].join("\n");
  const path = "/networks/viasens/12/import";
  await until("the network is known", async () => {
    return (await house.request("GET", "/networks/viasens/12")).ok;
  });
  const { done } = await house.call("POST", path, { csv, dryRun: false });
  assert.ok(done);
}

type Told = { readonly node: string; readonly at: number; readonly cov: number };

/** A gateway of 120 nodes that answers what it hands on, on a topic of its own. */
async function openGateway() {
  const { login } = await enrol(house, { kind: "viasens", tenant: "12" });
  const { clientId, username, password } = login;
  const url = `mqtt://127.0.0.1:${house.ports.mqtt}`;
  const client = await connectAsync(url, {
    ...{ clientId, username, password: password.toString() },
    protocolVersion: 4,
  });
  const told: Told[] = [];
  const bad = new Set(BAD);
  client.on("message", (topic, payload) => {
    const node = topic.split("/")[4] ?? "";
    const cov: number = JSON.parse(payload.toString()).payload.co2.cov;
    told.push({ node, at: performance.now(), cov });
    const state = bad.has(node) ? "fail" : "ack";
    client.publish(`${ROOT}/${node}/result`, JSON.stringify({ state }), { qos: 1 });
  });
  await client.subscribeAsync(`${ROOT}/+/configure`, { qos: 1 });
  const said = Array.from({ length: NODES }, (_, index) => {
    const co2 = { type: "co2", payload: { co2: 600 } };
    return client.publishAsync(`${ROOT}/${index + 1}`, JSON.stringify(co2), { qos: 1 });
  });
  await Promise.all(said);
  return { told, mend: () => bad.clear(), close: () => client.endAsync(true) };
}

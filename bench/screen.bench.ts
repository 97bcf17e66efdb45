import type { Browser, Page } from "playwright-core";
import { openBrowser, Visitor } from "../test/browser.ts";
import { enrol } from "../test/enrol.ts";
import { House } from "../test/house.ts";
import { RawClient } from "../test/mqtt-peer.ts";
import { median, optionsOf, printTable, quantile, rounded } from "./measure.ts";
import { Mosquitto } from "./mosquitto.ts";
import { NodeRed } from "./node-red.ts";

/**
 * From a device to a screen: from the moment before a QoS 1 publish is written to the moment at
 * which the text on the page has changed, by the machine's one clock. A number that was overtaken
 * before it was drawn has no such moment; how many were drawn is a column.
 */
const options = optionsOf({ rounds: 3, seconds: 15, slow: 20, fast: 200 });
const RATES = [options.slow, options.fast];
const START = Date.parse("2026-01-01T00:00:00Z");

type Stage = {
  readonly client: RawClient;
  readonly topic: string;
  readonly payloadOf: (number: number) => string;
  readonly page: Page;
  /** Where the number stands, and nothing but it. */
  readonly selector: string;
};
type Measured = { readonly p50: number; readonly p99: number; readonly drawn: number };

/** Runs in the page: notes when the text changes, and to what. */
const WATCH = `(selector) => {
  const place = document.querySelector(selector);
  globalThis.seen = [];
  globalThis.watching?.disconnect();
  globalThis.watching = new MutationObserver(() => {
    const now = performance.timeOrigin + performance.now();
    globalThis.seen.push([now, place.textContent]);
  });
  globalThis.watching.observe(place, { childList: true, characterData: true, subtree: true });
}`;

const measured = new Map<string, Measured[]>();
const browser = await openBrowser();
for (let round = 0; round < options.rounds; round += 1) {
  await onFieldline(browser);
  await onNodeRed(browser);
}
await browser.close();
printTable(
  [...measured].map(([name, rounds]) => ({
    "device to screen": name,
    "p50 ms": rounded(median(rounds.map(({ p50 }) => p50))),
    "p99 ms": rounded(median(rounds.map(({ p99 }) => p99))),
    drawn: `${rounded(median(rounds.map(({ drawn }) => drawn)) * 100)} %`,
  })),
);

/** Through the broker, the history on disk and the live feed, onto the asset's own page. */
async function onFieldline(onto: Browser): Promise<void> {
  const house = await (await House.open()).signIn();
  const wish = { kind: "mindsphere", tenant: "acme", name: "meter" } as const;
  const agent = await enrol(house, wish);
  const client = await RawClient.enter(house.ports.mqtt, agent.login);
  const topic = `tc/acme/${agent.clientId}/o/mc_v3/ts`;
  const payloadOf = (number: number) => {
    const values = [{ dataPointId: "level", value: number, qualityCode: "0" }];
    const timestamp = new Date(START + number).toISOString();
    return JSON.stringify({ timeseries: [{ timestamp, values }] });
  };
  client.publish(topic, payloadOf(0), { qos: 1, messageId: 1 });
  await client.expect("puback");
  const [device] = (await house.call("GET", "/inbox")).items;
  const lasting = { decimals: 0, freshnessMs: 1e15 };
  const { assetId } = await house.call("POST", `/inbox/${device.id}/adopt`, {
    variables: [{ channel: "level", name: "level", dataType: "number", ...lasting }],
  });
  const visitor = await Visitor.open(onto, house);
  await visitor.visit(`/plant/${assetId}`);
  const { page } = visitor;
  await measureAll("Fieldline", { client, topic, payloadOf, page, selector: ".tile .figure-text" });
  await visitor.close();
  await client.leave();
  await house.close();
}

/** Through mosquitto and a flow of two nodes onto a dashboard's text; nothing is stored. */
async function onNodeRed(onto: Browser): Promise<void> {
  const broker = await Mosquitto.open();
  const nodeRed = await NodeRed.open(broker.port, "bench/level");
  if (nodeRed) {
    const client = await RawClient.enter(broker.port, { clientId: "device" });
    const page = await onto.newPage();
    const selector = ".nrdb-ui-text-value";
    // It listens before its flows run; what is loaded by then stays empty.
    do {
      await page.goto(nodeRed.page);
      await page.waitForTimeout(1_000);
    } while ((await page.locator(selector).count()) === 0);
    const stage = { client, topic: "bench/level", payloadOf: String, page, selector };
    await measureAll("mosquitto + Node-RED dashboard", stage);
    await page.close();
    await client.leave();
    await nodeRed.close();
  } else {
    console.log("Node-RED could not be installed here");
  }
  await broker.close();
}

async function measureAll(name: string, stage: Stage): Promise<void> {
  // The first messages warm up what is compiled on the way.
  await measure(stage, { rate: options.slow, seconds: 2, first: 1_000_000 });
  for (const [at, rate] of RATES.entries()) {
    const first = (at + 2) * 1_000_000;
    const result = await measure(stage, { rate, seconds: options.seconds, first });
    const key = `${name}, ${rate} messages/s`;
    measured.set(key, [...(measured.get(key) ?? []), result]);
  }
}

type Run = { readonly rate: number; readonly seconds: number; readonly first: number };

async function measure(stage: Stage, { rate, seconds, first }: Run): Promise<Measured> {
  const { page, selector } = stage;
  await page.evaluate(`(${WATCH})(${JSON.stringify(selector)})`);
  const sentAt = await publishPaced(stage, { rate, seconds, first });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const seen = (await page.evaluate("globalThis.seen")) as readonly [number, string][];
  const delays = seen.flatMap(([at, text]) => {
    const sent = sentAt.get(Number(text.replace(/\D/g, "")));
    return sent === undefined ? [] : [at - sent];
  });
  const drawn = delays.length / sentAt.size;
  return { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99), drawn };
}

/** Publishes one number after the other, evenly; gives when each of them was written. */
async function publishPaced(stage: Stage, { rate, seconds, first }: Run) {
  const sentAt = new Map<number, number>();
  const begin = performance.now();
  for (let count = 0; count < rate * seconds; count += 1) {
    const waitMs = begin + (count * 1000) / rate - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const number = first + count;
    sentAt.set(number, performance.timeOrigin + performance.now());
    const messageId = (count % 60_000) + 2;
    stage.client.publish(stage.topic, stage.payloadOf(number), { qos: 1, messageId });
  }
  return sentAt;
}

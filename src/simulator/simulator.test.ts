import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { after, before, test } from "node:test";
import { connectAsync, type MqttClient } from "mqtt";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import { Findings } from "../domain/findings.ts";
import { NOTHING_KNOWN } from "../driver/driver.ts";
import { drivers } from "../driver/registry.ts";
import { systemClock, TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { freePort, isOpen } from "../lib/port.ts";
import { demoPlant, energyMeters, type Fleet, sensorNetworks, simulate } from "./simulator.ts";

/** A broker that is not ours: what both agree on is MQTT. */
const MOSQUITTO = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"].find(runs);
const skip = MOSQUITTO ? false : "mosquitto is not installed";
const SITE = { utcOffsetMs: 0, seed: 3 };

let folder = "";
let port = 0;
let broker: ChildProcess | undefined;

before(async () => {
  if (!MOSQUITTO) return;
  folder = mkdtempSync(join(tmpdir(), "simulator-"));
  port = await freePort();
  const file = join(folder, "mosquitto.conf");
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  broker = spawn(MOSQUITTO, ["-c", file], { stdio: "ignore" });
  while (!(await isOpen(port))) await new Promise((resolve) => setTimeout(resolve, 20));
});

after(() => {
  broker?.kill();
  if (folder) rmSync(folder, { recursive: true });
});

test("a network boots, obeys a retained configuration, and leaves its will", { skip }, async () => {
  const watcher = await watch("#");
  const configure = "/sauter/viasens/network-1/2/configure";
  const settings = { temperature: { cov: 0, "report-time": 60, "dead-time": 60 } };
  const order = JSON.stringify({ type: "sensors-config", payload: settings });
  await watcher.client.publishAsync(configure, order, { qos: 1, retain: true });

  const simulation = live(sensorNetworks(SITE, { networks: 1, nodes: 2 }), throughStream, 600);
  await watcher.until(
    (seen) =>
      seen.filter(({ topic, text }) => topic.endsWith("/2") && /"temp/.test(text)).length > 6,
  );
  assert.ok(watcher.seen.some(({ topic, text }) => topic.endsWith("presence") && text === "1"));
  assert.deepEqual(misunderstood(watcher.seen, "viasens", "/sauter/"), []);
  const { sent, lost } = simulation.counts();
  assert.ok(sent > 20 && lost === 0);

  await simulation.close();
  await watcher.until((seen) =>
    seen.some(({ topic, text }) => topic.endsWith("presence") && text === "0"),
  );
  await watcher.client.endAsync();
});

test("a MindSphere meter says model, instantiation and time series in order", {
  skip,
}, async () => {
  const watcher = await watch("tc/#");
  const options = { dialect: "mindsphere", tenant: "acme", meters: 1, everyMs: 500 } as const;
  const simulation = live(energyMeters(SITE, options), `mqtt://127.0.0.1:${port}`, 1);
  await watcher.until((seen) => seen.length >= 4);
  await simulation.close();
  const topics = watcher.seen.map(({ topic }) =>
    topic.replace("tc/acme/acme_dash7_gateway_1/", ""),
  );
  assert.deepEqual(topics.slice(0, 3), ["o/amo_v3/m", "o/amo_v3/i", "o/mc_v3/ts"]);
  assert.deepEqual(misunderstood(watcher.seen, "mindsphere", "tc/"), []);
  await watcher.client.endAsync();
});

test("the demo plant speaks three protocols that the drivers understand", { skip }, async () => {
  const watcher = await watch("#");
  const simulation = live(demoPlant(SITE).installations, `mqtt://127.0.0.1:${port}`, 50);
  await watcher.until((seen) => seen.filter(({ topic }) => topic.includes("DDATA")).length > 8);
  await simulation.close();
  const births = watcher.seen.filter(({ topic }) => topic.includes("/DBIRTH/"));
  assert.ok(births.length >= 2);
  for (const driver of ["viasens", "mindsphere", "scorp-io"]) {
    assert.deepEqual(misunderstood(watcher.seen, driver, ""), []);
  }
  const counts = simulation.counts();
  assert.equal(counts.acknowledged, counts.sent);
  await watcher.client.endAsync();
});

test("a gateway goes away again and again: its will speaks, its nodes are lost meanwhile", {
  skip,
}, async () => {
  const watcher = await watch("/sauter/viasens/network-1/#");
  const clock = new TestClock();
  const outage = { everyMs: 60 * 60_000 - 1, lastsMs: 20 * 60_000 };
  const fleet = sensorNetworks(SITE, { networks: 1, nodes: 3 });
  const connect = ({ clientId }: { clientId: string }) => ({ broker: throughStream, clientId });
  const options = { fleet, connect, speed: 1, outage };
  const simulation = simulate(options, { clock, drivers, log: silentLog });
  const said = (text: string) =>
    watcher.seen.filter((one) => one.topic.endsWith("presence") && one.text === text).length;
  // What the tests before have left is kept by the broker.
  await watcher.until(() => said("1") === 1);
  const wills = said("0");
  const values = () => watcher.seen.filter(({ text }) => text.startsWith("{")).length;
  for (const round of [1, 2]) {
    const { lost } = simulation.counts();
    clock.advance(round === 1 ? outage.everyMs : outage.everyMs - 16 * 60_000);
    await watcher.until(() => said("0") === wills + round);
    assert.equal(simulation.counts().lost, lost, "not before it went away");
    clock.advance(outage.lastsMs - 1);
    assert.ok(simulation.counts().lost > lost);
    assert.equal(said("1"), round, "not before its time");
    clock.advance(1);
    await watcher.until(() => said("1") === round + 1);
    const before = values();
    clock.advance(16 * 60_000);
    await watcher.until(() => values() > before);
  }
  const closed = simulation.close();
  clock.advance(60_000);
  await closed;
  await watcher.client.endAsync();
});

test("on demand a gateway goes away, a node dies and lives again", { skip }, async () => {
  const watcher = await watch("/sauter/viasens/network-1/#");
  const clock = new TestClock();
  const fleet = sensorNetworks(SITE, { networks: 1, nodes: 2, firmware: "2.1" });
  const connect = ({ clientId }: { clientId: string }) => ({ broker: throughStream, clientId });
  const parts = { clock, drivers, log: silentLog };
  const simulation = simulate({ fleet, connect, speed: 1 }, parts);
  const said = (leaf: string, text: string) =>
    watcher.seen.filter((one) => one.topic.endsWith(leaf) && one.text === text).length;
  await watcher.until(() => said("presence", "1") > 0);
  const [wills, presences] = [said("presence", "0"), said("presence", "1")];
  assert.equal(simulation.trouble("outage network-9 60"), false);
  assert.equal(simulation.trouble("outage network-1 60"), true);
  await watcher.until(() => said("presence", "0") === wills + 1);
  clock.advance(60_000);
  await watcher.until(() => said("presence", "1") === presences + 1);

  const order = '{"type":"led-ring","payload":{"mode":-1}}';
  const tell = () => watcher.client.publishAsync("/sauter/viasens/network-1/2/control", order);
  assert.equal(simulation.trouble("dead network-1/2"), true);
  await tell();
  await watcher.until(() => said("2/ack", '{"state":"fail"}') === 1);
  assert.equal(simulation.trouble("alive network-1/2"), true);
  await tell();
  await watcher.until(() => said("2/ack", '{"state":"ack"}') === 1);
  const closed = simulation.close();
  clock.advance(60_000);
  await closed;
  await watcher.client.endAsync();
});

test("without a broker nothing is sent, and closing does not wait", async () => {
  const nowhere = `mqtt://127.0.0.1:${await freePort()}`;
  const simulation = live(sensorNetworks(SITE, { networks: 2, nodes: 1 }), nowhere, 1);
  await simulation.close();
  assert.deepEqual(simulation.counts(), { sent: 0, acknowledged: 0, lost: 0 });
});

/** As a broker in this process would take it, with a way to the one that is not. */
function throughStream(stream: Duplex): void {
  const socket = dial(port, "127.0.0.1");
  stream.pipe(socket).pipe(stream);
  stream.once("close", () => socket.destroy());
}

type Seen = { readonly topic: string; readonly text: string; readonly payload: Uint8Array };

function live(fleet: Fleet, to: string | ((stream: Duplex) => void), speed: number) {
  const connect = ({ clientId }: { clientId: string }) => ({ broker: to, clientId });
  return simulate({ fleet, connect, speed }, { clock: systemClock, drivers, log: silentLog });
}

async function watch(filter: string) {
  const seen: Seen[] = [];
  const client: MqttClient = await connectAsync(`mqtt://127.0.0.1:${port}`);
  let check = () => {};
  client.on("message", (topic, payload) => {
    seen.push({ topic, payload, text: payload.toString() });
    check();
  });
  await client.subscribeAsync(filter, { qos: 1 });
  const until = (isEnough: (seen: readonly Seen[]) => boolean) =>
    new Promise<void>((resolve) => {
      check = () => isEnough(seen) && resolve();
      check();
    });
  return { client, seen, until };
}

/** What the house's driver would not take of the messages that are for it. */
function misunderstood(seen: readonly Seen[], id: string, prefix: string): string[] {
  const driver = drivers.find((one) => one.id === id);
  assert.ok(driver);
  const isMine = { viasens: "/sauter/", mindsphere: "tc/", "scorp-io": "mqtts/" }[id] ?? prefix;
  return seen
    .filter(({ topic, text }) => topic.startsWith(isMine) && text !== "")
    .flatMap(({ topic, payload }) => {
      const findings = new Findings();
      const agent = "agent" as AgentId;
      const receivedAt = Date.now() as Timestamp;
      const message = { topic, payload, agent, receivedAt, retain: false };
      const read = driver.decode(message, findings, NOTHING_KNOWN);
      const odd = findings.warnings.filter(() => !topic.endsWith("presence"));
      return read.ok && odd.length === 0 ? [] : [`${topic}: ${JSON.stringify({ read, odd })}`];
    });
}

function runs(program: string): boolean {
  try {
    execFileSync(program, ["-h"], { stdio: "ignore" });
    return true;
  } catch (reason) {
    // It is there and gives its help with a code of its own.
    return (
      typeof reason === "object" && reason !== null && "status" in reason && reason.status === 3
    );
  }
}

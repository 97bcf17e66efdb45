import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId, DeviceAddress, DeviceId } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Device } from "../domain/model.ts";
import { drivers } from "../driver/registry.ts";
import { TestClock } from "../lib/clock.ts";
import type { JsonObject } from "../lib/json.ts";
import { silentLog } from "../lib/log.ts";
import { device } from "../store/example.ts";
import { openLiveness } from "./liveness.ts";

const S = 1_000;
/** One sensor that reports every 900 s. */
const SETTINGS = { co2: { cov: 50, "report-time": 900, "dead-time": 300 } };
const NETWORK = { driver: "viasens", id: "12" };

function node(id: number): Device {
  const address = `12/${id}` as DeviceAddress;
  return device(`d${id}`, { address, assetId: "room" as Device["assetId"] });
}

class Scene {
  readonly clock = new TestClock();
  readonly events: string[] = [];
  readonly heard = new Map<string, number>();
  readonly expected = new Set<string>();
  isConnected: boolean | undefined = true;
  looks = 0;
  settings: JsonObject = SETTINGS;
  readonly nodes: readonly Device[];
  readonly liveness: ReturnType<typeof openLiveness>;

  constructor(nodes: number) {
    this.nodes = Array.from({ length: nodes }, (_, index) => node(index + 1));
    this.hear();
    this.liveness = openLiveness({
      drivers,
      devices: () => this.nodes,
      lastSeenAt: (id) => this.heard.get(id) ?? null,
      isExpected: (id) => this.expected.has(id),
      settingsOf: async (devices) =>
        new Map(devices.map(({ id }) => [id, { parameters: this.settings }])),
      connected: () => {
        this.looks += 1;
        if (this.isConnected === undefined) return undefined;
        const agents = this.nodes.map(({ agentId }): AgentId => agentId);
        return new Set(this.isConnected ? agents : []);
      },
      record: async ({ kind, subject, detail }) => {
        this.events.push([kind, subject, detail["why"]].filter(Boolean).join(" "));
      },
      onChanged: () => undefined,
      clock: this.clock,
      log: silentLog,
    });
  }

  /** All nodes speak, or only these. */
  hear(...ids: readonly number[]): void {
    for (const { id } of this.nodes) {
      if (ids.length === 0 || ids.includes(Number(id.slice(1)))) {
        this.heard.set(id, this.clock.now());
      }
    }
  }

  /** Time passes, and those who look have seen what it brought. */
  async pass(seconds: number): Promise<void> {
    this.clock.advance(seconds * S);
    await this.look();
  }

  async look(): Promise<void> {
    this.liveness.look();
    await this.turns();
  }

  async turns(): Promise<void> {
    for (let turn = 0; turn < 200; turn += 1) await new Promise((next) => setImmediate(next));
  }

  get states(): string {
    return this.nodes.map(({ id }) => this.liveness.of(id as DeviceId)?.state).join(" ");
  }
}

test("a node is late after one report and a fifth of it, offline after two and a minute", async () => {
  const scene = new Scene(4);
  await scene.pass(0);
  await scene.pass(1_100);
  scene.hear(1, 2, 3);
  await scene.pass(11);
  assert.equal(scene.states, "reporting reporting reporting late");
  await scene.pass(750);
  assert.equal(scene.states, "reporting reporting reporting offline");
  assert.deepEqual(scene.events, ["device.offline device:d4"]);
  scene.hear(4);
  await scene.pass(0);
  assert.deepEqual(scene.events.slice(1), ["device.back device:d4"]);
});

test("a network that falls silent as a whole is one loss, not many", async () => {
  const scene = new Scene(10);
  await scene.pass(0);
  await scene.pass(1_120);
  assert.deepEqual(scene.events, ["network.lost network:viasens/12 silent"]);
  await scene.pass(5_000);
  assert.equal(new Set(scene.states.split(" ")).size, 1);
  assert.match(scene.states, /^unknown/);
  scene.hear();
  await scene.pass(0);
  assert.deepEqual(scene.events.slice(1), ["network.back network:viasens/12"]);
  assert.match(scene.states, /^reporting/);
});

test("a thousand agents that come at once are looked at together", async () => {
  const scene = new Scene(3);
  await scene.pass(0);
  const before = scene.looks;
  for (let agent = 0; agent < 1_000; agent += 1) scene.liveness.lookSoon();
  scene.clock.advance(LIMIT.livenessSoonMs);
  await scene.turns();
  assert.equal(scene.looks - before, 1);
});

test("a gateway that went away takes its nodes along, and brings them back without a word", async () => {
  const scene = new Scene(3);
  await scene.pass(0);
  scene.isConnected = false;
  await scene.pass(0);
  assert.deepEqual(scene.events, [], "it may come back at once");
  await scene.pass(LIMIT.livenessAwayMs / S);
  assert.deepEqual(scene.events, ["network.lost network:viasens/12 disconnected"]);
  await scene.pass(10_000);
  scene.isConnected = true;
  await scene.pass(0);
  assert.match(scene.states, /^reporting/, "their clocks begin anew");
  await scene.pass(1_000);
  assert.match(scene.states, /^reporting/);
  assert.deepEqual(scene.events.slice(1), ["network.back network:viasens/12"]);
});

test("a will that says the network is gone is believed, until it says that it is there", async () => {
  const scene = new Scene(1);
  await scene.pass(0);
  scene.isConnected = undefined;
  scene.liveness.told(NETWORK, false);
  await scene.look();
  assert.equal(scene.liveness.networks()[0]?.lost?.why, "said so");
  scene.liveness.told(NETWORK, true);
  await scene.look();
  assert.equal(scene.liveness.networks()[0]?.lost, null);
  assert.deepEqual(
    scene.events.map((event) => event.split(" ")[0]),
    ["network.lost", "network.back"],
  );
});

test("after a restart clocks begin anew: the server's own silence is nobody's fault", async () => {
  const scene = new Scene(2);
  scene.heard.clear();
  await scene.pass(0);
  await scene.pass(1_000);
  assert.equal(scene.states, "reporting reporting");
  await scene.pass(900);
  assert.equal(scene.states, "offline offline");
});

test("a node that promises nothing is believed for a day", async () => {
  const scene = new Scene(1);
  scene.settings = { co2: { cov: 50, "report-time": 0, "dead-time": 300 } };
  await scene.pass(0);
  await scene.pass(23 * 3_600);
  assert.equal(scene.states, "reporting");
  assert.equal(scene.liveness.of("d1" as DeviceId)?.promiseMs, Number.POSITIVE_INFINITY);
  await scene.pass(2 * 3_600);
  assert.equal(scene.states, "late");
});

test("a network counts its nodes by state", async () => {
  const scene = new Scene(4);
  await scene.pass(0);
  await scene.pass(1_100);
  scene.hear(1, 2, 3);
  await scene.pass(11);
  const [network] = scene.liveness.networks();
  assert.deepEqual(network?.counts, { reporting: 3, late: 1, offline: 0, unknown: 0, expected: 0 });
  await scene.liveness.close();
});

test("a node that is only expected is never late, and its network is not judged by it", async () => {
  const scene = new Scene(5);
  for (const id of ["d1", "d2", "d3", "d4"]) scene.expected.add(id);
  await scene.pass(0);
  await scene.pass(3_600);
  assert.equal(scene.states, "expected expected expected expected offline");
  assert.deepEqual(scene.events, ["device.offline device:d5"]);
  scene.expected.delete("d1");
  scene.hear(1);
  await scene.pass(11);
  assert.equal(scene.liveness.of("d1" as DeviceId)?.state, "reporting");
  assert.deepEqual(scene.events, ["device.offline device:d5"]);
  await scene.liveness.close();
});

test("a network of which nobody has spoken is not lost, although its gateway is away", async () => {
  const scene = new Scene(3);
  for (const { id } of scene.nodes) scene.expected.add(id);
  scene.isConnected = false;
  await scene.pass(0);
  await scene.pass(3_600);
  assert.equal(scene.liveness.networks()[0]?.lost, null);
  assert.deepEqual(scene.events, []);
  scene.expected.clear();
  scene.hear();
  await scene.pass(60);
  assert.deepEqual(scene.events, ["network.lost network:viasens/12 disconnected"]);
  await scene.liveness.close();
});

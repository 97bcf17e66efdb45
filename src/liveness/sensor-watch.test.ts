import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChannelName, DeviceAddress, DeviceId } from "../domain/brand.ts";
import type { Device } from "../domain/model.ts";
import { drivers } from "../driver/registry.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { device } from "../store/example.ts";
import { openLiveness } from "./liveness.ts";

const S = 1_000;
const CO2 = "co2.co2";
const VOC = "voc.voc";
const OFTEN = { cov: 50, "report-time": 900, "dead-time": 300 };

/** Nodes with two sensors that report every 900 s, and occupancy, which promises nothing. */
class Scene {
  readonly clock = new TestClock();
  readonly events: string[] = [];
  readonly said = new Map<string, number>();
  readonly broken = new Set<string>();
  settings = { co2: OFTEN, voc: OFTEN };
  readonly nodes: readonly Device[];
  readonly liveness: ReturnType<typeof openLiveness>;

  constructor(nodes = 1) {
    this.nodes = Array.from({ length: nodes }, (_, index) => {
      const address = `12/${index + 1}` as DeviceAddress;
      return device(`d${index + 1}`, { address, assetId: "room" as Device["assetId"] });
    });
    this.say(CO2, VOC);
    this.liveness = openLiveness({
      drivers,
      devices: () => this.nodes,
      lastSeenAt: (id) => this.#lastOf(id),
      settingsOf: async (devices) =>
        new Map(devices.map(({ id }) => [id, { parameters: this.settings }])),
      channels: {
        saidAt: (id, channel) => this.said.get(`${id} ${channel}`) ?? null,
        isUnsound: (_, channel) => this.broken.has(channel),
        nameOf: (_, channel) => channel,
      },
      connected: () => undefined,
      record: async ({ kind, subject, detail }) => {
        const sensors = (detail["sensors"] as string[] | undefined) ?? [];
        this.events.push([kind, subject, ...sensors].join(" "));
      },
      onChanged: () => undefined,
      clock: this.clock,
      log: silentLog,
    });
  }

  /** All nodes tell values of these. */
  say(...channels: readonly string[]): void {
    for (const { id } of this.nodes) {
      for (const channel of channels) this.said.set(`${id} ${channel}`, this.clock.now());
    }
  }

  async pass(seconds: number): Promise<void> {
    this.clock.advance(seconds * S);
    this.liveness.look();
    for (let turn = 0; turn < 100; turn += 1) await new Promise((next) => setImmediate(next));
  }

  /** The same, and this channel speaks at the end. */
  async passWith(channel: string, seconds: number): Promise<void> {
    await this.pass(seconds);
    this.say(channel);
    await this.pass(0);
  }

  get silent(): string[] {
    const silent = this.liveness.silent("d1" as DeviceId);
    return silent.map(({ channel, state }) => `${channel} ${state}`);
  }

  #lastOf(id: string): number {
    const own = [...this.said].filter(([key]) => key.startsWith(`${id} `));
    return Math.max(...own.map(([, at]) => at));
  }
}

test("a sensor is late after one report and a fifth, silent after two and a minute", async (t) => {
  const scene = new Scene();
  t.after(() => scene.liveness.close());
  const begin = scene.clock.now();
  await scene.pass(0);
  await scene.passWith(VOC, 1_000);
  assert.deepEqual(scene.silent, []);
  await scene.passWith(VOC, 200);
  assert.deepEqual(scene.silent, [`${CO2} late`]);
  assert.deepEqual(scene.events, [], "one report may be lost");
  await scene.passWith(VOC, 700);
  assert.deepEqual(scene.events, [`device.sensors-silent device:d1 ${CO2}`]);
  const [silent] = scene.liveness.silent("d1" as DeviceId);
  assert.deepEqual(silent, {
    channel: CO2 as ChannelName,
    state: "offline",
    since: begin,
    promiseMs: 900 * S,
  });
});

test("it is heard again when it speaks, and only then", async (t) => {
  const scene = await withSilentSensor();
  t.after(() => scene.liveness.close());
  await scene.pass(10);
  assert.deepEqual(scene.silent, [`${CO2} offline`]);
  scene.settings = { ...scene.settings, co2: { ...OFTEN, "report-time": 100_000 } };
  await scene.passWith(VOC, 70);
  assert.deepEqual(scene.silent, [], "it was told to speak seldom");
  assert.equal(scene.events.length, 1, "which is no word from it");
  scene.settings = { co2: OFTEN, voc: OFTEN };
  await scene.pass(70);
  scene.say(CO2, VOC);
  await scene.pass(0);
  assert.deepEqual(scene.silent, []);
});

test("a sensor that speaks again after its silence was told is an event", async (t) => {
  const scene = await withSilentSensor();
  t.after(() => scene.liveness.close());
  scene.say(CO2);
  await scene.pass(0);
  assert.deepEqual(scene.events.slice(1), [`device.sensors-heard device:d1 ${CO2}`]);
});

test("a gateway that dies is one loss: no sensor is told silent while nothing comes", async (t) => {
  const scene = new Scene(10);
  t.after(() => scene.liveness.close());
  await scene.pass(0);
  await scene.pass(800);
  scene.say(VOC);
  await scene.pass(1_000);
  assert.deepEqual(scene.silent, [], "its last word was in time for its other sensor");
  await scene.pass(5_000);
  assert.deepEqual(scene.events, ["network.lost network:viasens/12"]);
  await scene.passWith(VOC, 0);
  await scene.passWith(VOC, 10);
  assert.deepEqual(scene.events.slice(1), ["network.back network:viasens/12"]);
  assert.deepEqual(scene.silent, [], "its clock begins anew with the network");
});

test("a sensor that its node calls broken is not silent: that is told already", async (t) => {
  const scene = new Scene();
  t.after(() => scene.liveness.close());
  scene.broken.add(CO2);
  await scene.pass(0);
  await scene.passWith(VOC, 3_000);
  assert.deepEqual(scene.silent, []);
});

test("who is told to report more often is given the time to do so", async (t) => {
  const scene = new Scene();
  t.after(() => scene.liveness.close());
  await scene.pass(0);
  await scene.pass(500);
  const oftener = { cov: 50, "report-time": 60, "dead-time": 0 };
  scene.settings = { co2: oftener, voc: oftener };
  scene.say(VOC);
  await scene.passWith(VOC, 70);
  assert.deepEqual(scene.silent, []);
  for (let minute = 0; minute < 4; minute += 1) await scene.passWith(VOC, 60);
  assert.deepEqual(scene.silent, [`${CO2} offline`]);
});

async function withSilentSensor(): Promise<Scene> {
  const scene = new Scene();
  await scene.pass(0);
  await scene.passWith(VOC, 1_000);
  await scene.passWith(VOC, 900);
  assert.deepEqual(scene.silent, [`${CO2} offline`]);
  return scene;
}

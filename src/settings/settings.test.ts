import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { AssetId, DeviceAddress, DeviceId } from "../domain/brand.ts";
import { THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Device } from "../domain/model.ts";
import { problem } from "../domain/problem.ts";
import type { Scope, Template } from "../domain/settings.ts";
import { drivers } from "../driver/registry.ts";
import { TestClock } from "../lib/clock.ts";
import type { JsonObject } from "../lib/json.ts";
import { silentLog } from "../lib/log.ts";
import { failure, success } from "../lib/outcome.ts";
import { asset, device } from "../store/example.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { openSettings, type Settings } from "./settings.ts";

const NODES = { driver: "viasens", command: "sensors-config" } as const;
/** Nodes stand in them by turns. */
const NETWORKS = ["network", "annexe"];
const BY = { actor: THE_HOUSE, role: "engineer" } as const;

/** The room over a real store; devices answer as `isReached` says. */
class Scene {
  readonly told: string[] = [];
  readonly events: string[] = [];
  readonly clock = new TestClock();
  readonly store: Store;
  settings: Settings;
  isReached: (id: string) => boolean = () => true;

  static async open(context: TestContext, nodes = 3, networks = 1): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), "fieldline-settings-"));
    const opened = await openSqliteStore({ file: join(folder, "s.db") }, { log: silentLog });
    assert.ok(opened.ok);
    const store = opened.value;
    await store.assets.put(
      asset("site"),
      asset("floor", { parentId: "site" as AssetId }),
      asset("room", { parentId: "floor" as AssetId }),
    );
    const assetId = "room" as AssetId;
    const rows = Array.from({ length: nodes }, (_, index) => {
      const address = `${NETWORKS[index % networks]}/${index + 1}` as DeviceAddress;
      return device(`${index + 1}`, { assetId, address });
    });
    await store.devices.put(...rows);
    const scene = new Scene(store);
    scene.settings = await scene.start();
    context.after(async () => {
      await scene.settings.close();
      await store.close();
      rmSync(folder, { recursive: true });
    });
    return scene;
  }

  private constructor(store: Store) {
    this.store = store;
    this.settings = undefined as unknown as Settings;
  }

  async start(): Promise<Settings> {
    const devices = await this.store.devices.find();
    return openSettings({
      store: this.store,
      drivers,
      devices: () => devices,
      ask: async (by, { deviceId, name, parameters }) => {
        const cov = (parameters["co2"] as JsonObject)["cov"];
        if (!this.isReached(deviceId)) return failure(problem("link_down", "no gateway"));
        this.told.push(`${deviceId} ${cov}`);
        const now = this.clock.now() as never;
        const row = { deviceId, name, parameters, actor: by.actor, state: "sent" } as const;
        const own = { id: `c${this.told.length}` as never, detail: "", topic: null, payload: null };
        const times = { requestedAt: now, expiresAt: now, settledAt: now, answer: null };
        await this.store.commands.put({ ...row, ...own, ...times });
        return success({ ...row, ...own, ...times });
      },
      record: async ({ kind }) => void this.events.push(kind),
      onChanged: () => undefined,
      clock: this.clock,
      log: silentLog,
    });
  }

  async lay(scope: Scope, parameters: JsonObject, templateId: string | null = null) {
    const laid = await this.settings.putLayer(THE_HOUSE, {
      ...NODES,
      scope,
      templateId,
      parameters,
    });
    assert.ok(laid.ok, laid.ok ? "" : laid.problem.detail);
  }

  async template(id: string, parameters: JsonObject): Promise<void> {
    const template: Template = { id, name: `Template ${id}`, ...NODES, parameters };
    const put = await this.settings.putTemplate(THE_HOUSE, template);
    assert.ok(put.ok, put.ok ? "" : put.problem.detail);
  }

  async meant(id = "1") {
    const meant = await this.settings.meant(await this.device(id), NODES.command);
    assert.ok(meant);
    return meant;
  }

  async device(id: string): Promise<Device> {
    const found = await this.store.devices.get(id);
    assert.ok(found);
    return found;
  }

  async roll(ids: readonly string[], perSecond = 2) {
    const deviceIds = ids as readonly DeviceId[];
    const wish = { name: "North", command: NODES.command, deviceIds, perSecond };
    const rollout = await this.settings.roll(BY, wish);
    assert.ok(rollout.ok, rollout.ok ? "" : rollout.problem.detail);
    return rollout.value.id;
  }

  /** Turns the clock until so many devices were told, or the rollout has come to its end. */
  async until(isSo: () => boolean | Promise<boolean>, stepMs = 500): Promise<void> {
    for (let turn = 0; turn < 2_000; turn += 1) {
      if (await isSo()) return;
      await new Promise((resolve) => setImmediate(resolve));
      this.clock.advance(stepMs);
    }
    assert.fail(`not so: ${this.told} ${this.events}`);
  }

  isOver(): boolean {
    return this.events.includes("rollout.ended");
  }

  async states(id: string): Promise<string> {
    const steps = await this.settings.steps(id);
    return steps.map(({ deviceId, state }) => `${deviceId} ${state}`).join();
  }
}

test("settings of a network show through those of an asset, and these through a node's own", async (context) => {
  const scene = await Scene.open(context);
  await scene.template("quiet", { co2: { "report-time": 3600 }, humid: { cov: 9 } });
  await scene.lay({ kind: "network", id: "network" }, { co2: { cov: 10 } }, "quiet");
  await scene.lay({ kind: "asset", id: "floor" }, { co2: { cov: 20 } });
  await scene.lay({ kind: "device", id: "1" }, { humid: { cov: 2 } });
  const { parameters, origins, sources } = await scene.meant();
  const at = (path: string) => {
    const source = sources[origins[path] ?? -1];
    return source ? `${source.scope.kind} ${source.name} ${source.template?.name ?? "own"}` : "";
  };
  assert.deepEqual(parameters["co2"], { cov: 20, "report-time": 3600, "dead-time": 300 });
  assert.equal(at("co2.cov"), "asset name of floor own");
  assert.equal(at("co2.report-time"), "network network Template quiet");
  assert.equal(at("humid.cov"), "device 1 own");
  assert.equal(at("co2.dead-time"), "");
  assert.deepEqual(((await scene.meant("2")).parameters["humid"] as JsonObject)["cov"], 9);
});

test("a field that a node does not have, or a value that it cannot take, is refused", async (context) => {
  const scene = await Scene.open(context, 1);
  const wrongs: readonly [JsonObject, RegExp][] = [
    [{ radon: { cov: 1 } }, /no field 'radon.cov'/],
    [{ co2: { cov: -1 } }, /\/co2\/cov/],
  ];
  for (const [parameters, detail] of wrongs) {
    const template = { id: "t", name: "T", ...NODES, parameters };
    const put = await scene.settings.putTemplate(THE_HOUSE, template);
    assert.ok(!put.ok && put.problem.code === "settings_invalid");
    assert.match(put.problem.detail, detail);
  }
  const other = { id: "t", name: "T", driver: "viasens", command: "explode", parameters: {} };
  const put = await scene.settings.putTemplate(THE_HOUSE, other);
  assert.equal(put.ok ? "" : put.problem.code, "command_unknown");
});

test("an order may have a name too, and is laid down nowhere: it passes", async (context) => {
  const scene = await Scene.open(context, 1);
  const ring = { driver: "viasens", command: "led-ring", parameters: { mode: 2 } };
  const put = await scene.settings.putTemplate(THE_HOUSE, { id: "t", name: "Calm", ...ring });
  assert.ok(put.ok);
  const scope = { kind: "device", id: "1" } as const;
  const laid = await scene.settings.putLayer(THE_HOUSE, { ...ring, scope, templateId: "t" });
  assert.equal(laid.ok ? "" : laid.problem.code, "command_unknown");
});

test("a template that is laid down stays until it is taken up everywhere", async (context) => {
  const scene = await Scene.open(context, 1);
  await scene.template("quiet", { humid: { cov: 9 } });
  const twin = { id: "other", name: "TEMPLATE QUIET", ...NODES, parameters: {} };
  const again = await scene.settings.putTemplate(THE_HOUSE, twin);
  assert.equal(again.ok ? "" : again.problem.code, "settings_invalid");
  const scope = { kind: "device", id: "1" } as const;
  await scene.lay(scope, {}, "quiet");
  const early = await scene.settings.removeTemplate(THE_HOUSE, "quiet");
  assert.equal(early.ok ? "" : early.problem.code, "template_in_use");
  await scene.lay(scope, {});
  assert.deepEqual(await scene.settings.layers(), []);
  assert.ok((await scene.settings.removeTemplate(THE_HOUSE, "quiet")).ok);
  const gone = await scene.settings.removeTemplate(THE_HOUSE, "quiet");
  assert.equal(gone.ok ? "" : gone.problem.code, "template_unknown");
});

test("what is laid down for a device leaves with it", async (context) => {
  const scene = await Scene.open(context, 1);
  await scene.lay({ kind: "device", id: "1" }, { humid: { cov: 2 } });
  await scene.store.devices.remove({ id: "1" as DeviceId });
  assert.deepEqual(await scene.settings.layers(), []);
});

test("a rollout tells one device after the other, no faster than it may", async (context) => {
  const scene = await Scene.open(context);
  const start = scene.clock.now();
  const id = await scene.roll(["1", "2", "3"], 2);
  await scene.until(() => scene.isOver(), 50);
  assert.deepEqual(scene.told, ["1 50", "2 50", "3 50"]);
  assert.ok(scene.clock.now() - start >= 1_000, "three at two a second");
  assert.equal(await scene.states(id), "1 sent,2 sent,3 sent");
  assert.deepEqual(scene.events, ["rollout.started", "rollout.ended"]);
});

test("networks do not wait for each other; each keeps to the rate", async (context) => {
  const scene = await Scene.open(context, 4, 2);
  const start = scene.clock.now();
  await scene.roll(["1", "3"], 0.1);
  await scene.roll(["2", "4"], 2);
  await scene.until(() => scene.isOver(), 50);
  assert.deepEqual(scene.told.slice(0, 3).sort(), ["1 50", "2 50", "4 50"]);
  assert.ok(scene.clock.now() - start < 10_000, "the slow one is at its first");
  await scene.until(() => scene.told.length === 4, 500);
  assert.ok(scene.clock.now() - start >= 10_000, "one in ten seconds");
});

test("in one network the older rollout goes first, at one rate for both", async (context) => {
  const scene = await Scene.open(context, 3);
  const start = scene.clock.now();
  await scene.roll(["1", "2"], 2);
  await scene.roll(["3"], 2);
  await scene.until(() => scene.told.length === 3, 50);
  assert.deepEqual(scene.told, ["1 50", "2 50", "3 50"]);
  assert.ok(scene.clock.now() - start >= 1_000, "three at two a second");
});

test("one rollout through two networks ends once, when the last of both is told", async (context) => {
  const scene = await Scene.open(context, 4, 2);
  const id = await scene.roll(["1", "2", "3", "4"], 2);
  await scene.until(() => scene.isOver());
  assert.equal(await scene.states(id), "1 sent,2 sent,3 sent,4 sent");
  await scene.settings.close();
  assert.deepEqual(scene.events, ["rollout.started", "rollout.ended"]);
});

test("each device gets what it is meant to be told at its turn", async (context) => {
  const scene = await Scene.open(context, 2);
  await scene.lay({ kind: "device", id: "2" }, { co2: { cov: 7 } });
  await scene.roll(["1", "2"]);
  await scene.until(() => scene.told.length === 1, 0);
  await scene.lay({ kind: "device", id: "2" }, { co2: { cov: 8 } });
  await scene.until(() => scene.isOver());
  assert.deepEqual(scene.told, ["1 50", "2 8"]);
});

test("a paused rollout waits, and goes on where it was", async (context) => {
  const scene = await Scene.open(context);
  const id = await scene.roll(["1", "2", "3"]);
  await scene.until(() => scene.told.length === 1, 0);
  assert.ok((await scene.settings.steer(BY, id, "paused")).ok);
  const paused = scene.told.length;
  scene.clock.advance(60_000);
  for (let turn = 0; turn < 20; turn += 1) await new Promise((next) => setImmediate(next));
  assert.equal(scene.told.length, paused);
  assert.ok((await scene.settings.steer(BY, id, "running")).ok);
  await scene.until(() => scene.isOver());
  assert.deepEqual(scene.told, ["1 50", "2 50", "3 50"]);
  const late = await scene.settings.steer(BY, id, "paused");
  assert.equal(late.ok ? "" : late.problem.code, "rollout_over");
});

test("only those that failed are told again", async (context) => {
  const scene = await Scene.open(context);
  scene.isReached = (id) => id !== "2";
  const id = await scene.roll(["1", "2", "3"]);
  await scene.until(() => scene.isOver());
  assert.equal(await scene.states(id), "1 sent,2 failed,3 sent");
  assert.equal((await scene.settings.steps(id))[1]?.detail, "no gateway");
  scene.isReached = () => true;
  scene.events.length = 0;
  assert.ok((await scene.settings.retry(BY, id)).ok);
  await scene.until(() => scene.isOver());
  assert.deepEqual(scene.told, ["1 50", "3 50", "2 50"]);
});

test("a node whose gateway could not reach it afterwards has failed, and is told again", async (context) => {
  const scene = await Scene.open(context);
  const id = await scene.roll(["1", "2"]);
  await scene.until(() => scene.isOver());
  const [, row] = await scene.store.commands.find({});
  assert.ok(row);
  const detail = "communication error";
  await scene.settings.noteCommand({ ...row, state: "failed", detail });
  assert.equal(await scene.states(id), "1 sent,2 failed");
  assert.equal((await scene.settings.steps(id))[1]?.detail, detail);
  scene.events.length = 0;
  assert.ok((await scene.settings.retry(BY, id)).ok);
  await scene.until(() => scene.isOver());
  assert.deepEqual(scene.told, ["1 50", "2 50", "2 50"]);
});

test("a rollout survives the server: nobody is forgotten", async (context) => {
  const scene = await Scene.open(context);
  const id = await scene.roll(["1", "2", "3"]);
  await scene.until(() => scene.told.length === 1, 0);
  await scene.settings.close();
  const before = scene.told.length;
  assert.ok(before < 3);
  scene.settings = await scene.start();
  await scene.until(() => scene.isOver());
  assert.deepEqual([...new Set(scene.told)], ["1 50", "2 50", "3 50"]);
  assert.equal(await scene.states(id), "1 sent,2 sent,3 sent");
});

test("what was given up is not sent", async (context) => {
  const scene = await Scene.open(context);
  const id = await scene.roll(["1", "2", "3"]);
  await scene.until(() => scene.told.length === 1, 0);
  assert.ok((await scene.settings.steer(BY, id, "cancelled")).ok);
  scene.clock.advance(60_000);
  await scene.settings.close();
  assert.match(await scene.states(id), /3 waiting$/);
  assert.equal(scene.events.at(-1), "rollout.cancelled");
});

test("a rollout of strangers, of those without such settings, or of too many is refused", async (context) => {
  const scene = await Scene.open(context, 1);
  const codeOf = async (command: string, ids: readonly string[]) => {
    const deviceIds = ids as readonly DeviceId[];
    const begun = await scene.settings.roll(BY, { name: "x", command, deviceIds, perSecond: 1 });
    return begun.ok ? "" : begun.problem.code;
  };
  assert.equal(await codeOf("sensors-config", ["9"]), "device_unknown");
  assert.equal(await codeOf("led-ring", ["1"]), "command_unknown");
  const many = Array.from({ length: LIMIT.rolloutDevices + 1 }, () => "1");
  assert.equal(await codeOf("sensors-config", many), "settings_limit");
  assert.equal((await scene.settings.rollouts()).length, 0);
});

test("what others tell a device is remembered until the house speaks again", async (context) => {
  const scene = await Scene.open(context, 1);
  const node = await scene.device("1");
  const deviceId = node.id;
  const heard = { deviceId, command: NODES.command, agentId: "tool", at: 5 as never };
  await scene.settings.overhear({ ...heard, parameters: { co2: { cov: 1 } } });
  assert.equal((await scene.settings.overheard(node, NODES.command))?.agentId, "tool");
  await scene.roll(["1"]);
  await scene.until(() => scene.isOver());
  assert.equal(await scene.settings.overheard(node, NODES.command), undefined);
  const at = (scene.clock.now() + 1) as never;
  const { parameters } = await scene.meant();
  await scene.settings.overhear({ ...heard, at, parameters });
  assert.equal(await scene.settings.overheard(node, NODES.command), undefined, "its own echo");
  await scene.settings.overhear({ ...heard, at, parameters: null });
  assert.equal((await scene.settings.overheard(node, NODES.command))?.parameters, null);
});

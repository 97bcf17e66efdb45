import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import type {
  AgentId,
  AssetId,
  ChannelName,
  DeviceAddress,
  DeviceId,
  Series,
  Timestamp,
} from "../domain/brand.ts";
import {
  type AspectType,
  PLAIN_ASPECT_TYPE,
  PLAIN_ASSET_TYPE,
  type Variable,
} from "../domain/catalogue.ts";
import type { Declaration, DeclaredAsset, DeclaredBinding } from "../domain/findings.ts";
import { type Asset, type Channel, type Device, PLAIN_ASSET } from "../domain/model.ts";
import { silentLog } from "../lib/log.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { type Declared, declare } from "./declare.ts";

const NOW = 1_669_925_110_000;
const ENERGY: Variable = { name: "realEnergy", dataType: "integer", unit: "Wh" };
const VALID: Variable = { name: "validEnergy", dataType: "boolean" };

const folder = mkdtempSync(join(tmpdir(), "declare-"));
let files = 0;
let store: Store;
let device: Device;
let channels: Channel[];

beforeEach(async () => {
  files += 1;
  const opened = await openSqliteStore({ file: join(folder, `${files}.db`) }, { log: silentLog });
  assert.ok(opened.ok);
  store = opened.value;
  device = await meet("gateway_1");
  channels = await hear(device, "realEnergy", "validEnergy");
});
afterEach(() => store.close());
after(() => rmSync(folder, { recursive: true }));

test("types, assets, points and channels are made, and a history begins with the first message", async () => {
  const declared = await agreed(meter());
  const [asset] = await store.assets.find();
  assert.ok(asset);
  assert.deepEqual(declared.assets, [{ reference: "Energy_4/meter", assetId: asset.id }]);
  assert.equal(asset.name, "Meter");
  assert.equal(asset.parentId, null);
  assert.deepEqual(
    (await store.aspectTypes.find()).map(({ id }) => id),
    ["acme.Energy"],
  );
  const points = (await store.points.find()).toSorted((a, b) => a.series - b.series);
  assert.deepEqual(
    points.map(({ assetId, aspect, variable, series }) => [assetId, aspect, variable, series]),
    [
      [asset.id, "energy", ENERGY, channels[0]?.series],
      [asset.id, "energy", VALID, channels[1]?.series],
    ],
  );
  assert.deepEqual(
    declared.changedChannels.map(({ name, dataType, proposal }) => [name, dataType, proposal]),
    [
      ["realEnergy", "integer", ENERGY],
      ["validEnergy", "boolean", VALID],
    ],
  );
  assert.deepEqual(await store.channels.find(), declared.changedChannels);
});

test("the same model a second time changes nothing, even after people renamed and moved", async () => {
  const first = await agreed(meter());
  const [asset] = await store.assets.find();
  assert.ok(asset);
  const hall = await place("Hall 1", null);
  await store.assets.put({ ...asset, name: "Main meter", parentId: hall.id });
  const before = await everything();
  const second = await agreed(meter());
  assert.deepEqual(await everything(), before);
  assert.deepEqual(second, { assets: first.assets, changedChannels: [] });
});

test("the same model with another name makes another asset that feeds on the same channels", async () => {
  await agreed(meter());
  await agreed(meter({ asset: { name: "Meter B" } }));
  assert.equal(await store.assets.count(), 2);
  const series = (await store.points.find()).map((point) => point.series);
  assert.deepEqual(series.toSorted(), [1, 1, 2, 2]);
});

test("compatible additions extend the kept types", async () => {
  await agreed(meter());
  const power: Variable = { name: "power", dataType: "number", unit: "W" };
  const extended = meter();
  await agreed({
    ...extended,
    aspectTypes: [
      aspectType("Energy", [power]),
      aspectType("Radio", [{ name: "budget", dataType: "integer" }]),
    ],
    assetTypes: [
      {
        ...PLAIN_ASSET_TYPE,
        id: "acme.Meter",
        name: "Meter",
        parentId: "core.basicasset",
        aspects: { radio: "acme.Radio" },
      },
    ],
  });
  assert.deepEqual((await store.aspectTypes.get("acme.Energy"))?.variables, [ENERGY, VALID, power]);
  assert.deepEqual((await store.assetTypes.get("acme.Meter"))?.aspects, {
    energy: "acme.Energy",
    radio: "acme.Radio",
  });
});

test("an incompatible change is refused with every place, and nothing of it is applied", async () => {
  await agreed(meter());
  const before = await everything();
  const changed = meter({ asset: { name: "Meter B" } });
  const refused = await declare(parts(), device, channels, {
    ...changed,
    aspectTypes: [
      {
        ...PLAIN_ASPECT_TYPE,
        id: "acme.Energy",
        name: "Energy",
        variables: [
          { ...ENERGY, dataType: "string" },
          { name: "new", dataType: "number" },
          { ...VALID, unit: "W" },
        ],
      },
    ],
  });
  assert.ok(!refused.ok);
  assert.equal(refused.problem.code, "model_invalid");
  assert.deepEqual(
    refused.problem.places?.map(({ path }) => path),
    ["/aspectTypes/0/variables/0/dataType", "/aspectTypes/0/variables/2/unit"],
  );
  assert.deepEqual(await everything(), before);
});

test("an asset goes below its parent: declared, the site, an asset of ours, the device's own", async () => {
  const site = await place("Harbour", null);
  const hall = await place("Hall 1", site.id);
  const assets = [
    asset("b", { parent: "Energy_4/a" }),
    asset("a", { parent: "root" }),
    asset("c", { parent: hall.id }),
    asset("d", { parent: null }),
  ];
  const declared = await agreed({ ...meter(), assets, bindings: [] });
  const named = new Map((await store.assets.find()).map((row) => [row.name, row]));
  const parentOf = (name: string) =>
    [...named.values()].find(({ id }) => id === named.get(name)?.parentId)?.name;
  assert.equal(parentOf("a"), "Harbour");
  assert.equal(parentOf("b"), "a");
  assert.equal(parentOf("c"), "Hall 1");
  assert.equal(parentOf("d"), "gateway_1");
  assert.equal(parentOf("gateway_1"), "Harbour");
  assert.equal(declared.assets[0]?.assetId, named.get("gateway_1")?.id);

  await store.devices.put({ ...device, assetId: hall.id });
  device = { ...device, assetId: hall.id };
  await agreed({ ...meter(), assets: [asset("e", { parent: null })], bindings: [] });
  const e = (await store.assets.find()).find(({ name }) => name === "e");
  assert.equal(e?.parentId, hall.id);
});

test("what a device put at the top is no site: the next one stands beside it", async () => {
  await agreed(meter());
  await agreed({ ...meter(), assets: [asset("part", { parent: null })], bindings: [] });
  await agreed(meter({ asset: { name: "Meter B" } }));
  const atTop = await store.assets.find({ where: { parentId: null } });
  assert.deepEqual(atTop.map(({ name }) => name).toSorted(), ["Meter", "Meter B", "gateway_1"]);
});

test("what leads nowhere is refused at its place", async () => {
  const rows: [Declaration, string][] = [
    [meter({ asset: { typeId: "acme.Other" } }), "/assets/0/typeId"],
    [meter({ asset: { parent: "3k2" } }), "/assets/0/parent"],
    [meter({ asset: { parent: "Energy_4/meter" } }), "/assets/0/parent"],
    [meter({ binding: { asset: "Energy_4/other" } }), "/bindings/0/asset"],
    [meter({ binding: { aspect: "constructor" } }), "/bindings/0/variable"],
    [meter({ binding: { variable: { name: "x", dataType: "number" } } }), "/bindings/0/variable"],
    [{ ...meter(), aspectTypes: [] }, "/assetTypes/0/aspects/energy"],
  ];
  for (const [declaration, path] of rows) {
    const refused = await declare(parts(), device, channels, declaration);
    assert.ok(!refused.ok, path);
    assert.equal(refused.problem.places?.[0]?.path, path);
    assert.equal(await store.assets.count(), 0);
  }
});

test("an asset type has the aspects of its parents", async () => {
  const base = meter();
  const child = { ...base.assetTypes[0], id: "acme.Child", parentId: "acme.Meter", aspects: {} };
  const declaration = meter({ asset: { typeId: "acme.Child" } });
  await agreed({
    ...declaration,
    assetTypes: [...base.assetTypes, { ...PLAIN_ASSET_TYPE, name: "Child", ...child }],
  });
  assert.equal(await store.points.count(), 2);
});

test("another device cannot write where a device writes already", async () => {
  const [first] = (await agreed(meter())).assets;
  assert.ok(first);
  const thief = await meet("gateway_2");
  const theirs = await hear(thief, "realEnergy");
  const steal: Declaration = {
    aspectTypes: [],
    assetTypes: [],
    assets: [],
    bindings: [binding("realEnergy", ENERGY, { asset: first.assetId })],
  };
  const refused = await declare(parts(), thief, theirs, steal);
  assert.ok(!refused.ok);
  assert.match(refused.problem.detail, /another device feeds 'realEnergy'/);

  await store.channels.put(...channels.map((channel) => ({ ...channel, retired: true })));
  const taken = await declare(parts(), thief, theirs, steal);
  assert.ok(taken.ok);
  assert.equal(taken.value.changedChannels[0]?.series, channels[0]?.series);
});

test("a renamed channel goes on with the history of its point", async () => {
  await agreed(meter());
  const [renamed] = await hear(device, "energy_total");
  channels = [...(await store.channels.find({ where: { deviceId: device.id } }))];
  await agreed(meter({ binding: { channel: "energy_total" as ChannelName } }));
  const kept = await store.channels.get([device.id, "energy_total"]);
  assert.notEqual(kept?.series, renamed?.series);
  assert.equal(kept?.series, channels.find(({ name }) => name === "realEnergy")?.series);
});

test("a channel cannot feed two points of different types", async () => {
  const declaration = meter();
  const both = [binding("realEnergy", ENERGY), binding("realEnergy", VALID)];
  const refused = await declare(parts(), device, channels, { ...declaration, bindings: both });
  assert.ok(!refused.ok);
  assert.equal(refused.problem.places?.[0]?.path, "/bindings/1/channel");
});

test("a channel for which there is no room is reported", async () => {
  const refused = await declare(parts(), device, [], meter());
  assert.ok(!refused.ok);
  assert.match(refused.problem.detail, /no room for channel 'realEnergy' \(and 1 more\)/);
});

function parts() {
  return { store, now: () => NOW };
}

async function agreed(declaration: Declaration): Promise<Declared> {
  const outcome = await declare(parts(), device, channels, declaration);
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.problem.detail);
  for (const changed of outcome.value.changedChannels) {
    channels = channels.map((channel) => (channel.name === changed.name ? changed : channel));
  }
  return outcome.value;
}

function aspectType(name: string, variables: readonly Variable[]): AspectType {
  return { ...PLAIN_ASPECT_TYPE, id: `acme.${name}`, name, variables };
}

type Changes = { asset?: Partial<DeclaredAsset>; binding?: Partial<DeclaredBinding> };

function meter(changes: Changes = {}): Declaration {
  return {
    aspectTypes: [aspectType("Energy", [ENERGY, VALID])],
    assetTypes: [
      {
        ...PLAIN_ASSET_TYPE,
        id: "acme.Meter",
        name: "Meter",
        parentId: "core.basicasset",
        aspects: { energy: "acme.Energy" },
      },
    ],
    assets: [asset("meter", { name: "Meter", ...changes.asset })],
    bindings: [binding("realEnergy", ENERGY, changes.binding), binding("validEnergy", VALID)],
  };
}

function asset(reference: string, changes: Partial<DeclaredAsset>): DeclaredAsset {
  return {
    reference: `Energy_4/${reference}`,
    parent: "root",
    typeId: "acme.Meter",
    name: reference,
    description: "",
    ...changes,
  };
}

function binding(
  channel: string,
  variable: Variable,
  changes: Partial<DeclaredBinding> = {},
): DeclaredBinding {
  const at = { asset: "Energy_4/meter", aspect: "energy" };
  return { channel: channel as ChannelName, ...at, variable, ...changes };
}

async function meet(name: string): Promise<Device> {
  const known: Device = {
    id: `device-${name}` as DeviceId,
    driver: "mindsphere",
    address: `acme/${name}` as DeviceAddress,
    agentId: `agent-${name}` as AgentId,
    name,
    assetId: null,
    ignored: false,
    demo: false,
    firstSeenAt: NOW as Timestamp,
  };
  await store.devices.put(known);
  return known;
}

async function hear(from: Device, ...names: string[]): Promise<Channel[]> {
  const series = await store.newSeries(names.length);
  const heard = names.map((name, index) => ({
    deviceId: from.id,
    name: name as ChannelName,
    series: series[index] as Series,
    dataType: "number" as const,
    proposal: { name, dataType: "number" as const },
    retired: false,
  }));
  await store.channels.put(...heard);
  return heard;
}

async function place(name: string, parentId: AssetId | null): Promise<Asset> {
  const made: Asset = {
    ...PLAIN_ASSET,
    id: `asset-${name}` as AssetId,
    parentId,
    typeId: "core.basicasset",
    name,
    description: "",
    createdAt: NOW as Timestamp,
  };
  await store.assets.put(made);
  return made;
}

async function everything() {
  return {
    aspectTypes: await store.aspectTypes.find(),
    assetTypes: await store.assetTypes.find(),
    assets: await store.assets.find(),
    points: await store.points.find(),
    channels: await store.channels.find(),
  };
}

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { DeviceAddress } from "../../domain/brand.ts";
import type { Declaration, Finding } from "../../domain/findings.ts";
import type { Place } from "../../domain/problem.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import { checkModel, declare } from "./model.ts";

type Wish = Extract<Finding, { kind: "instantiate" }>;

const SEED: JsonObject = seedModel();
const WISH: Wish = {
  kind: "instantiate",
  device: "acme/acme_meter" as DeviceAddress,
  requestId: "r",
  externalId: "Energy_4",
  parentAssetId: null,
  parameters: {},
};
const SEED_WISH: Wish = { ...WISH, device: "camexia/camexia_dash7_gateway_1" as DeviceAddress };

const SAID = { qualityCode: true, searchable: true } as const;
const REAL = { name: "realEnergy", dataType: "integer", unit: "Wh", ...SAID } as const;
const APPARENT = { name: "apparentEnergy", dataType: "integer", unit: "VAh", ...SAID } as const;
const VALID = { name: "validEnergy", dataType: "boolean", ...SAID } as const;
const BUDGET = { name: "linkBudget", dataType: "integer", int32: true, ...SAID } as const;

test("the energy meter's model becomes one asset with four bindings", () => {
  assert.deepEqual(agreed(SEED, SEED_WISH), {
    aspectTypes: [
      {
        id: "camexia.energy_4_AspectType",
        name: "energy_4_AspectType",
        variables: [REAL, APPARENT, VALID, BUDGET],
        category: "dynamic",
        description: "measured energy_4",
        version: 0,
      },
    ],
    assetTypes: [
      {
        id: "camexia.energy_4_AssetType",
        name: "energy_4_AssetType",
        parentId: "core.basicasset",
        aspects: { energy_4_Aspect: "camexia.energy_4_AspectType" },
        commands: [],
        description: "Asset Type with energy measured",
        ...{ instantiable: true, variables: [], files: {}, version: 0 },
      },
    ],
    assets: [
      {
        reference: "Energy_4/energy_4_AssetReference",
        parent: "root",
        typeId: "camexia.energy_4_AssetType",
        name: "energy_4_Asset",
        description: "Asset with energy measured",
      },
    ],
    bindings: [
      ["realEnergy", REAL],
      ["apparentEnergy", APPARENT],
      ["validEnergy", VALID],
      ["dataPoint4", BUDGET],
    ].map(([channel, variable]) => {
      const asset = "Energy_4/energy_4_AssetReference";
      return { channel, asset, aspect: "energy_4_Aspect", variable };
    }),
  });
});

test("a declared asset goes below a reference, the root, an asset by its id, or the agent's own", () => {
  const id = "0123456789abcdef0123456789abcdef";
  const ours = "0d4v6k2m1x7zq3w5e8r9t";
  const parents = ["first", "root", id, ours, null, undefined];
  const assets = parents.map((parentReferenceId, index) => ({
    ...asset(),
    referenceId: index === 0 ? "other" : `r${index}`,
    ...(parentReferenceId !== undefined && { parentReferenceId }),
  }));
  const model = {
    typeModel: MODEL["typeModel"] ?? {},
    instanceModel: { assets: [{ ...asset(), referenceId: "first" }, ...assets] },
  };
  const parentsOf = (wish: Wish) => agreed(model, wish).assets.map(({ parent }) => parent);
  assert.deepEqual(parentsOf(WISH), [null, "Energy_4/first", "root", id, ours, null, null]);
  assert.deepEqual(parentsOf({ ...WISH, parentAssetId: id }), [
    id,
    "Energy_4/first",
    "root",
    id,
    ours,
    id,
    id,
  ]);
});

test("placeholders are filled in every text; what is missing is named, what is too many ignored", () => {
  const model = changed(MODEL, (text) =>
    text
      .replaceAll("Meter 1", placeholder("name"))
      .replaceAll("acme.Energy", `acme.${placeholder("kind").repeat(2)}`),
  );
  const parameters = { name: 'Meter "7"', kind: "E", unused: "x" };
  const declaration = agreed(model, { ...WISH, parameters });
  assert.equal(declaration.assets[0]?.name, 'Meter "7"');
  assert.deepEqual(declaration.assetTypes[0]?.aspects, { energy: "acme.EE" });

  assert.deepEqual(refused(model, { ...WISH, parameters: { kind: "E" } }), [
    { path: "/instanceModel/assets/0/name", detail: `no value for ${placeholder("name")}` },
  ]);
  assert.deepEqual(refused(model, { ...WISH, parameters: { kind: "E", constructor: "x" } }), [
    { path: "/instanceModel/assets/0/name", detail: `no value for ${placeholder("name")}` },
  ]);
  assert.deepEqual(checkModel(model, "acme"), []);
});

test("types that are left to the house are passed on by their names", () => {
  const { typeModel: _left, ...rest } = MODEL;
  const declaration = agreed(rest);
  assert.deepEqual(declaration.assetTypes, []);
  assert.deepEqual(
    declaration.bindings.map(({ variable }) => variable.name),
    ["realEnergy"],
  );
});

test("a data point may feed an asset that is there already", () => {
  const assetId = "0123456789abcdef0123456789abcdef";
  const mappings = [{ dataPointId: "d", assetId, aspectName: "a", variableName: "v" }];
  assert.equal(agreed({ mappingModel: { mappings } }).bindings[0]?.asset, assetId);
});

test("an asset type has the aspects of its parents", () => {
  const child = { ...assetType(), id: "acme.Child", parentTypeId: "acme.Meter", aspects: [] };
  const typeModel = { aspectTypes: [aspectType()], assetTypes: [assetType(), child] };
  const instanceModel = { assets: [{ ...asset(), typeId: "acme.Child" }] };
  const declaration = agreed({ ...MODEL, typeModel, instanceModel });
  assert.equal(declaration.bindings[0]?.variable.dataType, "integer");
});

test("every data type has a type of ours", () => {
  const types = ["BOOLEAN", "INT", "LONG", "DOUBLE", "STRING", "BIG_STRING", "TIMESTAMP"];
  const variables = types.map((dataType) => ({ name: dataType, dataType }));
  const typeModel = { aspectTypes: [{ ...aspectType(), variables }] };
  assert.deepEqual(
    agreed({ typeModel }).aspectTypes[0]?.variables.map(({ dataType }) => dataType),
    ["boolean", "integer", "integer", "number", "string", "string", "string"],
  );
  const narrow = agreed({ typeModel }).aspectTypes[0]?.variables.filter(({ int32 }) => int32);
  assert.deepEqual(narrow, [{ name: "INT", dataType: "integer", int32: true }]);
});

test("all that is wrong is told at once, each at its place", () => {
  const energy = aspectType();
  const model: JsonObject = {
    typeModel: {
      aspectTypes: [
        energy,
        { ...energy, id: "acme.Energy" },
        { ...energy, id: "viasens.node" },
        { ...energy, id: "acme.Über" },
        { ...energy, id: "acme.B", variables: [variable("name"), variable("x"), variable("x")] },
      ],
      assetTypes: [
        assetType(),
        { ...assetType(), id: "acme.C", parentTypeId: "acme.D" },
        { ...assetType(), id: "acme.D", parentTypeId: "acme.C" },
      ],
    },
    instanceModel: {
      assets: [
        asset(),
        { ...asset(), parentReferenceId: "nobody" },
        { ...asset(), referenceId: "a", parentReferenceId: "b" },
        { ...asset(), referenceId: "b", parentReferenceId: "a" },
      ],
    },
    mappingModel: {
      mappings: [
        mapping(),
        { ...mapping(), dataPointId: "second" },
        { ...mapping(), variableName: "other" },
        { ...mapping(), aspectName: "other" },
        { ...mapping(), assetReferenceId: "other" },
        { ...mapping(), assetReferenceId: null, assetId: "Meter 1" },
      ],
    },
  };
  assert.deepEqual(
    refused(model).map(({ path }) => path),
    [
      "/typeModel/aspectTypes/1/id",
      "/typeModel/aspectTypes/2/id",
      "/typeModel/aspectTypes/3/id",
      "/typeModel/aspectTypes/4/variables/2/name",
      "/typeModel/aspectTypes/4/variables/0/name",
      "/typeModel/assetTypes/1/parentTypeId",
      "/typeModel/assetTypes/2/parentTypeId",
      "/instanceModel/assets/1/referenceId",
      "/instanceModel/assets/1/parentReferenceId",
      "/instanceModel/assets/2/parentReferenceId",
      "/instanceModel/assets/3/parentReferenceId",
      "/mappingModel/mappings/2/variableName",
      "/mappingModel/mappings/3/aspectName",
      "/mappingModel/mappings/4/assetReferenceId",
      "/mappingModel/mappings/5/assetReferenceId",
      "/mappingModel/mappings/1/variableName",
      "/mappingModel/mappings/2/dataPointId",
    ],
  );
});

test("no variable has a name that is reserved", () => {
  const reserved = [
    ...["id", "name", "description", "tenant", "etag", "scope", "properties", "propertySets"],
    ...["extends", "variables", "aspects", "parentTypeId"],
  ];
  const variables = [...reserved, "named"].map((name) => variable(name));
  const typeModel = { aspectTypes: [{ ...aspectType(), variables }] };
  assert.deepEqual(
    checkModel({ typeModel }, "acme").map(({ path }) => path),
    reserved.map((_, index) => `/typeModel/aspectTypes/0/variables/${index}/name`),
  );
});

test("what is not of the form is told at its place", () => {
  const rows: [JsonObject, string][] = [
    [{ typeModel: 1 }, "/typeModel"],
    [{ typeModel: { aspectTypes: {} } }, "/typeModel/aspectTypes"],
    [{ typeModel: { aspectTypes: [1] } }, "/typeModel/aspectTypes/0"],
    [{ instanceModel: { assets: [{ ...asset(), name: 1 }] } }, "/instanceModel/assets/0/name"],
    [
      { typeModel: { aspectTypes: [{ ...aspectType(), variables: [variable("x", "LNG")] }] } },
      "/typeModel/aspectTypes/0/variables/0/dataType",
    ],
    [
      { mappingModel: { mappings: [{ ...mapping(), assetId: 5 }] } },
      "/mappingModel/mappings/0/assetId",
    ],
  ];
  for (const [model, path] of rows) {
    assert.deepEqual(
      checkModel(model, "acme").map((place) => place.path),
      [path],
    );
  }
});

test("a mapping in a circle of types ends", () => {
  const typeModel = { assetTypes: [{ ...assetType(), parentTypeId: "acme.Meter", aspects: [] }] };
  assert.deepEqual(
    checkModel({ ...MODEL, typeModel }, "acme").map(({ path }) => path),
    ["/typeModel/assetTypes/0/parentTypeId"],
  );
});

const MODEL: JsonObject = {
  typeModel: { aspectTypes: [aspectType()], assetTypes: [assetType()] },
  instanceModel: { assets: [asset()] },
  mappingModel: { mappings: [mapping()] },
};

function aspectType(): JsonObject {
  return {
    id: "acme.Energy",
    name: "Energy",
    category: "dynamic",
    variables: [variable("realEnergy")],
  };
}

function variable(name: string, dataType = "LONG"): JsonObject {
  return { name, dataType, unit: null };
}

function assetType(): JsonObject {
  const aspects = [{ name: "energy", aspectTypeId: "acme.Energy" }];
  return { id: "acme.Meter", name: "Meter", parentTypeId: "core.basicasset", aspects };
}

function asset(): JsonObject {
  return { referenceId: "meter", typeId: "acme.Meter", name: "Meter 1" };
}

function mapping(): JsonObject {
  const names = { aspectName: "energy", variableName: "realEnergy" };
  return { dataPointId: "realEnergy", assetReferenceId: "meter", ...names };
}

function agreed(model: JsonObject, wish: Wish = WISH): Declaration {
  const outcome = declare(model, wish);
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.problem.detail);
  return outcome.value;
}

function refused(model: JsonObject, wish: Wish = WISH): readonly Place[] {
  const outcome = declare(model, wish);
  assert.ok(!outcome.ok);
  assert.equal(outcome.problem.code, "model_invalid");
  return outcome.problem.places ?? [];
}

/** `${name}` */
function placeholder(name: string): string {
  return `\${${name}}`;
}

function changed(json: Json, change: (text: string) => string): JsonObject {
  return JSON.parse(change(JSON.stringify(json)));
}

/** The model of the seed's first step, as its vector holds it. */
function seedModel(): JsonObject {
  const file = new URL("vectors/decode-seed.json", import.meta.url);
  const [first] = JSON.parse(readFileSync(file, "utf8"));
  return first.findings[0].model;
}

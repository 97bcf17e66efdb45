import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type AssetManagementModels, MindSphereSdk } from "@mindconnect/mindconnect-nodejs";
import { ApiHouse } from "../../test/api-house.ts";
import { SiemensCaller } from "../../test/siemens-caller.ts";
import { ROOT_KEY } from "../domain/asset-key.ts";

const BASE = "/api/assetmanagement/v3";
const POWER = { name: "power", dataType: "DOUBLE", unit: "W", qualityCode: true } as const;
const SERIAL = { name: "serial", dataType: "LONG", defaultValue: "7" } as const;

let house: ApiHouse;
let caller: SiemensCaller;
let models: ReturnType<MindSphereSdk["GetAssetManagementClient"]>;
before(async () => {
  house = await ApiHouse.open();
  caller = new SiemensCaller(house);
  const basicAuth = `Basic ${Buffer.from(`sdk:${house.tokens.engineer}`).toString("base64")}`;
  const sdk = new MindSphereSdk({ gateway: house.url, basicAuth, tenant: "acme" });
  models = sdk.GetAssetManagementClient();
  await makeTypes();
});
after(() => house.close());

/** A static and a dynamic aspect, a type with both and one that inherits. */
async function makeTypes(): Promise<void> {
  const put = async (path: string, body: object) => {
    const reply = await caller.send("engineer", `PUT ${BASE}/${path}`, body, NEW);
    assert.equal(reply.status, 201, reply.text);
  };
  await put("aspecttypes/acme.Energy", {
    ...{ name: "Energy", category: "dynamic", scope: "private", variables: [POWER] },
  });
  await put("aspecttypes/acme.Plate", {
    ...{ name: "Plate", category: "static", variables: [SERIAL] },
  });
  await put("assettypes/acme.Base", {
    ...{ name: "Base", parentTypeId: "core.basicasset", instantiable: false },
    aspects: [{ name: "energy", aspectTypeId: "acme.Energy" }],
    variables: [{ name: "room", dataType: "STRING", length: 10 }],
  });
  await put("assettypes/acme.Meter", {
    ...{ name: "Meter", parentTypeId: "acme.Base" },
    aspects: [{ name: "plate", aspectTypeId: "acme.Plate" }],
  });
}

const NEW = { "if-none-match": "*" };

async function newAsset(rest: object = {}) {
  const body = { name: "Meter 1", typeId: "acme.Meter", parentId: ROOT_KEY, ...rest };
  const reply = await caller.send("engineer", `POST ${BASE}/assets`, body);
  assert.equal(reply.status, 201, reply.text);
  return reply.json;
}

async function codeOf(route: string, body?: unknown, headers = {}): Promise<unknown> {
  const { status, json } = await caller.send("engineer", route, body, headers);
  return [status, json?.errors?.[0]?.code.replace("mdsp.core.assetmanagement.", "")];
}

test("the SDK makes, changes and removes an aspect type", async () => {
  const type = { name: "Air", category: "dynamic", scope: "private", variables: [POWER] };
  const made = await models.PutAspectType("acme.Air", type as AssetManagementModels.AspectType, {
    ifNoneMatch: "*",
  });
  assert.deepEqual([made.id, Number(made.etag)], ["acme.Air", 0]);
  const variables = [POWER, { name: "note", dataType: "BIG_STRING", length: 5_000 }];
  const patched = await models.PatchAspectType(
    "acme.Air",
    { variables } as AssetManagementModels.AspectType,
    { ifMatch: "0" },
  );
  assert.deepEqual(
    patched.variables.map(({ name, dataType }) => [name, dataType]),
    [
      ["power", "DOUBLE"],
      ["note", "BIG_STRING"],
    ],
  );
  const listed = await models.GetAspectTypes({ size: 0, filter: '{"id":"acme.Air"}' });
  assert.deepEqual(
    listed._embedded?.aspectTypes?.map(({ name }) => name),
    ["Air"],
  );
  await models.DeleteAspectType("acme.Air", { ifMatch: "1" });
  await assert.rejects(models.GetAspectType("acme.Air"), /typeUnknown/);
});

test("a type says with its status what is wrong with a change", async () => {
  const path = `${BASE}/aspecttypes/acme.Energy`;
  const body = { name: "Energy", category: "dynamic", variables: [POWER] };
  assert.deepEqual(await codeOf(`PUT ${path}`, body), [409, "typeExists"]);
  assert.deepEqual(await codeOf(`PUT ${path}`, body, NEW), [412, "versionChanged"]);
  assert.deepEqual(await codeOf(`PUT ${path}`, body, { "if-match": "9" }), [412, "versionChanged"]);
  assert.deepEqual(await codeOf(`PATCH ${path}`, body), [428, "versionNeeded"]);
  const narrow = { ...body, variables: [{ ...POWER, dataType: "INT" }] };
  assert.deepEqual(await codeOf(`PUT ${path}`, narrow, { "if-match": "0" }), [400, "modelInvalid"]);
  assert.deepEqual(await codeOf(`PUT ${path}`, { ...body, variables: [] }, { "if-match": "0" }), [
    ...[400, "modelInvalid"],
  ]);
  assert.deepEqual(await codeOf(`DELETE ${path}`, undefined, { "if-match": "0" }), [
    ...[409, "typeInUse"],
  ]);
  const nobodys = `PATCH ${BASE}/aspecttypes/acme.Nobody`;
  assert.deepEqual(await codeOf(nobodys, body, { "if-match": "0" }), [404, "typeUnknown"]);
  const ours = `DELETE ${BASE}/assettypes/viasens.node`;
  assert.deepEqual(await codeOf(ours, undefined, { "if-match": "0" }), [409, "typeInUse"]);
});

test("an asset type shows what it inherits only where that is asked for", async () => {
  const own = await models.GetAssetType("acme.Meter");
  assert.deepEqual(
    own.aspects?.map(({ name }) => name),
    ["plate"],
  );
  const all = await models.GetAssetType("acme.Meter", { exploded: true });
  assert.deepEqual(
    all.aspects?.map(({ name }) => name),
    ["energy", "plate"],
  );
  assert.deepEqual(
    all.variables?.map(({ name }) => name),
    ["room"],
  );
  assert.equal(all.aspects?.[0]?.aspectType?.variables[0]?.unit, "W");
});

test("an asset type's own variables may get longer, and its files come and go", async () => {
  const path = `${BASE}/assettypes/acme.Base`;
  const longer = { room: { length: 20, defaultValue: "hall" } };
  const grown = await caller.send("engineer", `PATCH ${path}/variables`, longer, {
    "if-match": "0",
  });
  assert.deepEqual([grown.status, grown.json.variables[0].length], [200, 20]);
  assert.deepEqual(
    await codeOf(`PATCH ${path}/variables`, { room: { length: 5 } }, { "if-match": "1" }),
    [400, "modelInvalid"],
  );
  const { id: fileId } = await models.PostFile(Buffer.from("logo"), "logo.png");
  const file = await caller.send(
    "engineer",
    `PUT ${path}/fileAssignments/logo`,
    { fileId },
    { "if-match": "1" },
  );
  assert.deepEqual(file.json.fileAssignments, [{ key: "logo", fileId }]);
  const asset = await newAsset({ name: "With a logo" });
  assert.deepEqual(asset.fileAssignments, [{ key: "logo", fileId }]);
  const gone = await caller.send("engineer", `DELETE ${path}/fileAssignments/logo`, undefined, {
    "if-match": "2",
  });
  assert.deepEqual(gone.json.fileAssignments, []);
});

test("the SDK keeps a file, reads it, replaces it, and removes it once nothing has it", async () => {
  const made = await models.PostFile(Buffer.from("one"), "plan.txt", { description: "floor 1" });
  const id = made.id ?? "";
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.deepEqual([made.name, made.description, made.isAssigned], ["plan.txt", "floor 1", false]);
  const twin = await models.PostFile(Buffer.from("other"), "plan.txt");
  assert.notEqual(twin.id, id);

  const filter = JSON.stringify({ name: { startsWith: "plan" } });
  const listed = (await models.GetFiles({ filter })) as {
    _embedded: { files: { id: string }[] };
  };
  assert.deepEqual(
    listed._embedded.files.map((file) => file.id).toSorted(),
    [id, twin.id].toSorted(),
  );

  const asset = await newAsset({ name: "Drawn", fileAssignments: [{ key: "plan", fileId: id }] });
  assert.deepEqual(asset.fileAssignments, [{ key: "plan", fileId: id }]);
  assert.equal((await models.GetFile(id)).isAssigned, true);

  const next = await models.PutFile(id, Buffer.from("two"), "plan.txt", { ifMatch: 0 } as never);
  assert.equal(next.etag, 1);
  const bytes = (await models.DownloadFile(id)) as Response;
  assert.equal(await bytes.text(), "two");
  assert.deepEqual(await codeOf(`DELETE ${BASE}/files/${id}`, undefined, { "if-match": "1" }), [
    409,
    "fileInUse",
  ]);
  await caller.send("engineer", `DELETE ${BASE}/assets/${asset.assetId}`, undefined, {
    "if-match": "0",
  });
  await models.DeleteFile(id, { ifMatch: 1 } as never);
  assert.deepEqual(await codeOf(`GET ${BASE}/files/${id}`), [404, "fileUnknown"]);
});

test("what is no file is not kept, and what is not kept is not given", async () => {
  const form = { "content-type": "multipart/form-data; boundary=x" };
  const noFile = '--x\r\nContent-Disposition: form-data; name="name"\r\n\r\na\r\n--x--';
  assert.deepEqual(await codeOf(`POST ${BASE}/files`, noFile, form), [400, "requestInvalid"]);
  const upwards =
    '--x\r\nContent-Disposition: form-data; name="file"; filename="../a"\r\n\r\n1\r\n--x--';
  const [status] = (await codeOf(`POST ${BASE}/files`, upwards, form)) as [number];
  assert.ok(status >= 400 && status < 500);
  const fileAssignments = [{ key: "plan", fileId: "0".repeat(32) }];
  const wish = { name: "Undrawn", typeId: "acme.Meter", parentId: ROOT_KEY, fileAssignments };
  assert.deepEqual(await codeOf(`POST ${BASE}/assets`, wish), [404, "fileUnknown"]);
});

test("the SDK makes an asset with static values, a place and a time zone, and reads it back", async () => {
  const made = await models.PostAsset({
    ...{ name: "Meter 7", typeId: "acme.Meter", parentId: ROOT_KEY, externalId: "ext-7" },
    ...{ timezone: "Europe/Berlin", location: { country: "DE", latitude: 48.1, longitude: 11.6 } },
    variables: [{ name: "room", value: "4" }],
    aspects: [{ name: "plate", variables: [{ name: "serial", value: "9007199254740993" }] }],
  });
  assert.match(String(made.assetId), /^[a-f0-9]{32}$/);
  const found = await models.GetAssets({ filter: '{"externalId":"ext-7"}' });
  assert.deepEqual(
    found._embedded?.assets?.map(({ assetId }) => assetId),
    [made.assetId],
  );
  const asset = await models.GetAsset(String(made.assetId));
  assert.deepEqual(asset.location, { country: "DE", latitude: 48.1, longitude: 11.6 });
  assert.deepEqual(asset.hierarchyPath, [{ assetId: ROOT_KEY, name: "house" }]);
  const { _embedded } = await models.GetAspects(String(made.assetId));
  const values = _embedded?.aspects?.map(({ name, category, variables }) => [
    ...[name, category, (variables?.[0] as { value?: string }).value],
  ]);
  assert.deepEqual(values, [
    ["energy", "dynamic", undefined],
    ["plate", "static", "9007199254740993"],
  ]);
  const ours = await house.send("viewer", "GET /assets?search=Meter%207");
  assert.equal(ours.json.items[0].typeId, "acme.Meter");
});

test("an asset that its type does not allow is not made", async () => {
  const cases: [object, unknown][] = [
    [{ typeId: "acme.Nothing" }, [404, "typeUnknown"]],
    [{ typeId: "acme.Base" }, [400, "modelInvalid"]],
    [{ parentId: `${"0".repeat(31)}1` }, [404, "assetUnknown"]],
    [{ timezone: "Asia/Kathmandu" }, [400, "modelInvalid"]],
    [{ timezone: "Mars/Base" }, [400, "modelInvalid"]],
    [{ name: "" }, [400, "requestInvalid"]],
    [{ location: { latitude: 91 } }, [400, "requestInvalid"]],
    [{ variables: [{ name: "room", value: "x".repeat(256) }] }, [400, "modelInvalid"]],
    [{ variables: [{ name: "none", value: "1" }] }, [400, "modelInvalid"]],
    [
      { aspects: [{ name: "energy", variables: [{ name: "power", value: 1 }] }] },
      [400, "modelInvalid"],
    ],
    [
      { aspects: [{ name: "plate", variables: [{ name: "serial", value: 1.5 }] }] },
      [400, "modelInvalid"],
    ],
  ];
  for (const [rest, expected] of cases) {
    const body = { name: "Bad", typeId: "acme.Meter", parentId: ROOT_KEY, ...rest };
    assert.deepEqual(await codeOf(`POST ${BASE}/assets`, body), expected, JSON.stringify(rest));
  }
  const { json } = await caller.send("viewer", `GET ${BASE}/assets?filter={"name":"Bad"}`);
  assert.equal(json.page.totalElements, 0);
});

test("a patch changes what it names, a put takes away the rest", async () => {
  const { assetId } = await newAsset({
    ...{ description: "first", location: { country: "BE" } },
    variables: [{ name: "room", value: "4" }],
  });
  const path = `${BASE}/assets/${assetId}`;
  const patched = await caller.send(
    "engineer",
    `PATCH ${path}`,
    { name: "Renamed" },
    {
      ...{ "if-match": "0", "content-type": "application/merge-patch+json" },
    },
  );
  assert.deepEqual(
    [patched.json.name, patched.json.description, patched.json.variables[0].value],
    ["Renamed", "first", "4"],
  );
  assert.equal(patched.headers.get("etag"), '"1"');
  const put = await caller.send("engineer", `PUT ${path}`, { name: "Bare" }, { "if-match": "1" });
  assert.deepEqual(
    [put.json.name, put.json.description, put.json.location, put.json.variables[0].value],
    ["Bare", "", null, "hall"],
  );
  assert.deepEqual(await codeOf(`PATCH ${path}`, { name: "x" }, { "if-match": "1" }), [
    ...[412, "versionChanged"],
  ]);
  assert.deepEqual(await codeOf(`PATCH ${path}`, { name: "x" }), [428, "versionNeeded"]);
});

test("whoever knows an older version undoes nothing that others did on our own screens", async () => {
  const { assetId } = await newAsset({ name: "Shared" });
  const { json } = await house.send("viewer", "GET /assets?search=Shared");
  await house.send("engineer", `PATCH /assets/${json.items[0].id}`, { name: "Shared by us" });
  const path = `${BASE}/assets/${assetId}`;
  const stale = await codeOf(`PATCH ${path}`, { name: "x" }, { "if-match": "0" });
  assert.deepEqual(stale, [412, "versionChanged"]);
  const same = await caller.send("viewer", `GET ${path}`, undefined, { "if-none-match": "1" });
  assert.equal(same.status, 304);
});

test("an asset moves below another, but not below itself", async () => {
  const line = await newAsset({ name: "Line" });
  const part = await newAsset({ name: "Part" });
  const moved = await caller.send(
    "engineer",
    `POST ${BASE}/assets/${part.assetId}`,
    { newParentId: line.assetId },
    { "if-match": "0" },
  );
  assert.equal(moved.json.parentId, line.assetId);
  assert.deepEqual(
    moved.json.hierarchyPath.map(({ name }: { name: string }) => name),
    ["house", "Line"],
  );
  const circle = await codeOf(
    `POST ${BASE}/assets/${line.assetId}/move`,
    { newParentId: part.assetId },
    { "if-match": "0" },
  );
  assert.deepEqual(circle, [400, "requestInvalid"]);
  const kept = await codeOf(`DELETE ${BASE}/assets/${line.assetId}`, undefined, {
    "if-match": "0",
  });
  assert.deepEqual(kept, [409, "assetInUse"]);
  await models.DeleteAsset(part.assetId, { ifMatch: "1" });
  await models.DeleteAsset(line.assetId, { ifMatch: "0" });
  await assert.rejects(models.GetAsset(line.assetId), /assetUnknown/);
});

test("a place is said and forgotten by itself", async () => {
  const { assetId } = await newAsset({ name: "Placed" });
  const location = { country: "BE", locality: "Brussels" };
  const placed = await models.PutAssetLocation(assetId, location, { ifMatch: "0" });
  assert.deepEqual(placed.location, location);
  const gone = await models.DeleteAssetLocation(assetId, { ifMatch: "1" });
  assert.equal((gone as { location?: unknown }).location, null);
});

test("lists are cut, sorted and filtered, also by the types that an asset inherits from", async () => {
  for (const name of ["L1", "L2", "L3"]) await newAsset({ name, description: "listed" });
  const asked = `filter={"description":"listed"}&sort=name,desc&size=2`;
  const { json } = await caller.send("viewer", `GET ${BASE}/assets?${asked}&page=1`);
  assert.deepEqual(
    json._embedded.assets.map(({ name }: { name: string }) => name),
    ["L1"],
  );
  assert.equal(json.page.totalElements, 3);
  const behind = await caller.send("viewer", `GET ${BASE}/assets?${asked}&page=2`);
  assert.deepEqual([behind.status, behind.json._embedded.assets], [200, []]);
  const typed = await models.GetAssets({ filter: '{"hasType":"acme.Base"}', size: 2_000 });
  assert.ok((typed._embedded?.assets?.length ?? 0) >= 3);
  assert.deepEqual(await codeOf(`GET ${BASE}/assets?filter=name`), [400, "requestInvalid"]);
});

test("there is one top of the tree, and nobody changes it", async () => {
  const top = await models.GetRootAsset();
  assert.deepEqual([top.assetId, top.hierarchyPath], [ROOT_KEY, []]);
  const path = `PATCH ${BASE}/assets/${ROOT_KEY}`;
  assert.deepEqual(await codeOf(path, { name: "mine" }, { "if-match": "0" }), [
    ...[400, "requestInvalid"],
  ]);
});

test("a device that describes itself otherwise shows its aspects all the same", async () => {
  const point = await house.adopted("Node 5");
  const { json } = await house.send("viewer", "GET /assets?search=Node%205");
  const found = await models.GetAssets({ filter: '{"name":"Node 5"}' });
  const assetId = String(found._embedded?.assets?.[0]?.assetId);
  const { _embedded } = await models.GetAspects(assetId);
  const humid = _embedded?.aspects?.find(({ name }) => name === "humid");
  assert.equal(humid?.category, "dynamic");
  assert.ok(humid?.variables?.length);
  assert.ok(point && json.items.length === 1);
});

test("an administrator locks the types, and not the assets", async () => {
  const lock = `${BASE}/model/lock`;
  assert.equal((await caller.send("engineer", `PUT ${lock}?enabled=true`)).status, 403);
  assert.equal((await caller.send("admin", `PUT ${lock}?enabled=true`)).status, 200);
  assert.deepEqual(await models.GetModelLock(), { enabled: true });
  const body = { name: "Late", category: "static", variables: [] };
  assert.deepEqual(await codeOf(`PUT ${BASE}/aspecttypes/acme.Late`, body), [423, "modelLocked"]);
  await newAsset({ name: "Late" });
  await caller.send("admin", `PUT ${lock}?enabled=false`);
  assert.deepEqual(await models.GetModelLock(), { enabled: false });
});

test("a viewer reads all of it and changes none of it", async () => {
  const { assetId } = await newAsset({ name: "Watched" });
  assert.equal((await caller.send("viewer", `GET ${BASE}/assets/${assetId}`)).status, 200);
  assert.equal((await caller.send("viewer", `GET ${BASE}`)).status, 200);
  const reply = await caller.send("viewer", `PATCH ${BASE}/assets/${assetId}`, { name: "x" });
  assert.equal(reply.status, 403);
  const { json } = await house.send("admin", "GET /journal?kind=api.refused");
  assert.ok(JSON.stringify(json).includes("PATCH /api/assetmanagement/v3/assets/:id"));
});

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { MindConnectAgent, MindSphereSdk } from "@mindconnect/mindconnect-nodejs";
import { ApiHouse } from "./api-house.ts";
import { SiemensCaller } from "./siemens-caller.ts";

const AGENTS = "/api/agentmanagement/v3/agents";
const TENANT = "house";

let house: ApiHouse;
let caller: SiemensCaller;
let sdk: MindSphereSdk;
let folder: string;
let meterId: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "fieldline-agent-"));
  house = await ApiHouse.open();
  caller = new SiemensCaller(house);
  const basicAuth = `Basic ${Buffer.from(`script:${house.tokens.engineer}`).toString("base64")}`;
  sdk = new MindSphereSdk({ gateway: house.url, basicAuth, tenant: TENANT });
  meterId = await meterType();
});
after(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

test("an agent of a shared secret registers, configures itself and sends, all with the SDK", async () => {
  const { agent, entityId } = await newAgent("Meter 1", "SHARED_SECRET");
  assert.equal(await agent.OnBoard(), "ONBOARDED");
  const target = await meter("Main meter");
  await agent.ConfigureAgentForAssetId(target);
  const configuration = await agent.GetDataSourceConfiguration();
  assert.equal(configuration.eTag, "1");
  assert.deepEqual(
    configuration.dataSources.flatMap(({ dataPoints }) => dataPoints.map(({ id }) => id)),
    ["DP-energy", "DP-isOn"],
  );
  const mappings = await agent.GetDataMappings();
  assert.deepEqual(
    mappings.map(({ dataPointId, entityId: of, propertyName, validity }) => {
      return [dataPointId, of, propertyName, validity?.status];
    }),
    [
      ["DP-energy", target, "energy", "VALID"],
      ["DP-isOn", target, "isOn", "VALID"],
    ],
  );

  const at = new Date(Date.now() - 60_000);
  const values = [
    { dataPointId: "DP-energy", qualityCode: "0", value: "9007199254740993" },
    { dataPointId: "DP-isOn", qualityCode: "0", value: "true" },
  ];
  assert.equal(await agent.PostData(values, at), true);
  const { json } = await house.send("viewer", "GET /points?limit=100");
  const latest = await Promise.all(
    json.items.map(({ id }: { id: string }) => house.send("viewer", `GET /points/${id}/latest`)),
  );
  const shown = latest.map((reply) => [reply.json.value, reply.json.at]);
  const iso = at.toISOString();
  assert.deepEqual(shown.toSorted(), [
    ["9007199254740993", iso],
    [true, iso],
  ]);

  await agent.PostEvent({ entityId, timestamp: iso, description: "Started", severity: 40 });
  const events = await sdk.GetEventManagementClient().GetEvents({
    filter: JSON.stringify({ entityId }),
  });
  assert.equal(events._embedded?.events?.length, 1);
  const status = await sdk.GetAgentManagementClient().GetAgentOnlineStatus(agent.ClientId());
  assert.equal(status.status, "ONLINE");
});

test("many rows go up in messages of their own size, and come back whole", async () => {
  const { agent } = await newAgent("Meter 2", "SHARED_SECRET");
  await agent.OnBoard();
  await agent.ConfigureAgentForAssetId(await meter("Second meter"));
  const begin = Date.now() - 5_000_000;
  const rows = Array.from({ length: 3_000 }, (_, index) => ({
    timestamp: new Date(begin + index * 1_000).toISOString(),
    values: [{ dataPointId: "DP-energy", qualityCode: "0", value: String(index) }],
  }));
  assert.equal(await agent.BulkPostData(rows), true);
  const { json } = await house.send("viewer", "GET /points?limit=100");
  const counts = json.items.map(async ({ id }: { id: string }) => {
    const span = `from=${begin}&to=${Date.now()}`;
    const history = await house.send("viewer", `GET /points/${id}/history?${span}`);
    return history.json.at.length;
  });
  assert.ok((await Promise.all(counts)).includes(3_000));
});

test("an agent with a key of its own gets in with it, and takes a new one", async () => {
  const { agent, id } = await newAgent("Meter 3", "RSA_3072");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 3072 });
  agent.SetupAgentCertificate(privateKey.export({ type: "pkcs1", format: "pem" }).toString());
  assert.equal(await agent.OnBoard(), "ONBOARDED");
  assert.ok((await agent.GetAgentToken()).length > 200);
  const other = generateKeyPairSync("rsa", { modulusLength: 3072 }).privateKey;
  agent.SetupAgentCertificate(other.export({ type: "pkcs1", format: "pem" }).toString());
  assert.equal(await agent["RotateKey"](), true);
  await agent.RenewToken();
  const short = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
  const invited = await caller.send("engineer", `GET ${AGENTS}/${id}/boarding/configuration`);
  const headers = { authorization: `Bearer ${invited.json.content.iat}` };
  const keys = { jwks: { keys: [short.export({ format: "jwk" })] } };
  const route = "POST /api/agentmanagement/v3/register";
  assert.equal((await caller.send(null, route, keys, headers)).status, 400);
  assert.equal((await caller.send(null, route, {}, headers)).status, 400);
});

test("an invitation is good once, a rotated secret beside the one before, until off-boarded", async () => {
  const { agent, id, configuration } = await newAgent("Meter 4", "SHARED_SECRET");
  const management = sdk.GetAgentManagementClient();
  assert.equal((await management.GetOnboardingStatus(id)).status, "ONBOARDING");
  await agent.OnBoard();
  assert.equal((await management.GetOnboardingStatus(id)).status, "ONBOARDED");
  const headers = { authorization: `Bearer ${configuration.content?.iat}` };
  const route = "POST /api/agentmanagement/v3/register";
  assert.equal((await caller.send(null, route, {}, headers)).status, 401);

  await agent.RenewToken();
  assert.equal(await agent["RotateKey"](), true);
  assert.equal(await agent["TryRecovery"](), true);
  const token = await agent.GetAgentToken();
  const own = { authorization: `Bearer ${token}` };
  const list = `GET ${AGENTS}/${id}/dataSourceConfiguration`;
  assert.equal((await caller.send(null, list, undefined, own)).status, 200);
  assert.equal((await management.OffboardAgent(id)).status, "NOT_ONBOARDED");
  assert.equal((await caller.send(null, list, undefined, own)).status, 401);
  await assert.rejects(new MindConnectAgent(configuration as never, 600, folder)["AquireToken"]());
});

test("an agent reads what it needs and touches nothing but its own", async () => {
  const { agent, id } = await newAgent("Meter 5", "SHARED_SECRET");
  const { id: other } = await newAgent("Meter 6", "SHARED_SECRET");
  await agent.OnBoard();
  const own = { authorization: `Bearer ${await agent.GetAgentToken()}` };
  const strange = await meter("Somebody else's");
  const event = { entityId: strange, timestamp: new Date().toISOString() };
  const asked: readonly [string, unknown, number][] = [
    [`GET ${AGENTS}/${id}`, undefined, 200],
    [`GET ${AGENTS}/${other}`, undefined, 403],
    [`GET ${AGENTS}`, undefined, 403],
    [`GET ${AGENTS}/${other}/dataSourceConfiguration`, undefined, 403],
    [`GET /api/assetmanagement/v3/assets/${strange}`, undefined, 200],
    ["DELETE /api/assetmanagement/v3/assets/x", undefined, 403],
    ["POST /api/eventmanagement/v3/events", event, 403],
    ["POST /api/eventmanagement/v3/events", { ...event, entityId: id }, 201],
    [`PUT /api/iotfile/v3/files/${strange}/a.txt`, "hello", 403],
    [`PUT /api/iotfile/v3/files/${id}/a.txt`, "hello", 201],
    [`POST /api/mindconnect/v3/ingest?senderId=${other}`, { timeseries: [] }, 403],
    ["POST /api/mindconnect/v3/diagnosticActivations", { agentId: id }, 403],
  ];
  for (const [route, body, status] of asked) {
    const reply = await caller.send(null, route, body, own);
    assert.equal(reply.status, status, `${route}: ${reply.text}`);
  }
});

test("the list of an agent changes by its version, and mappings tell whether they still fit", async () => {
  const { agent, id } = await newAgent("Meter 7", "SHARED_SECRET");
  const target = await meter("Seventh meter");
  await agent.OnBoard();
  const route = `PUT ${AGENTS}/${id}/dataSourceConfiguration`;
  const listed = (...points: object[]) => ({
    configurationId: "c",
    dataSources: [{ name: "d", dataPoints: points }],
  });
  const energy = { id: "e", name: "energy", type: "LONG", unit: "Wh" };
  const put = (body: object, etag: string | null) =>
    caller.send("engineer", route, body, etag === null ? {} : { "if-match": etag });
  assert.equal((await put(listed(energy), null)).status, 428);
  assert.equal((await put(listed(energy), "7")).status, 412);
  assert.equal((await put(listed(energy, energy), "0")).status, 400);
  assert.equal((await put(listed({ ...energy, type: "FLOAT" }), "0")).status, 400);
  assert.equal(
    (await put(listed(energy, { ...energy, id: "s", type: "STRING" }), "0")).json.eTag,
    "1",
  );

  const mapping = { agentId: id, dataPointId: "e", entityId: target };
  const property = { propertySetName: "Electric", propertyName: "energy" };
  const map = (more: object) =>
    caller.send("engineer", "POST /api/mindconnect/v3/dataPointMappings", {
      ...{ ...mapping, ...property, ...more },
    });
  assert.equal((await map({ dataPointId: "no" })).status, 400);
  assert.equal((await map({ dataPointId: "s" })).status, 400);
  assert.equal((await map({ propertyName: "no" })).status, 404);
  assert.equal((await map({ entityId: "0".repeat(31) })).status, 404);
  const made = await map({});
  assert.equal(made.status, 201);
  assert.deepEqual(made.json.validity, { status: "VALID" });
  assert.equal((await map({})).status, 409);

  const one = `GET /api/mindconnect/v3/dataPointMappings/${made.json.id}`;
  await put(listed({ ...energy, unit: "kWh" }), "1");
  const changed = await caller.send("viewer", one);
  assert.deepEqual(changed.json.validity, { status: "INVALID", reasons: ["INVALID_UNIT"] });
  await put(listed({ ...energy, id: "other" }), "2");
  const missing = await caller.send("viewer", one);
  assert.deepEqual(missing.json.validity, { status: "INVALID", reasons: ["MISSING_DATAPOINT"] });
  await put(listed({ ...energy, type: "INT", unit: "Wh" }), "3");
  const retyped = await caller.send("viewer", one);
  assert.deepEqual(retyped.json.validity, { status: "INVALID", reasons: ["INVALID_TYPE"] });
  await put(listed(energy), "4");
  assert.deepEqual((await caller.send("viewer", one)).json.validity, { status: "VALID" });
  const { json } = await house.send("engineer", "GET /points?search=Seventh");
  const point = json.items.find(({ variable }: { variable: { name: string } }) => {
    return variable.name === "energy";
  });
  await house.send("engineer", `PATCH /points/${point.id}`, { name: "renamed" });
  const orphan = (await caller.send("viewer", one)).json;
  assert.deepEqual(orphan.validity, { status: "INVALID", reasons: ["MISSING_PROPERTY"] });
  assert.equal((await caller.send("engineer", one.replace("GET", "DELETE"))).status, 204);
  assert.equal((await caller.send("viewer", one)).status, 404);
});

test("what is refused of an exchange is answered, kept and told in the diagnostics", async () => {
  const { agent, id } = await newAgent("Meter 8", "SHARED_SECRET");
  await agent.OnBoard();
  await agent.ConfigureAgentForAssetId(await meter("Eighth meter"));
  const mindconnect = sdk.GetMindConnectApiClient();
  const activation = await mindconnect.PostDiagnosticActivation(id);
  assert.equal(activation.status, "ACTIVE");
  const rows = [{ timestamp: "yesterday", values: [] }];
  await assert.rejects(agent.BulkPostData(rows as never, false), /Bad Request/);
  const told = await mindconnect.GetDiagnosticActivationMessages(id);
  assert.deepEqual(
    told.content.map(({ severity, state }) => [severity, state]),
    [["ERROR", "DROPPED"]],
  );
  assert.match(told.content[0]?.message ?? "", /E_TIME/);
  const rejected = await house.send("engineer", "GET /rejected");
  assert.ok(rejected.json.items.some(({ detail }: { detail: string }) => /E_TIME/.test(detail)));
  await mindconnect.PutDiagnosticActivation(id, { status: "INACTIVE" as never });
  assert.deepEqual((await mindconnect.GetDiagnosticActivationMessages(id)).content, []);
  await mindconnect.DeleteDiagnosticActivation(id);
  assert.deepEqual((await mindconnect.GetDiagnosticActivations()).content, []);

  const own = { authorization: `Bearer ${await agent.GetAgentToken()}` };
  const bodies: readonly [string, string, number][] = [
    ["text/plain", "x", 400],
    ["multipart/mixed; boundary=b", "no parts", 400],
    ["multipart/mixed; boundary=b", "--b\r\n\r\nno meta\r\n--b--\r\n", 400],
    ["multipart/mixed; boundary=b", item("strange", "[]"), 400],
    ["multipart/mixed; boundary=b", item("standardTimeSeries", "{}"), 400],
    ["multipart/mixed; boundary=b", item("businessEvent", EVENTS), 200],
    ["multipart/mixed; boundary=b", item("standardTimeSeries", "[]").replace(/--b--\s*$/, ""), 200],
  ];
  for (const [type, body, status] of bodies) {
    const headers = { ...own, "content-type": type };
    const reply = await caller.send(null, "POST /api/mindconnect/v3/exchange", body, headers);
    assert.equal(reply.status, status, `${body}: ${reply.text}`);
  }
  const { json } = await caller.send(
    "viewer",
    `GET /api/eventmanagement/v3/events?filter=${JSON.stringify({ entityId: id })}`,
  );
  assert.deepEqual(
    [json._embedded.events[0].severity, json._embedded.events[0].description],
    [30, "jam"],
  );
});

test("files go up whole and in parts, come back as they were, and are listed", async () => {
  const entity = await meter("With files");
  const files = sdk.GetIoTFileClient();
  const first = await files.PutFile(entity, "a/b.txt", Buffer.from("hello"), {
    ...{ description: "one", type: "text/plain" },
  } as never);
  assert.equal((first as unknown as Headers).get("etag"), "0");
  const big = Buffer.alloc(11 * 1024 * 1024, "0123456789");
  const options = { chunk: true, chunkSize: 5 * 1024 * 1024 };
  const md5 = await files.UploadFile(entity, "big.bin", big, options);
  assert.match(md5, /^[0-9a-f]{32}$/);
  const read = await files.GetFile(entity, "big.bin");
  assert.ok(Buffer.from(await read.arrayBuffer()).equals(big));
  const part = (range: string) =>
    caller.send("viewer", `GET /api/iotfile/v3/files/${entity}/a/b.txt`, undefined, { range });
  const [middle, behind] = [await part("bytes=1-3"), await part("bytes=5-")];
  assert.deepEqual([middle.status, middle.text], [206, "ell"]);
  assert.equal(middle.headers.get("content-range"), "bytes 1-3/5");
  assert.deepEqual([behind.status, behind.text], [416, ""]);
  assert.equal(behind.headers.get("content-range"), "bytes */5");
  const listed = await files.GetFiles(entity, { order: "name asc" });
  assert.deepEqual(
    listed.map(({ name, path, size, etag }) => [name, path, size, etag]),
    [
      ["b.txt", "a/", 5, 0],
      ["big.bin", "", big.length, 0],
    ],
  );
  const route = `PUT /api/iotfile/v3/files/${entity}/a/b.txt`;
  assert.equal((await caller.send("operator", route, "new", { "if-match": "7" })).status, 412);
  assert.equal((await caller.send("operator", route, "new", { "if-match": "0" })).status, 200);
  await files.DeleteFile(entity, "a/b.txt");
  await assert.rejects(files.GetFile(entity, "a/b.txt"), /Not Found/);
});

test("a delivery job is kept for agents that are away, and shows what each answers", async () => {
  const { id } = await newAgent("Meter 9", "SHARED_SECRET");
  const { clientId } = await newAgent("Meter 10", "SHARED_SECRET").then(async ({ id: other }) => {
    const { json } = await caller.send("engineer", `GET ${AGENTS}/${other}`);
    return { clientId: String(json.mqttClientId) };
  });
  const commanding = sdk.GetCommandingClient();
  const data = { mode: "eco" };
  const job = await commanding.PostDeliveryJob({ name: "Eco", clientIds: [id, clientId], data });
  assert.deepEqual([job.name, job.status, job.data], ["Eco", "EXECUTING", data]);
  const listed = await commanding.GetDeliveryJobs({});
  assert.deepEqual(
    listed._embedded.deliveryJobs.map((row) => [row.id, row.status]),
    [[job.id, "EXECUTING"]],
  );
  const { _embedded } = await commanding.GetDeliveryJobCommands(job.id ?? "", {});
  assert.deepEqual(
    _embedded.commands.map((row) => [row.clientId, row.status]),
    [
      [id, "EXECUTING"],
      [clientId, "EXECUTING"],
    ],
  );
  const one = _embedded.commands[1]?.id ?? "";
  const command = await commanding.GetDeliveryJobCommand(job.id ?? "", one);
  assert.deepEqual([command.status, command.response], ["EXECUTING", {}]);

  await commanding.DeleteDeliveryJob(job.id ?? "");
  await assert.rejects(commanding.GetDeliveryJob(job.id ?? ""), /Not Found/);

  const wrong: readonly [object, number][] = [
    [{ name: "", clientIds: [id], data }, 400],
    [{ name: "x".repeat(129), clientIds: [id], data }, 400],
    [{ name: "x", clientIds: [], data }, 400],
    [{ name: "x", clientIds: Array(21).fill(id), data }, 400],
    [{ name: "x", clientIds: ["nobody"], data }, 404],
    [{ name: "x", clientIds: [id], data: { text: "x".repeat(5_000) } }, 400],
  ];
  const route = "POST /api/commanding/v3/deliveryJobs";
  for (const [body, status] of wrong) {
    const reply = await caller.send("operator", route, body);
    assert.equal(reply.status, status, reply.text);
  }
  assert.equal((await caller.send("viewer", route, wrong[0]?.[0])).status, 403);
});

test("a time series is ingested by its sender's client id, all of it or with a reason", async () => {
  const { id } = await newAgent("Meter 11", "SHARED_SECRET");
  const { json } = await caller.send("engineer", `GET ${AGENTS}/${id}`);
  const mindconnect = sdk.GetMindConnectApiClient();
  const at = new Date(Date.now() - 60_000).toISOString();
  const said = (value: string, qualityCode: string) => {
    return { timestamp: at, values: [{ dataPointId: "DP-x", value, qualityCode }] };
  };
  for (const [sender, value] of [
    [json.mqttClientId, "1.5"],
    [id, "2.5"],
  ]) {
    const body = { timeseries: [said(value, "0")] };
    assert.equal((await mindconnect.Ingest(sender, body)).status, 200);
    const { items } = (await house.send("viewer", "GET /inbox")).json;
    const channels = items.flatMap((one: { channels: object[] }) => one.channels);
    const channel = channels.find(({ name }: { name: string }) => name === "DP-x");
    assert.deepEqual([String(channel.latest.value), channel.latest.at], [value, at]);
  }
  const wrong = { timeseries: [{ ...said("3", "0"), timestamp: "yesterday" }] };
  await assert.rejects(mindconnect.Ingest(id, wrong), /E_TIME/);
  await assert.rejects(mindconnect.Ingest("nobody", { timeseries: [] }), /agentUnknown/);
});

test("an exchange brings time series, events and a file in one body", async () => {
  const { agent, id, entityId } = await newAgent("Meter 12", "SHARED_SECRET");
  await agent.OnBoard();
  await agent.ConfigureAgentForAssetId(await meter("Twelfth meter"));
  const at = new Date(Date.now() - 60_000).toISOString();
  const values = [{ dataPointId: "DP-energy", value: "12", qualityCode: "12189696" }];
  const file = { fileName: "log/a.txt", fileType: "text/plain", creationDate: at };
  const body = [
    item("standardTimeSeries", JSON.stringify([{ timestamp: at, values }])),
    item("businessEvent", EVENTS.replace("e-1", "e-2")),
    item("file", "12:00 started", file),
  ];
  const whole = body.map((one) => one.replace(/--b--\s*$/, "")).join("");
  const headers = {
    authorization: `Bearer ${await agent.GetAgentToken()}`,
    "content-type": "multipart/mixed; boundary=b",
  };
  const route = "POST /api/mindconnect/v3/exchange";
  const reply = await caller.send(null, route, `${whole}--b--\n`, headers);
  assert.equal(reply.status, 200, reply.text);
  const { _embedded } = await sdk.GetEventManagementClient().GetEvents({
    filter: JSON.stringify({ entityId: id }),
  });
  assert.deepEqual(
    _embedded?.events?.map(({ description }) => description),
    ["jam"],
  );
  const kept = await sdk.GetIoTFileClient().GetFile(entityId, "log/a.txt");
  assert.equal(await kept.text(), "12:00 started");
  const mappings = await agent.GetDataMappings();
  const target = mappings.find(({ dataPointId }) => dataPointId === "DP-energy")?.entityId ?? "";
  const [record] = await sdk.GetTimeSeriesClient().GetTimeSeries(target, "Electric");
  assert.deepEqual(record, { _time: at, energy: 12, energy_qc: "12189696" });
});

const EVENTS = JSON.stringify([
  { id: "e-1", timestamp: "2026-01-01T00:00:00Z", severity: "30", type: "X", description: "jam" },
]).replace("2026-01-01T00:00:00Z", new Date().toISOString());

function item(type: string, content: string, details: object = {}): string {
  const meta = JSON.stringify({ type: "item", version: "1.0", payload: { type, details } });
  const inner = `--i\n\n${meta}\n--i\nContent-Type: application/json\n\n${content}\n--i--\n`;
  return `--b\nContent-Type: multipart/related; boundary="i"\n\n${inner}\n--b--\n`;
}

async function newAgent(name: string, securityProfile: "SHARED_SECRET" | "RSA_3072") {
  const assets = sdk.GetAssetManagementClient();
  const { assetId: parentId = "" } = await assets.GetRootAsset();
  const asset = await assets.PostAsset({ name, parentId, typeId: "core.mclib" } as never);
  const entityId = asset.assetId ?? "";
  const management = sdk.GetAgentManagementClient();
  const made = await management.PostAgent({ name, entityId, securityProfile } as never);
  assert.deepEqual([made.entityId, made.eTag, made.name], [entityId, "0", name]);
  const id = made.id ?? "";
  const configuration = await management.GetBoardingConfiguration(id);
  const agent = new MindConnectAgent(configuration as never, 600, folder);
  return { agent, id, entityId, configuration };
}

async function meter(name: string): Promise<string> {
  const assets = sdk.GetAssetManagementClient();
  const { assetId: parentId = "" } = await assets.GetRootAsset();
  const asset = await assets.PostAsset({ name, parentId, typeId: meterId } as never);
  return asset.assetId ?? "";
}

async function meterType(): Promise<string> {
  const assets = sdk.GetAssetManagementClient();
  const variables = [
    { name: "energy", dataType: "LONG", unit: "Wh", qualityCode: true },
    { name: "isOn", dataType: "BOOLEAN", unit: "" },
  ];
  const aspect = { name: "Electric", category: "dynamic", scope: "private", variables };
  await assets.PutAspectType(`${TENANT}.electric`, aspect as never, { ifNoneMatch: "*" });
  const aspects = [{ name: "Electric", aspectTypeId: `${TENANT}.electric` }];
  const type = { name: "Meter", parentTypeId: "core.basicasset", scope: "private", aspects };
  const made = { ...type, instantiable: true };
  await assets.PutAssetType(`${TENANT}.Meter`, made as never, { ifNoneMatch: "*" });
  return `${TENANT}.Meter`;
}

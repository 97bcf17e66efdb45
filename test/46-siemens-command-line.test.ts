import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { MindSphereSdk } from "@mindconnect/mindconnect-nodejs";
import { House } from "./house.ts";
import { PASSKEY, SiemensCli } from "./siemens-cli.ts";

/*
 * npm @mindconnect/mindconnect-nodejs 3.24.2, as its README shows it, against a real server: what
 * is done with one command is read back with another, and over our own API.
 */

let house: House;
let cli: SiemensCli;
let sdk: MindSphereSdk;
let pump: string;
let agent: string;

const BEGIN = Date.now() - 3_600_000;
const ROWS = 5;
const DAY_MS = 86_400_000;
const HEAD = "timestamp,dataPointId,qualityCode,value";
const BASE_EVENT = "com.siemens.mindsphere.eventmgmt.event.type.MindSphereStandardEvent";

before(async () => {
  house = await (await House.open()).signIn();
  cli = new SiemensCli();
  const { token } = await house.call("POST", "/tokens", { name: "mdsp", role: "admin" });
  const basicAuth = `Basic ${Buffer.from(`mdsp:${token}`).toString("base64")}`;
  sdk = new MindSphereSdk({ gateway: house.url, basicAuth, tenant: "house" });
  pump = await newPump();
  const signedIn = await cli.signIn(house.url, "mdsp", token);
  assert.equal(signedIn.code, 0, signedIn.text);
});
after(async () => {
  cli.close();
  await house.close();
});

test("service credentials get a token, and list-assets the assets", async () => {
  await says(["service-token"], /eyJ/);
  await says(["list-assets"], /Pump 1/, new RegExp(pump));
  await says(["asset-info", "--assetid", pump], /Pump 1/);
});

test("an agent is created, onboarded and configured", async () => {
  await says(["create-agent", "--config", "agent.json", "--agentname", "CliAgent"]);
  const { content } = JSON.parse(readFileSync(join(cli.folder, "agent.json"), "utf8"));
  agent = content.clientId;
  assert.match(agent, /^[0-9a-f]{32}$/);
  assert.equal(content.baseUrl, house.url);
  await says(["onboard", "--config", "agent.json"], /succesfully onboarded/);
  await says(["agent-token", "--config", "agent.json"], /eyJ/);
  await says(["agent-status", "--config", "agent.json"], /ONBOARDED/);
  const configure = ["configure-agent", "--config", "agent.json"];
  await says([...configure, "--mode", "config", "--typeid", "house.Pump"], /DP-speed/);
  await says([...configure, "--mode", "map", "--assetid", pump], /Mappings count: 2/);
});

test("a time series goes up, and is read back with the CLI and over our own API", async () => {
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const at = new Date(BEGIN + index * 60_000).toISOString();
    return [`${at},DP-speed,0,${1_000 + index}`, `${at},DP-running,0,${index % 2 === 0}`];
  });
  const csv = [HEAD, ...rows.flat()].join("\n");
  writeFileSync(join(cli.folder, "series.csv"), csv);
  const upload = ["upload-timeseries", "--config", "agent.json", "--file", "series.csv"];
  await says(upload, /posting timeseries message/);

  const { items } = await house.call("GET", "/points?limit=100");
  const speed = items.find(({ variable }: { variable: { name: string } }) => {
    return variable.name === "speed";
  });
  const span = `from=${BEGIN}&to=${BEGIN + 3_600_000}`;
  const history = await house.call("GET", `/points/${speed.id}/history?${span}`);
  assert.deepEqual(history.value, [1_000, 1_001, 1_002, 1_003, 1_004]);
  const where = ["--assetid", pump, "--aspectname", "Drive"];
  const range = ["--from", iso(BEGIN), "--to", iso(BEGIN + 3_600_000)];
  await says(["timeseries", ...where, ...range, "--all"], /1000/, /1004/);
  const hourly = ["--intervalvalue", "1", "--intervalunit", "hour"];
  await says(["aggregates", ...where, ...wholeHours(), ...hourly, "--all"], /speed/);
});

test("an event is created, listed and deleted", async () => {
  const event = { entityId: pump, timestamp: iso(BEGIN), severity: 20, description: "Seal leaks" };
  writeFileSync(join(cli.folder, "event.json"), JSON.stringify(event));
  const created = await says(
    ["events", "--mode", "create", "--file", "event.json"],
    /creted event/,
  );
  await says(["events", "--mode", "list", "--assetid", pump], /Seal leaks/, /1 events listed/);
  const [id = ""] = /[0-9a-f-]{36}/.exec(created) ?? [];
  await says(["events", "--mode", "info", "--eventid", id], /Seal leaks/);
  await says(["events", "--mode", "delete", "--eventid", id], /is in state FINISHED/);
  await says(["events", "--mode", "list", "--assetid", pump], /0 events listed/);
});

test("a file goes up to the agent and comes back as it was", async () => {
  writeFileSync(join(cli.folder, "notes.txt"), "turned the pump off");
  await says(
    ["upload-file", "--config", "agent.json", "--file", "notes.txt"],
    /succesfully uploaded/,
  );
  await says(
    ["upload-file", "--config", "agent.json", "--file", "notes.txt"],
    /succesfully uploaded/,
  );
  await says(["list-files", "--assetid", agent], /notes.txt/);
  const file = await sdk.GetIoTFileClient().GetFile(agent, "notes.txt");
  assert.equal(await file.text(), "turned the pump off");
});

test("a file comes down and goes by its name and folder", async () => {
  writeFileSync(join(cli.folder, "notes.txt"), "");
  await says(["download-file", "--assetid", agent, "--file", "notes.txt"]);
  assert.equal(readFileSync(join(cli.folder, "notes.txt"), "utf8"), "turned the pump off");
  const up = ["upload-file", "--config", "agent.json", "--file", "notes.txt"];
  await says([...up, "--filepath", "logs/notes.txt"], /succesfully uploaded/);
  const there = ["--assetid", agent, "--filepath", "logs"];
  await says(["delete-file", ...there, "--file", "notes.txt"], /deleted/);
  const left = await sdk.GetIoTFileClient().GetFiles(agent);
  assert.deepEqual(
    left.map(({ path, name }) => [path, name]),
    [["", "notes.txt"]],
  );
});

test("types and an asset are made, told and removed by the command line", async () => {
  const variable = { ...{ name: "temp", dataType: "DOUBLE", unit: "C" }, searchable: true };
  const scope = { scope: "private", description: "" };
  const aspect = { name: "Env", category: "dynamic", ...scope, variables: [variable] };
  writeFileSync(join(cli.folder, "aspect.json"), JSON.stringify(aspect));
  await says(["aspects", "--mode", "create", "--file", "aspect.json"], /house.Env/);
  await says(["aspects", "--mode", "info", "--aspect", "house.Env"], /"temp"/);
  const aspects = [{ name: "Env", aspectTypeId: "house.Env" }];
  const type = { name: "Room", parentTypeId: "core.basicasset", instantiable: true, ...scope };
  writeFileSync(
    join(cli.folder, "type.json"),
    JSON.stringify({ ...type, aspects, variables: [], fileAssignments: [] }),
  );
  await says(["asset-types", "--mode", "create", "--file", "type.json"], /house.Room/);
  await says(["asset-types", "--mode", "list"], /house.Room/, /core.basicasset/);
  await says(["assets", "--mode", "template", "--file", "asset.json", "--typeid", "house.Room"]);
  const { assetId: root } = (await sdk.GetAssetManagementClient().GetRootAsset()) ?? {};
  const below = ["--assetname", "Room 7", "--parentid", String(root), "--typeid", "house.Room"];
  const made = await cli.run("assets", "--mode", "create", "--file", "asset.json", ...below);
  const room = /[0-9a-f]{32}/.exec(made.text)?.[0];
  assert.ok(room, made.text);
  await says(["assets", "--mode", "tree"], /Room 7/);
  await says(["assets", "--mode", "delete", "--assetid", room], /deleted/);
  await says(["asset-types", "--mode", "delete", "--assettype", "house.Room"], /deleted/);
  await says(["aspects", "--mode", "delete", "--aspect", "house.Env"], /deleted/);
});

test("an agent's secrets are renewed, and it comes in with the new ones", async () => {
  await says(["renew-agent", "--config", "agent.json", "--passkey", PASSKEY], /renewed/);
  await says(["agent-status", "--config", "agent.json"], /is not onboarded/);
  await says(["onboard", "--config", "agent.json"], /succesfully onboarded/);
  await says(["agent-token", "--config", "agent.json"], /eyJ/);
  const configure = ["configure-agent", "--config", "agent.json"];
  await says([...configure, "--mode", "print"], /DP-speed-->speed/);
  await says([...configure, "--mode", "test"], /total number of 20 datapoints/);
});

test("thousands of rows go up in parts of two hundred", async () => {
  const rows = Array.from({ length: 3_000 }, (_, index) => {
    return `${iso(BEGIN - 7_200_000 + index * 1_000)},DP-speed,0,${index}`;
  });
  writeFileSync(join(cli.folder, "many.csv"), `${HEAD}\n${rows.join("\n")}`);
  const upload = ["upload-timeseries", "--config", "agent.json", "--file", "many.csv"];
  await says(upload, /Nr\. 15 with 200 records/);
  const where = ["--assetid", pump, "--aspectname", "Drive"];
  const range = ["--from", iso(BEGIN - 7_200_000), "--to", iso(BEGIN - 4_200_001)];
  await says(["timeseries", ...where, ...range, "--all"], /There were 3000 timeseries entries/);
  const down = ["download-bulk", ...where, ...range, "--dir", "down", "--passkey", PASSKEY];
  await says(down, /Files with timeseries data are in/);
  const files = readdirSync(join(cli.folder, "down")).map((file) => {
    return JSON.parse(readFileSync(join(cli.folder, "down", file), "utf8")).length;
  });
  assert.equal(
    files.reduce((sum, count) => sum + count, 0),
    3_000,
  );
});

test("files of records go up in bulk, as jobs or one by one", async () => {
  const prepare = ["prepare-bulk", "--assetid", pump, "--twintype", "performance"];
  await says([...prepare, "--dir", "bulk", "--size", "20", "--files", "2", "--offset", "9"]);
  await says(["run-bulk", "--dir", "bulk", "--start"]);
  await says(["check-bulk", "--dir", "bulk"], /job\(s\) in status SUCCESS/);
  const again = ["run-bulk", "--dir", "bulk", "--start", "--force", "--timeseries"];
  await says(again, /Done/);
  await says(["check-bulk", "--dir", "bulk", "--timeseries"], /posted timeseries messages: 2/);
  const range = ["--from", iso(BEGIN - 14 * DAY_MS), "--to", iso(BEGIN - 7 * DAY_MS)];
  const where = ["--assetid", pump, "--aspectname", "Drive"];
  await says(["timeseries", ...where, ...range, "--all"], /There were 40 timeseries entries/);
});

test("what the house refuses of an agent stands in its diagnostics", async () => {
  await says(["register-diagnostic", "--config", "agent.json"], /successfully registered/);
  writeFileSync(join(cli.folder, "bad.csv"), `${HEAD}\n${iso(BEGIN)},DP-nobody,0,1`);
  const upload = ["upload-timeseries", "--config", "agent.json", "--file", "bad.csv"];
  await cli.run(...upload, "--no-validation");
  await says(["get-diagnostic", "--config", "agent.json"], /DP-nobody/);
  await says(["unregister-diagnostic", "--config", "agent.json"], /unregistered/);
});

test("types of events are made, and events of the days are fetched and deleted at once", async () => {
  const [parentId, field] = [BASE_EVENT, { name: "pressure", type: "DOUBLE", required: false }];
  const type = { ...{ id: "house.Leak", name: "Leak", parentId }, ttl: 35, scope: "LOCAL" };
  const flags = { filterable: true, updatable: true, values: [] };
  const file = join(cli.folder, "leak.json");
  writeFileSync(file, JSON.stringify({ ...type, fields: [{ ...field, ...flags }] }));
  await says(["event-types", "--mode", "create", "--file", "leak.json"], /house\.Leak/);
  await says(["event-types", "--mode", "list", "--eventtype", "Leak"], /1 event types listed/);
  const event = { entityId: pump, timestamp: iso(BEGIN), typeId: "house.Leak", pressure: 2.5 };
  writeFileSync(join(cli.folder, "leaks.json"), JSON.stringify(event));
  for (let times = 0; times < 3; times += 1) {
    await says(["events", "--mode", "create", "--file", "leaks.json"], /creted event/);
  }
  await says(["events-bulk", "--size", "2", "--dir", "events"], /Files with event data/);
  assert.equal(readdirSync(join(cli.folder, "events")).length, 2);
  writeFileSync(join(cli.folder, "filter.json"), JSON.stringify({ typeId: "house.Leak" }));
  const remove = ["events-bulk", "--mode", "delete", "--filter", "filter.json"];
  await says(remove, /in state FINISHED/);
  await says(["events", "--mode", "list"], /0 events listed/);
  const gone = ["event-types", "--mode", "delete", "--eventtype", "house.Leak"];
  await says(gone, /deleted/);
});

test("the model is locked and opened, and a job for an agent is made and taken back", async () => {
  await says(["asset-lock", "--mode", "lock"], /is locked/);
  await says(["asset-lock", "--mode", "info"], /is locked/);
  await says(["asset-lock", "--mode", "unlock"], /is unlocked/);
  const wish = { kind: "mindsphere", tenant: "house", name: "oven", credential: "password" };
  const { agent: oven } = await house.call("POST", "/agents", wish);
  const job = { name: "heat", clientIds: [oven.clientId], data: { degrees: "200" } };
  writeFileSync(join(cli.folder, "job.json"), JSON.stringify(job));
  const jobs = ["delivery-jobs", "--mode"];
  await says([...jobs, "create", "--file", "job.json"], /job/);
  const [made] = (await sdk.GetCommandingClient().GetDeliveryJobs())._embedded?.deliveryJobs ?? [];
  const id = String(made?.id);
  await says([...jobs, "commands", "--jobid", id], /EXECUTING/);
  await says([...jobs, "delete", "--jobid", id], /deleted/);
  await says([...jobs, "list"], /0 mqtt delivery jobs/);
});

test("what belongs to other services of Siemens is told to be absent, by name", async () => {
  for (const [command, service] of [
    ["policy", "resourceaccessmanagement"],
    ["tenant", "tenantmanagement"],
    ["models", "modelmanagement"],
    ["jobs", "jobmanager"],
    ["data-exchange", "dataexchange"],
    ["data-lake", "datalake"],
    ["cases", "casemanagement"],
  ]) {
    const { text } = await cli.run(String(command));
    assert.match(text, new RegExp(`the house has no '${service}'`), text);
  }
});

test("what was uploaded is there after a kill", async () => {
  const { http } = house.ports;
  await house.killAndRestart(["--http", `127.0.0.1:${http}`]);
  await house.signIn();
  const where = ["--assetid", pump, "--aspectname", "Drive"];
  const range = ["--from", iso(BEGIN), "--to", iso(BEGIN + 3_600_000)];
  await says(["timeseries", ...where, ...range], /1004/);
  await says(["agent-status", "--config", "agent.json"], /ONBOARDED/);
});

test("an agent that is off-boarded gets no token any more", async () => {
  await says(["offboard-agent", "--config", "agent.json"], /offboarded/);
  await says(["agent-status", "--config", "agent.json"], /NOT_ONBOARDED/);
  assert.match((await cli.run("agent-token", "--config", "agent.json")).text, /rror/);
});

/** The command ends well and says these. */
async function says(args: readonly string[], ...wanted: readonly RegExp[]): Promise<string> {
  const { code, text } = await cli.run(...args);
  assert.equal(code, 0, `${args.join(" ")}: ${text}`);
  assert.doesNotMatch(text, /Network error|rror:/, args.join(" "));
  for (const one of wanted) assert.match(text, one);
  return text;
}

async function newPump(): Promise<string> {
  const assets = sdk.GetAssetManagementClient();
  const variables = [
    { name: "speed", dataType: "DOUBLE", unit: "rpm" },
    { name: "running", dataType: "BOOLEAN", unit: "" },
  ];
  const aspect = { name: "Drive", category: "dynamic", scope: "private", variables };
  await assets.PutAspectType("house.drive", aspect as never, { ifNoneMatch: "*" });
  const aspects = [{ name: "Drive", aspectTypeId: "house.drive" }];
  const type = { name: "Pump", parentTypeId: "core.basicasset", scope: "private", aspects };
  await assets.PutAssetType("house.Pump", type as never, { ifNoneMatch: "*" });
  const { assetId: parentId = "" } = await assets.GetRootAsset();
  const made = await assets.PostAsset({ name: "Pump 1", parentId, typeId: "house.Pump" } as never);
  return made.assetId ?? "";
}

function wholeHours(): readonly string[] {
  const hour = 3_600_000;
  const first = Math.floor(BEGIN / hour) * hour;
  return ["--from", iso(first), "--to", iso(first + 2 * hour)];
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

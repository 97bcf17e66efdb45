import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  type AssetManagementModels,
  MindSphereSdk,
  UserAuth,
} from "@mindconnect/mindconnect-nodejs";
import { type Enrolled, enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, publish, subscribe } from "./mosquitto.ts";

const skip = !hasMosquitto;
const ROOT = "tc/camexia/camexia_gateway";
const AT = "2026-01-05T10:00:00Z";

const house = await (await House.open()).signIn();
after(() => house.close());
let agent: Enrolled;
let sdk: MindSphereSdk;
let cabinet: string;

before(async () => {
  agent = await enrol(house, { kind: "mindsphere", tenant: "camexia" });
  const basicAuth = `Basic ${Buffer.from("owner:a long and quiet sentence").toString("base64")}`;
  sdk = new MindSphereSdk({ gateway: house.url, basicAuth, tenant: "camexia" });
});

test("the SDK makes types and an asset with its owner's name and password", async () => {
  const models = sdk.GetAssetManagementClient();
  const energy = { name: "Energy", category: "dynamic", scope: "private", variables: VARIABLES };
  const isNew = { ifNoneMatch: "*" };
  await models.PutAspectType("camexia.Energy", energy as AssetManagementModels.AspectType, isNew);
  const aspects = [{ name: "energy", aspectTypeId: "camexia.Energy" }];
  await models.PutAssetType("camexia.Meter", { name: "Meter", aspects }, isNew);
  const root = await models.GetRootAsset();
  const wish = { name: "Cabinet", typeId: "core.basicasset", parentId: String(root.assetId) };
  cabinet = String((await models.PostAsset(wish)).assetId);
  assert.match(cabinet, /^[a-f0-9]{32}$/);
});

test("an agent's model stands on those types, below that asset", { skip }, async () => {
  const asset = { referenceId: "a", typeId: "camexia.Meter", name: "Meter A" };
  await send("amo_v3/m", {
    id: "1",
    data: {
      externalId: "meter",
      typeModel: {},
      instanceModel: { assets: [{ ...asset, parentReferenceId: cabinet }] },
      mappingModel: { mappings: [mapping("energy"), mapping("power")] },
    },
  });
  await send("amo_v3/i", {
    id: "2",
    data: { modelExternalId: "meter", parameterization: { values: [] } },
  });
  const found = await until("the asset is there", async () => {
    const { _embedded } = await sdk.GetAssetManagementClient().GetAssets({
      filter: JSON.stringify({ name: "Meter A" }),
    });
    return _embedded?.assets?.[0];
  });
  assert.deepEqual([found.typeId, found.parentId], ["camexia.Meter", cabinet]);
});

test("the asset that the agent stands for is found by its client id", { skip }, async () => {
  const { content } = await sdk.GetAgentManagementClient().GetAgents({
    filter: JSON.stringify({ mqttClientId: agent.clientId }),
  });
  const filter = JSON.stringify({ externalId: agent.clientId });
  const { _embedded } = await sdk.GetAssetManagementClient().GetAssets({ filter });
  assert.deepEqual(
    _embedded?.assets?.map(({ assetId }) => assetId),
    content?.map(({ entityId }) => entityId),
  );
  assert.equal(_embedded?.assets?.length, 1);
});

test("the SDK reads what an agent answered to its command, and nothing else", {
  skip,
}, async () => {
  const commanding = sdk.GetCommandingClient();
  const { clientId } = agent;
  const job = await commanding.PostDeliveryJob({
    ...{ name: "Eco", clientIds: [clientId], data: { mode: "eco" } },
  });
  const commands = async () => {
    return (await commanding.GetDeliveryJobCommands(String(job.id), {}))._embedded.commands;
  };
  const id = String((await commands())[0]?.id);
  const heard = await subscribe(agent.plain, `${ROOT}/i/cmd_v3/c`);
  await until("it is told", () => heard.lines.find((line) => line.includes(id)));
  heard.close();
  const data = { timestamp: AT, jobId: job.id, status: "EXECUTED", response: { mode: "eco" } };
  await send("cmd_v3/u", { id: "5", requestId: id, data });
  const done = await commanding.GetDeliveryJobCommand(String(job.id), id);
  assert.deepEqual([String(done.status), done.response], ["EXECUTED", { mode: "eco" }]);
});

test("what the agent sends, the SDK reads to the last digit, with its quality", {
  skip,
}, async () => {
  const values = [
    { dataPointId: "dp-energy", value: "9007199254740993", qualityCode: "0" },
    { dataPointId: "dp-power", value: "230.5", qualityCode: "1083310080" },
  ];
  await send("mc_v3/ts", { timeseries: [{ timestamp: AT, values }] });
  assert.deepEqual(await recordsOf(sdk), [
    {
      _time: "2026-01-05T10:00:00.000Z",
      energy: "9007199254740993",
      power: 230.5,
      power_qc: "1083310080",
    },
  ]);
});

test("the SDK reads sums of it", { skip }, async () => {
  const { aggregates = [] } = await sdk.GetTimeSeriesAggregateClientV4().GetAggregates({
    ...{ assetId: await meter(), aspectName: "energy", from: AT, to: "2026-01-05T11:00:00Z" },
    ...{ intervalUnit: "hour", intervalValue: 1 },
  });
  const [{ power, energy } = { power: {}, energy: {} }] = aggregates;
  assert.deepEqual(
    [energy.countgood, energy.sum, power.countgood, power.countuncertain],
    [1, 9007199254740992, 0, 1],
  );
});

test("neither door takes back what a type says", { skip }, async () => {
  const narrow = VARIABLES.map((one) => ({ ...one, dataType: "INT" }));
  const aspectType = { id: "camexia.Energy", name: "Energy", category: "dynamic" };
  await send("amo_v3/m", {
    id: "3",
    data: {
      externalId: "narrow",
      typeModel: { aspectTypes: [{ ...aspectType, variables: narrow }] },
    },
  });
  await send("amo_v3/i", {
    id: "4",
    data: { modelExternalId: "narrow", parameterization: { values: [] } },
  });
  const again = await subscribe(agent.plain, `${ROOT}/i/amo_v3/ip`);
  const failed = await until("it is refused", () =>
    again.lines.find((line) => /"requestId":"4".*Failed/.test(line)),
  );
  again.close();
  assert.match(failed, /aspectTypes\/0\/variables\/0\/dataType/);

  const models = sdk.GetAssetManagementClient();
  const patch = { variables: narrow } as AssetManagementModels.AspectType;
  await assert.rejects(
    models.PatchAspectType("camexia.Energy", patch, { ifMatch: "0" }),
    /dataType/,
  );
  const { variables } = await models.GetAspectType("camexia.Energy");
  assert.deepEqual(
    variables.map(({ dataType }) => String(dataType)),
    ["LONG", "DOUBLE"],
  );
});

test("after a power cut the same token opens the same history", { skip }, async () => {
  const token = await sdk.GetToken();
  await house.killAndRestart();
  const later = new MindSphereSdk(new UserAuth(token, house.url));
  const [record] = await recordsOf(later);
  const { power, power_qc } = record as unknown as { power: number; power_qc: string };
  assert.deepEqual([power, power_qc], [230.5, "1083310080"]);
});

const VARIABLES = [
  { name: "energy", dataType: "LONG", unit: "Wh" },
  { name: "power", dataType: "DOUBLE", unit: "W", qualityCode: true },
];

function mapping(variableName: string) {
  const place = { assetReferenceId: "a", aspectName: "energy", variableName };
  return { dataPointId: `dp-${variableName}`, ...place };
}

function send(topic: string, body: object): Promise<void> {
  return publish(agent.plain, `${ROOT}/o/${topic}`, JSON.stringify(body));
}

let known: string | undefined;
async function meter(): Promise<string> {
  if (known) return known;
  const filter = JSON.stringify({ hasType: "camexia.Meter" });
  const { _embedded } = await sdk.GetAssetManagementClient().GetAssets({ filter });
  known = String(_embedded?.assets?.[0]?.assetId);
  return known;
}

async function recordsOf(client: MindSphereSdk) {
  const range = { from: new Date(AT), to: new Date(AT) };
  return client.GetTimeSeriesClient().GetTimeSeries(await meter(), "energy", range);
}

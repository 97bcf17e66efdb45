import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { MindSphereSdk } from "@mindconnect/mindconnect-nodejs";
import { ApiHouse } from "../../test/api-house.ts";
import { SiemensCaller } from "../../test/siemens-caller.ts";

const TYPES = "/api/assetmanagement/v3";
const FILES = "/api/iotfile/v3/files";
const JOBS = "/api/iottsbulk/v3/importJobs";

let house: ApiHouse;
let caller: SiemensCaller;
let sdk: MindSphereSdk;
let meter: string;
before(async () => {
  house = await ApiHouse.open();
  caller = new SiemensCaller(house);
  const basicAuth = `Basic ${Buffer.from(`sdk:${house.tokens.operator}`).toString("base64")}`;
  sdk = new MindSphereSdk({ gateway: house.url, basicAuth, tenant: "acme" });
  const variables = [{ name: "power", dataType: "DOUBLE", unit: "W" }];
  const aspect = { name: "Energy", category: "dynamic", variables };
  await caller.send("engineer", `PUT ${TYPES}/aspecttypes/acme.Energy`, aspect);
  const aspects = [{ name: "energy", aspectTypeId: "acme.Energy" }];
  await caller.send("engineer", `PUT ${TYPES}/assettypes/acme.Meter`, { name: "Meter", aspects });
  const body = { name: "Meter", typeId: "acme.Meter" };
  meter = (await caller.send("engineer", `POST ${TYPES}/assets`, body)).json.assetId;
});
after(() => house.close());

test("the SDK has records of files stored, and hears that they are", async () => {
  await keep("hours/0.json", [{ _time: "2026-01-05T00:00:00Z", power: "1.5" }]);
  await keep("hours/1.json", [{ _time: "2026-01-05T01:00:00Z", power: 2.5 }]);
  const timeseriesFiles = [{ filePath: "hours/0.json" }, { filePath: "hours/1.json" }];
  const part = { entity: meter, propertySetName: "energy", timeseriesFiles };
  const bulk = sdk.GetTimeSeriesBulkClient();
  const job = await bulk.PostImportJob({ data: [part] });
  const { status, message } = await bulk.GetJobStatus(job.id ?? "");
  assert.deepEqual([String(status), message], ["SUCCESS", "2 files are stored"]);
  const range = { from: new Date("2026-01-05"), to: new Date("2026-01-06") };
  const records = await sdk.GetTimeSeriesClient().GetTimeSeries(meter, "energy", range);
  const powers = (records as readonly { readonly power?: number }[]).map(({ power }) => power);
  assert.deepEqual(powers, [1.5, 2.5]);
});

test("a file that cannot be read is named, and the others are stored", async () => {
  await keep("good.json", [{ _time: "2026-02-01T00:00:00Z", power: 7 }]);
  await keep("odd.json", [{ _time: "2026-02-01T00:00:00Z", nobody: 7 }]);
  const timeseriesFiles = ["odd.json", "good.json", "none.json"].map((filepath) => ({ filepath }));
  const data = [{ entity: meter, propertySetName: "energy", timeseriesFiles }];
  const { status, json } = await caller.send("operator", `POST ${JOBS}`, { data });
  assert.deepEqual([status, json.status], [201, "ERROR"]);
  assert.match(json.message, /odd\.json: .*nobody.*; none\.json: no file 'none\.json'/);
  const { json: records } = await caller.send(
    "viewer",
    `GET /api/iottimeseries/v3/timeseries/${meter}/energy`,
  );
  assert.equal(records[0].power, 7);
});

test("a job that nobody has made, and one without files, are told so", async () => {
  const { status, json } = await caller.send("operator", `GET ${JOBS}/none`);
  assert.deepEqual([status, json.errors[0].code], [404, "mdsp.core.iottsbulk.routeUnknown"]);
  assert.equal((await caller.send("operator", `POST ${JOBS}`, { data: [] })).status, 400);
});

test("what Siemens has and the house does not is said in Siemens' form, and by name", async () => {
  const none = await caller.send("viewer", "GET /api/datalake/v3/objectMetaData?path=x");
  const [error] = none.json.errors;
  assert.deepEqual([none.status, error.code], [404, "mdsp.core.datalake.routeUnknown"]);
  assert.match(error.message, /^the house has no 'datalake'/);
  const odd = await caller.send("viewer", `GET ${TYPES}/billboards`);
  assert.match(
    odd.json.errors[0].message,
    /^GET .*billboards: the house's 'assetmanagement' has no/,
  );
});

async function keep(path: string, records: readonly object[]): Promise<void> {
  const { status } = await caller.send("operator", `PUT ${FILES}/${meter}/${path}`, records);
  assert.equal(status, 201);
}

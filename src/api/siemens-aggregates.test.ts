import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { MindSphereSdk } from "@mindconnect/mindconnect-nodejs";
import { ApiHouse } from "../../test/api-house.ts";
import { SiemensCaller } from "../../test/siemens-caller.ts";
import { planOf, type Wish } from "./mindsphere/aggregate-plan.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse("2026-03-10T15:30:00Z");
const at = (text: string) => Date.parse(`2026-${text}Z`);

/** What is planned: the interval, where it begins and ends, and how many there are. */
function planned(wish: Wish, timeZone = "UTC"): unknown {
  const plan = planOf(wish, NOW, timeZone);
  if (!plan.ok) return plan.problem.detail;
  const { interval, bounds } = plan.value;
  const [first = 0, last = 0] = [bounds[0], bounds.at(-1)];
  const span = [first, last].map((time) => new Date(time).toISOString().slice(0, 16));
  return [`${interval.value} ${interval.unit}`, ...span, bounds.length - 1];
}

test("who asks for nothing gets the last seven days by day", () => {
  assert.deepEqual(planned({}), ["1 day", "2026-03-03T00:00", "2026-03-11T00:00", 8]);
});

test("one end of a range gives the other: 90 days, but not beyond now", () => {
  assert.deepEqual(planned({ from: at("01-15T07:00") }), [
    ...["1 day", "2026-01-15T00:00", "2026-03-11T00:00", 55],
  ]);
  const early = Date.parse("2025-01-01T10:00:00Z");
  assert.deepEqual(planned({ from: early }), ["1 day", "2025-01-01T00:00", "2025-04-01T00:00", 90]);
  assert.deepEqual(planned({ to: at("03-02T00:00") }), [
    ...["1 day", "2025-12-02T00:00", "2026-03-02T00:00", 90],
  ]);
});

test("an interval and their number give the range from one end", () => {
  const wish = { unit: "hour", value: 2, count: 3 } as const;
  assert.deepEqual(planned({ ...wish, from: at("03-01T04:00") }), [
    ...["2 hour", "2026-03-01T04:00", "2026-03-01T10:00", 3],
  ]);
  assert.deepEqual(planned({ ...wish, to: at("03-01T04:00") }), [
    ...["2 hour", "2026-02-28T22:00", "2026-03-01T04:00", 3],
  ]);
});

test("without an interval the longest that fits is taken, or what comes to their number", () => {
  const from = at("03-01T00:00");
  assert.deepEqual(planned({ from, to: from + 2 * DAY }), [
    ...["1 day", "2026-03-01T00:00", "2026-03-03T00:00", 2],
  ]);
  assert.deepEqual(planned({ from, to: from + 3 * HOUR }), [
    ...["1 hour", "2026-03-01T00:00", "2026-03-01T03:00", 3],
  ]);
  assert.deepEqual(planned({ from, to: from + HOUR / 2 }), [
    ...["2 minute", "2026-03-01T00:00", "2026-03-01T00:30", 15],
  ]);
  assert.deepEqual(planned({ from, to: from + DAY, count: 24 }), [
    ...["60 minute", "2026-03-01T00:00", "2026-03-02T00:00", 24],
  ]);
  assert.deepEqual(planned({ from, to: from + DAY, count: 5 }), [
    ...["5 hour", "2026-03-01T00:00", "2026-03-02T01:00", 5],
  ]);
});

test("a range is widened to where its intervals begin and end", () => {
  const wish = { from: at("03-04T10:07"), to: at("03-04T11:01") };
  assert.deepEqual(planned({ ...wish, unit: "minute", value: 10 }), [
    ...["10 minute", "2026-03-04T10:00", "2026-03-04T11:10", 7],
  ]);
  assert.deepEqual(planned({ ...wish, unit: "week" }), [
    ...["1 week", "2026-03-02T00:00", "2026-03-09T00:00", 1],
  ]);
  assert.deepEqual(planned({ ...wish, unit: "month" }), [
    ...["1 month", "2026-03-01T00:00", "2026-04-01T00:00", 1],
  ]);
});

test("days are those of the asset's time zone, 23 hours long where the clocks go forward", () => {
  const wish = { from: at("03-28T12:00"), to: at("03-29T12:00"), unit: "day" } as const;
  assert.deepEqual(planned(wish, "Europe/Berlin"), [
    ...["1 day", "2026-03-27T23:00", "2026-03-29T22:00", 2],
  ]);
  assert.deepEqual(planned({ ...wish, unit: "week" }, "Europe/Berlin"), [
    ...["1 week", "2026-03-22T23:00", "2026-03-29T22:00", 1],
  ]);
});

test("each unit has its longest range and its values", () => {
  const from = at("01-01T00:00");
  const cases: Wish[] = [
    { from, to: from + 25 * HOUR, unit: "minute", value: 2 },
    { from, to: from + 8 * DAY, unit: "hour" },
    { from: from - 91 * DAY, to: from, unit: "day" },
    { from, to: from + HOUR, unit: "minute", value: 3 },
    { from, to: from + HOUR, unit: "minute", value: 62 },
    { from, to: from + HOUR, unit: "hour", value: 1.5 },
    { from, to: from + HOUR, unit: "month", value: 4 },
    { from, to: from },
  ];
  for (const wish of cases) assert.equal(typeof planned(wish), "string", JSON.stringify(wish));
});

const TYPES = "/api/assetmanagement/v3";
let house: ApiHouse;
let caller: SiemensCaller;
let sdk: MindSphereSdk;
let asset: string;
before(async () => {
  house = await ApiHouse.open();
  caller = new SiemensCaller(house);
  const basicAuth = `Basic ${Buffer.from(`sdk:${house.tokens.engineer}`).toString("base64")}`;
  sdk = new MindSphereSdk({ gateway: house.url, basicAuth, tenant: "acme" });
  asset = await newMeter("UTC");
});
after(() => house.close());

async function newMeter(timezone: string): Promise<string> {
  const variables = [
    { name: "power", dataType: "DOUBLE", qualityCode: true },
    { name: "on", dataType: "BOOLEAN" },
    { name: "state", dataType: "STRING" },
  ];
  const aspect = { name: "Energy", category: "dynamic", variables };
  const aspects = [{ name: "energy", aspectTypeId: "acme.Energy" }];
  await caller.send("engineer", `PUT ${TYPES}/aspecttypes/acme.Energy`, aspect);
  await caller.send("engineer", `PUT ${TYPES}/assettypes/acme.Meter`, { name: "Meter", aspects });
  const body = { name: "Meter", typeId: "acme.Meter", timezone };
  const { json } = await caller.send("engineer", `POST ${TYPES}/assets`, body);
  const rows = [
    ["10:00:00", 2, "0"],
    ["10:00:30", 4, "0"],
    ["10:01:00", 9, "0"],
    ["10:01:10", 100, "1073741824"],
    ["10:01:20", 500, "2147483648"],
    ["12:59:00", 7, "0"],
  ].map(([time, power, word]) => ({
    ...{ _time: `2026-01-05T${time}Z`, power, power_qc: word, state: "open" },
    ...(power === 2 && { on: true }),
  }));
  const path = `/api/iottimeseries/v3/timeseries/${json.assetId}/energy`;
  const put = await caller.send("operator", `PUT ${path}`, rows);
  assert.equal(put.status, 204, put.text);
  return json.assetId;
}

test("the SDK reads sums by interval, none where nothing was stored", async () => {
  const client = sdk.GetTimeSeriesAggregateClientV4();
  const { aggregates = [] } = await client.GetAggregates({
    ...{ assetId: asset, aspectName: "energy", intervalUnit: "hour", intervalValue: 1 },
    ...{ from: "2026-01-05T10:00:00Z", to: "2026-01-05T13:00:00Z" },
  });
  assert.deepEqual(
    aggregates.map(({ starttime, endtime }) => [starttime, endtime]),
    [
      ["2026-01-05T10:00:00.000Z", "2026-01-05T11:00:00.000Z"],
      ["2026-01-05T12:00:00.000Z", "2026-01-05T13:00:00.000Z"],
    ],
  );
  const { sd, ...power } = aggregates[0]?.["power"] ?? {};
  assert.deepEqual(power, {
    ...{ countgood: 3, countuncertain: 1, countbad: 1, sum: 15, average: 5 },
    ...{ minvalue: 2, mintime: "2026-01-05T10:00:00.000Z" },
    ...{ maxvalue: 9, maxtime: "2026-01-05T10:01:00.000Z" },
    ...{ firstvalue: 2, firsttime: "2026-01-05T10:00:00.000Z" },
    ...{ lastvalue: 9, lasttime: "2026-01-05T10:01:00.000Z" },
  });
  assert.ok(Math.abs(sd - Math.sqrt(26 / 3)) < 1e-12);
  assert.equal(aggregates[0]?.["on"].countgood, 1);
  assert.equal("state" in (aggregates[0] ?? {}), false);
});

test("days of several hours add up, in the time zone of the asset", async () => {
  const tokyo = await newMeter("Asia/Tokyo");
  const asked = "intervalUnit=day&from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z";
  const ask = async (assetId: string) => {
    const query = `assetId=${assetId}&aspectName=energy&${asked}&select=power.countgood`;
    return (await caller.send("viewer", `GET /api/iottsaggregates/v4/aggregates?${query}`)).json;
  };
  assert.deepEqual(await ask(asset), {
    aggregates: [
      {
        starttime: "2026-01-05T00:00:00.000Z",
        endtime: "2026-01-06T00:00:00.000Z",
        power: { countgood: 4 },
      },
    ],
  });
  const { aggregates } = await ask(tokyo);
  assert.equal(aggregates[0].starttime, "2026-01-04T15:00:00.000Z");
});

test("least, greatest, first and last of a LONG beyond 2^53 keep all their digits", async () => {
  const types = `${TYPES}/aspecttypes/acme.Counter`;
  const variables = [{ name: "energy", dataType: "LONG" }];
  const body = { name: "Counter", category: "dynamic", variables };
  await caller.send("engineer", `PUT ${types}`, body);
  const aspects = [{ name: "counter", aspectTypeId: "acme.Counter" }];
  await caller.send("engineer", `PUT ${TYPES}/assettypes/acme.Counting`, {
    ...{ name: "Counting", aspects },
  });
  const wish = { name: "Counting", typeId: "acme.Counting" };
  const { assetId } = (await caller.send("engineer", `POST ${TYPES}/assets`, wish)).json;
  const rows = ["9007199254740993", "9007199254740995", 5].map((energy, minute) => {
    return { _time: `2026-01-05T10:0${minute}:00Z`, energy };
  });
  const path = `/api/iottimeseries/v3/timeseries/${assetId}/counter`;
  assert.equal((await caller.send("operator", `PUT ${path}`, rows)).status, 204);
  const asked = "intervalUnit=hour&from=2026-01-05T10:00:00Z&to=2026-01-05T11:00:00Z";
  const query = `assetId=${assetId}&aspectName=counter&${asked}`;
  const { json } = await caller.send("viewer", `GET /api/iottsaggregates/v4/aggregates?${query}`);
  const { minvalue, maxvalue, firstvalue, lastvalue, countgood } = json.aggregates[0].energy;
  assert.deepEqual(
    [minvalue, maxvalue, firstvalue, lastvalue, countgood],
    [5, "9007199254740995", "9007199254740993", 5, 3],
  );
});

test("version 3 gives the same as a list", async () => {
  const rows = await sdk.GetTimeSeriesAggregateClient().GetAggregates(asset, "energy", {
    ...{ from: new Date("2026-01-05T10:00:00Z"), to: new Date("2026-01-05T10:02:00Z") },
    ...{ intervalUnit: "minute", intervalValue: 2, select: "power" },
  });
  const [row, ...more] = rows as unknown as { power: { sum: number } }[];
  assert.deepEqual([row?.power.sum, more], [15, []]);
});

test("an unknown asset or a wrong interval is told", async () => {
  const status = async (query: string) => {
    return (await caller.send("viewer", `GET /api/iottsaggregates/v4/aggregates?${query}`)).status;
  };
  const own = `assetId=${asset}&aspectName=energy`;
  assert.equal(await status(own), 200);
  assert.equal(await status(`assetId=${"0".repeat(31)}1&aspectName=energy`), 404);
  assert.equal(await status(`assetId=${asset}&aspectName=none`), 404);
  for (const wrong of ["intervalUnit=year", "intervalValue=2", "count=0", "from=then"]) {
    assert.equal(await status(`${own}&${wrong}`), 400, wrong);
  }
});

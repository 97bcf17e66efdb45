import assert from "node:assert/strict";
import { test } from "node:test";
import type { PointReply } from "../src/api/contract.ts";
import { bucketsCsv, samplesCsv, samplesHeader, sumsCsv } from "./trend-csv.ts";

const point = (name: string, unit?: string): PointReply => ({
  id: name,
  assetId: "a",
  path: "Site, north/Pump",
  aspect: "pump",
  variable: { name, dataType: "number", ...(unit ? { unit } : {}) },
  ...{ series: 1, statusSeries: null },
  latest: null,
});

test("every sample is a line with its time, place, unit and quality", () => {
  const page = {
    pointId: "p",
    unit: "C",
    at: ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:01.000Z"],
    value: [1.5, "=cmd()"],
    quality: ["good" as const, "bad" as const],
    statusWord: [null, 2_150_891_520],
    toldAfterwards: [false, true],
    next: null,
  };
  assert.deepEqual(`${samplesHeader()}${samplesCsv(point("t", "C"), page)}`.split("\r\n"), [
    "at,place,variable,value,unit,quality,statusWord,toldAfterwards",
    '2026-01-01T00:00:00.000Z,"Site, north/Pump",pump.t,1.5,°C,good,,',
    '2026-01-01T00:00:01.000Z,"Site, north/Pump",pump.t,\'=cmd(),°C,bad,2150891520,true',
    "",
  ]);
});

test("what is drawn is a line a bucket, and what is not known an empty cell", () => {
  const telling = { good: [], all: [], before: null };
  const columns = {
    at: [0.5, 1.5],
    widthMs: 1_000,
    pens: [
      { avg: [2, null], min: [1, null], max: [3, null], last: [3, null], ...telling },
      { avg: [1, undefined], min: [1], max: [1], last: [1, undefined], ...telling },
    ],
  };
  const points = [point("p", "bar"), point("running")];
  const drawn = { points, columns, valueFor: () => true };
  assert.deepEqual(bucketsCsv(drawn, ({ id }) => id === "running").split("\r\n"), [
    "from,pump.p mean [bar],pump.p min [bar],pump.p max [bar],pump.running",
    "1970-01-01T00:00:00.000Z,2,1,3,true",
    "1970-01-01T00:00:01.000Z,,,,",
    "",
  ]);
});

test("what days come to is a line each, with its place, and empty where there is nothing", () => {
  const days = ["2026-01-01T23:00:00.000Z", "2026-01-02T23:00:00.000Z"];
  const columns = { count: [2, 0], min: [1, null], max: [3, null], avg: [2, null] };
  const rest = { first: [1, null], last: [3, null], increase: [2, null] };
  const items = [{ pointId: "p", columns: { ...columns, ...rest } }];
  const reply = { from: days[0] ?? "", widthMs: 0, at: days, items };
  assert.deepEqual(sumsCsv([point("p", "kWh")], reply).split("\r\n"), [
    "from,place,variable,unit,count,min,max,avg,first,last,increase",
    '2026-01-01T23:00:00.000Z,"Site, north/Pump",pump.p,kWh,2,1,3,2,1,3,2',
    '2026-01-02T23:00:00.000Z,"Site, north/Pump",pump.p,kWh,0,,,,,,',
    "",
  ]);
});

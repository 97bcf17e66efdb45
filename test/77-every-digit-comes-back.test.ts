import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, test } from "node:test";
import type { DeviceReply, PointReply } from "../src/api/contract.ts";
import { rowOfColumns } from "../src/domain/sample-columns.ts";
import { rowOfCells, SAMPLE_TABLE } from "../src/domain/sample-table.ts";
import { csvRows } from "../src/lib/csv.ts";
import { parquetRows } from "../src/lib/parquet.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, publish, type Where } from "./mosquitto.ts";
import { hasProtoc, protoEncode } from "./protoc.ts";

const skip = !hasMosquitto || !hasProtoc;
const house = await (await House.open()).signIn();
const folder = mkdtempSync(join(tmpdir(), "fieldline-digits-"));
after(async () => {
  rmSync(folder, { recursive: true });
  await house.close();
});

const AT = Date.now() - 60_000;
const SPAN = { from: AT - 1_000, to: AT + 600_000 };
const asked = `from=${SPAN.from}&to=${SPAN.to}`;
const LARGEST = 2n ** 63n - 1n;
const LEAST = -(2n ** 63n);
const ODD = 2n ** 53n + 1n;
const UNBOUNDED = {
  ...{ nan: Number.NaN, over: Number.POSITIVE_INFINITY, under: Number.NEGATIVE_INFINITY },
};
const LONG = `${'Zürich, "7"\n'.repeat(2_000)}.`;

test("Sparkplug: integers of 64 bits, -0, NaN, infinities and long texts come back as they were sent", {
  skip,
}, async () => {
  const where = await entered("sparkplug", "edge-1");
  const send = async (verb: string, text: string) => {
    const file = join(folder, "payload");
    writeFileSync(file, protoEncode(`timestamp: ${AT} ${text}`));
    await publish(where, `spBv1.0/plant/${verb}`, undefined, ["-f", file]);
  };
  await send("NBIRTH/edge-1", 'seq: 0 metrics { name: "bdSeq" datatype: 4 long_value: 0 }');
  await send(
    "DBIRTH/edge-1/m",
    `seq: 1 metrics { name: "most" datatype: 4 long_value: ${LARGEST} }
     metrics { name: "least" datatype: 4 long_value: ${2n ** 63n} }
     metrics { name: "odd" datatype: 8 long_value: ${ODD} }
     metrics { name: "zero" datatype: 10 double_value: -0.0 }
     metrics { name: "none" datatype: 10 is_null: true }
     metrics { name: "nan" datatype: 9 float_value: nan }
     metrics { name: "over" datatype: 10 double_value: inf }
     metrics { name: "under" datatype: 9 float_value: -inf }
     metrics { name: "text" datatype: 12 string_value: ${JSON.stringify(LONG)} }`,
  );
  await comesBack("plant/edge-1/m", {
    ...{ most: LARGEST, least: LEAST, odd: ODD },
    ...{ zero: -0, none: null, text: LONG, ...UNBOUNDED },
  });
});

test("MindSphere: integers of 64 bits, NaN and infinities come back, written as texts or numbers", {
  skip,
}, async () => {
  const where = await entered("mindsphere", "meter");
  const values = [
    { dataPointId: "most", value: String(LARGEST), qualityCode: "0" },
    { dataPointId: "least", value: String(LEAST + 1n), qualityCode: "0" },
    { dataPointId: "text", value: LONG, qualityCode: "0" },
    { dataPointId: "nan", value: "NaN", qualityCode: "0" },
    { dataPointId: "over", value: "Infinity", qualityCode: "0" },
    { dataPointId: "under", value: "-Infinity" },
    { dataPointId: "none", value: null },
  ];
  const whole = `{"dataPointId":"odd","value":${ODD},"qualityCode":"0"}`;
  const listed = `[${values.map((value) => JSON.stringify(value)).join()},${whole}]`;
  const row = `{"timestamp":"${new Date(AT).toISOString()}","values":${listed}}`;
  await publish(where, "tc/plant/plant_meter/o/mc_v3/ts", `{"timeseries":[${row}]}`);
  const all = { most: LARGEST, least: LEAST + 1n, text: LONG, odd: ODD, ...UNBOUNDED };
  await comesBack("plant/plant_meter", { ...all, none: null });
});

test("SCorp-io: integers of 64 bits, NaN and infinities come back as they were sent", {
  skip,
}, async () => {
  const where = await entered("scorp-io", "gateway");
  const topic = (verb: string) => `mqtts/plant/${verb}/gateway/M1`;
  const names = {
    ...{ most: "Long", least: "Long", odd: "Long", text: "String", none: "Long" },
    ...{ nan: "Double", over: "Double", under: "Float" },
  };
  const declared = Object.entries(names).map(([name, dataType]) => ({ name, dataType }));
  await publish(where, topic("DBIRTH"), JSON.stringify({ metrics: declared }));
  const metric = (name: keyof typeof names, value: string) =>
    `{"name":"${name}","dataType":"${names[name]}","timestamp":${AT},"value":${value}}`;
  const metrics = [
    ...[metric("most", `${LARGEST}`), metric("least", `${LEAST}`), metric("odd", `"${ODD}"`)],
    ...[metric("text", JSON.stringify(LONG)), metric("none", "null")],
    ...[metric("nan", '"NaN"'), metric("over", '"inf"'), metric("under", '"-Infinity"')],
  ];
  await publish(where, topic("DDATA"), `{"metrics":[${metrics.join()}]}`);
  const all = { most: LARGEST, least: LEAST, odd: ODD, text: LONG, ...UNBOUNDED };
  await comesBack("plant/gateway/M1", { ...all, none: null });
});

type Values = Readonly<Record<string, bigint | number | string | null>>;

async function entered(kind: string, name: string): Promise<Where> {
  const wish = { kind, tenant: "plant", name, credential: "both" } as const;
  return (await enrol(house, wish as Parameters<typeof enrol>[1])).plain;
}

/** Of each channel the newest value, its history as two tables, and these when they are put back. */
async function comesBack(address: string, values: Values): Promise<void> {
  const device = await until("all its channels have spoken", async () => {
    const { items } = await house.call("GET", "/inbox");
    const found: DeviceReply | undefined = items.find(
      (one: DeviceReply) => one.address === address,
    );
    const heard = found?.channels.filter(({ latest }) => latest !== null) ?? [];
    return heard.length === Object.keys(values).length ? found : undefined;
  });
  const { assetId } = await house.call("POST", `/inbox/${device.id}/adopt`, { name: address });
  const { items } = await house.call("GET", `/points?assetId=${assetId}`);
  const points: readonly PointReply[] = items;
  for (const [name, value] of Object.entries(values)) {
    const point = points.find(({ variable }) => variable.name === name) ?? assert.fail(name);
    // JSON has no -0, nothing that is not finite, and no integer beyond 2^53 that every reader keeps.
    const isFigure = typeof value !== "number" || Number.isFinite(value);
    const shown = typeof value === "bigint" ? String(value) : (isFigure && value) || null;
    assert.deepEqual(point.latest?.value || null, shown, name);
    const quality = value === null || !isFigure ? "bad" : "good";
    assert.equal(point.latest?.quality, quality, name);
    const expected = [{ value, quality }];
    const rows = await tableOf(point.id);
    assert.deepEqual(await readCsv(rows), expected, `${address} ${name}, CSV`);
    assert.deepEqual(await readParquet(point.id), expected, `${address} ${name}, Parquet`);
    const confirm = encodeURIComponent(`${SPAN.from}/${SPAN.to}`);
    await house.call("DELETE", `/points/${point.id}/history?${asked}&confirm=${confirm}`);
    assert.deepEqual(await readCsv(await tableOf(point.id)), []);
    await house.call("POST", "/samples", { rows });
    assert.deepEqual(await readCsv(await tableOf(point.id)), expected, `${name}, put back`);
  }
}

async function ask(point: string, accept: string): Promise<Response> {
  return house.request("GET", `/points/${point}/history?${asked}`, undefined, { accept });
}

async function tableOf(point: string): Promise<string[][]> {
  const rows: string[][] = [];
  const text = await (await ask(point, SAMPLE_TABLE)).text();
  for await (const { cells } of csvRows(Readable.from([text]))) rows.push([...cells]);
  return rows.slice(1);
}

async function readCsv(rows: readonly string[][]) {
  return rows.map((cells) => told(rowOfCells(cells)));
}

async function readParquet(point: string) {
  const file = join(folder, "one.parquet");
  const reply = await ask(point, "application/vnd.apache.parquet");
  writeFileSync(file, new Uint8Array(await reply.arrayBuffer()));
  const rows = [];
  for await (const row of parquetRows(file)) rows.push(told(rowOfColumns(row)));
  return rows;
}

function told({ value, quality }: ReturnType<typeof rowOfCells>) {
  return { value, quality };
}

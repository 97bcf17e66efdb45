import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { until } from "../../test/house.ts";
import type { Series } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Point } from "../domain/model.ts";
import { columnsOfTable } from "../domain/sample-columns.ts";
import { pageOf } from "../domain/table-page.ts";
import { EVER } from "../domain/time.ts";
import { parquetBytes } from "../lib/parquet.ts";
import type { ImportLineReply, SamplesImportReply } from "./contract.ts";

const DAY = Date.UTC(2026, 2, 3);

let house: ApiHouse;
let points: readonly Point[] = [];
before(async () => {
  house = await ApiHouse.open();
  points = await house.manyPoints(3);
  await change(1, { dataType: "integer", unit: "Wh" });
  await change(2, { dataType: "string" });
});
after(() => house.close());

/** As a meter or a door would have declared it. */
async function change(row: number, more: object): Promise<void> {
  const point = points[row];
  assert.ok(point);
  await house.parts.store.points.put({ ...point, variable: { ...point.variable, ...more } });
  house.tellChanged(`point:${point.id}`);
}

/** Announced, and sent in parts of so many bytes. */
async function handedIn(
  content: string | Uint8Array,
  { zone = "UTC", step = 1_000_000, name = "file.csv" } = {},
): Promise<SamplesImportReply> {
  const bytes = Buffer.from(content);
  const wish = { name, bytes: bytes.length, zone };
  const begun = await house.send("engineer", "POST /imports", wish);
  assert.equal(begun.status, 201, begun.text);
  let state = begun.json;
  for (let at = 0; at < bytes.length; at += step) {
    state = (await part(begun.json.id, at, bytes.subarray(at, at + step))).json;
  }
  return state;
}

async function part(id: string, at: number, bytes: Uint8Array) {
  const response = await fetch(`${house.url}/api/v1/imports/${id}/content?at=${at}`, {
    method: "PUT",
    headers: {
      authorization: `Bearer ${house.tokens.engineer}`,
      "content-type": "application/octet-stream",
    },
    body: bytes,
  });
  const json = (await response.json()) as SamplesImportReply & { readonly code?: string };
  return { status: response.status, json };
}

type Wish = {
  readonly near?: readonly string[];
  readonly skip?: boolean;
  readonly reading?: object;
};

/** Checks or stores, and waits until that is over. */
async function walked(
  { id, look }: SamplesImportReply,
  what: "check" | "store",
  { near = [], skip = false, reading = {} }: Wish = {},
): Promise<SamplesImportReply & { report: NonNullable<SamplesImportReply["report"]> }> {
  const body = {
    near,
    reading: { ...look?.reading, ...reading },
    ...(what === "store" && { skip }),
  };
  const begun = await house.send("engineer", `POST /imports/${id}/${what}`, body);
  assert.equal(begun.status, 200, begun.text);
  return until("the walk is over", async () => {
    const { json } = await house.send("engineer", `GET /imports/${id}`);
    return json.state !== "checking" && json.state !== "storing" && json;
  });
}

async function forget({ id }: SamplesImportReply): Promise<void> {
  assert.equal((await house.send("engineer", `DELETE /imports/${id}`)).status, 204);
}

async function historyOf(row: number, from = DAY, to = DAY + 86_400_000) {
  const path = `/points/${points[row]?.id}/history?from=${from}&to=${to}`;
  return (await house.send("viewer", `GET ${path}`)).json;
}

async function journalOf(id: string) {
  const { json } = await house.send("admin", `GET /journal?subject=import:${id}`);
  return json.items;
}

test("a download of every sample is known by itself, and told before anything is stored", async () => {
  const rows = Array.from({ length: 5_000 }, (_, row) => {
    const at = new Date(DAY + row * 1_000).toISOString();
    return `${at},Field,Field.x0,${row / 10},,good,`;
  });
  const csv = ["at,place,variable,value,unit,quality,statusWord", ...rows, ""].join("\r\n");
  const state = await handedIn(csv, { step: 70_001 });
  assert.equal(state.state, "looked-at");
  assert.deepEqual(state.look?.asks, { zone: false, dates: false, decimal: false });
  assert.equal(state.look?.rows.length, 8);

  const checked = await walked(state, "check");
  assert.equal(checked.state, "checked", checked.detail);
  assert.deepEqual([checked.report.rows, checked.report.new], [5_000, 5_000]);
  const [series] = checked.report.series;
  assert.equal(series?.label, "Field · Field.x0");
  assert.equal(series?.to, new Date(DAY + 4_999_000).toISOString());
  assert.deepEqual((await historyOf(0)).at, [], "a check changes nothing");

  const stored = await walked(state, "store");
  assert.deepEqual([stored.state, stored.report.new], ["stored", 5_000]);
  const { at, value } = await historyOf(0);
  assert.deepEqual([at.length, value[4_999]], [5_000, 499.9]);

  const again = await walked(state, "store");
  assert.deepEqual([again.report.new, again.report.same], [0, 5_000]);
  const events = await journalOf(state.id);
  const kinds = events.map(({ kind }: { kind: string }) => kind).toReversed();
  assert.deepEqual(kinds.slice(0, 2), ["history.import-began", "history.imported"]);
  const { detail, actor } = events.at(-2);
  assert.equal(actor.name, "the engineer");
  assert.deepEqual([detail.file, detail.new, detail.points], ["file.csv", 5_000, 1]);
  const { json: list } = await house.send("engineer", "GET /imports");
  assert.deepEqual(
    list.items.map(({ name, by, state, stored, refused }: ImportLineReply) => [
      ...[name, by, state, stored, refused],
    ]),
    [
      ["file.csv", "the engineer", "stored", 0, 0],
      ["file.csv", "the engineer", "stored", 5_000, 0],
    ],
  );
  assert.equal((await house.send("operator", "GET /imports")).status, 403);
  await forget(state);
  assert.equal((await house.send("engineer", `GET /imports/${state.id}`)).status, 404);
});

test("what differs from what is stored is a correction, and wins", async () => {
  const state = await handedIn(`at,Field.x0\n${new Date(DAY).toISOString()},7.5\n`);
  const checked = await walked(state, "check");
  assert.deepEqual([checked.report.new, checked.report.corrected], [0, 1]);
  await walked(state, "store");
  assert.equal((await historyOf(0)).value[0], 7.5);
  await forget(state);
});

test("a table of another system is read by the zone, the decimals and the units that are told", async () => {
  const csv =
    "Zeit;x0 [°F];Zähler (kWh);Door\n" +
    "25.10.2026 02:30:00;32,5;1,5;open\n" +
    "25.10.2026 02:30:00;;2,25;'=shut\n" +
    "25.10.2026 03:00:00;1.234,5;;\n";
  const state = await handedIn(Buffer.from(csv, "latin1"), { zone: "Europe/Zurich" });
  assert.deepEqual(state.look?.asks, { zone: true, dates: false, decimal: true });
  assert.equal(state.look?.reading.decimal, ",");
  const near = points.map(({ id }) => id);
  const feeds = [
    { name: "Zähler", pointId: points[1]?.id, unit: null },
    { name: "Door", pointId: points[2]?.id, unit: null },
  ];
  const { report } = await walked(state, "check", { near, reading: { feeds } });
  assert.deepEqual(
    report.series.map(({ name, label, unit, pointUnit, new: fresh }) => [
      name,
      label,
      unit,
      pointUnit,
      fresh,
    ]),
    [
      ["x0", "Field · Field.x0", "°F", null, 2],
      ["Zähler", "Field · Field.x1", "kWh", "Wh", 2],
      ["Door", "Field · Field.x2", null, null, 2],
    ],
  );
  assert.equal(report.empty, 3);
  const stored = await walked(state, "store", { near, reading: { feeds } });
  assert.equal(stored.state, "stored", stored.detail);
  const autumn = Date.parse("2026-10-25T00:00:00Z");
  const meter = await historyOf(1, autumn, autumn + 86_400_000);
  assert.deepEqual(meter.value, [1_500, 2_250]);
  assert.deepEqual(meter.at, ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"]);
  assert.deepEqual((await historyOf(2, autumn, autumn + 86_400_000)).value, ["open", "=shut"]);
  assert.deepEqual((await historyOf(0, autumn, autumn + 86_400_000)).value, [32.5, 1_234.5]);
  await forget(state);
});

test("nothing behind a bad row is stored unless such rows may be left out, and that is told", async () => {
  const at = (row: number) => new Date(DAY + 1e7 + row * 1_000).toISOString();
  const csv = `time,Field.x1,Attic.z\n${at(0)},10,1\n${at(1)},many,1\n${at(2)},30,1\nnever,40,1\n`;
  const state = await handedIn(csv);
  const checked = await walked(state, "check");
  assert.deepEqual(checked.report.faults, [
    { line: 3, detail: 'Field.x1: found "many", expected an integer' },
    { line: 5, detail: "Field.x1: 'never' is no time" },
    { line: 5, detail: "Attic.z: 'never' is no time" },
  ]);
  assert.deepEqual(
    checked.report.series.map(({ name, label }) => [name, label]),
    [
      ["Field.x1", "Field · Field.x1"],
      ["Attic.z", null],
    ],
  );

  const feeds = [{ name: "Attic.z", pointId: null, unit: null }];
  const halted = await walked(state, "store", { reading: { feeds } });
  assert.equal(halted.state, "failed");
  assert.match(halted.detail, /line 3: .*many/);
  assert.deepEqual([halted.report.new, halted.report.series[1]?.isLeftOut], [1, true]);
  assert.deepEqual((await historyOf(1, DAY + 1e7)).value, [10]);
  const [failed] = await journalOf(state.id);
  assert.deepEqual([failed.kind, failed.detail.new], ["history.import-failed", 1]);

  const stored = await walked(state, "store", { skip: true, reading: { feeds } });
  assert.deepEqual([stored.report.new, stored.report.same, stored.report.refused], [1, 1, 2]);
  assert.deepEqual((await historyOf(1, DAY + 1e7)).value, [10, 30]);
  await forget(state);
});

test("a row of a time that no clock says is told, and none of it is stored", async () => {
  const point = points[0]?.id ?? "";
  const rows = [`${EVER.from - 1},number,1,good`, `${EVER.from},number,2,good`];
  const csv = `point,at,kind,value,quality\r\n${rows.map((row) => `${point},${row}\r\n`).join("")}`;
  const state = await handedIn(csv);
  const { report } = await walked(state, "store", { skip: true });
  assert.deepEqual(report.faults, [{ line: 2, detail: "its time: not of the years 1 to 9999" }]);
  assert.deepEqual((await historyOf(0, -8e15, EVER.from + 1)).value, [2]);
  await forget(state);
});

test("a file of the house's own form comes back bit by bit, as CSV and as Parquet", async () => {
  const point = points[0]?.id ?? "";
  const start = DAY + 2e7;
  const csv =
    "point,at,kind,value,quality,statusWord\r\n" +
    `${point},${new Date(start).toISOString()},number,-0,good,\r\n` +
    `${point},${start + 0.25},boolean,true,good,\r\n` +
    `${point},${start + 1},none,,bad,2150891520\r\n`;
  const state = await handedIn(csv);
  assert.equal(state.look?.reading.form, "house");
  const stored = await walked(state, "store");
  assert.equal(stored.state, "stored", stored.detail);
  assert.deepEqual((await walked(state, "check")).report.same, 3);
  const history = await historyOf(0, start, start + 2);
  assert.deepEqual(history.statusWord, [null, null, 2150891520]);
  await forget(state);

  const rows = [1, 2].map((value) => ({
    ...{ value, quality: "good" as const, statusWord: null },
    ...{ at: start + 10 + value, toldAfterwards: value === 2 },
  }));
  const columns = columnsOfTable({ point, rows: 2, ...pageOf(rows, () => 0 as Series) });
  const parquet = await handedIn(parquetBytes(columns), { name: "file.parquet" });
  assert.deepEqual([parquet.look?.format, parquet.look?.reading.form], ["parquet", "house"]);
  const { report } = await walked(parquet, "store");
  assert.deepEqual([report.rows, report.new], [2, 2]);
  assert.equal((await walked(parquet, "check")).report.same, 2);
  assert.deepEqual((await historyOf(0, start + 11, start + 13)).toldAfterwards, [false, true]);
  await forget(parquet);
});

test("what a table says was told afterwards is history, and a table that says nothing leaves it so", async () => {
  const start = DAY + 3e7;
  const at = (row: number) => new Date(start + row).toISOString();
  const marked = `at,Field.x0,toldAfterwards\n${at(0)},1,\n${at(1)},2,true\n${at(2)},3,perhaps\n`;
  const state = await handedIn(marked);
  assert.equal(state.look?.reading.toldAfterwards, 2);
  const { report } = await walked(state, "store", { skip: true });
  assert.deepEqual([report.new, report.refused], [2, 1]);
  assert.match(report.faults[0]?.detail ?? "", /'perhaps' does not say whether/);
  const range = [0, start, start + 10] as const;
  assert.deepEqual((await historyOf(...range)).toldAfterwards, [false, true]);
  await forget(state);

  const csv = "text/csv";
  const path = `/points/${points[0]?.id}/history?from=${start}&to=${start + 10}`;
  const response = await fetch(`${house.url}/api/v1${path}`, {
    headers: { accept: csv, authorization: `Bearer ${house.tokens.viewer}` },
  });
  const [head = "", ...lines] = (await response.text()).trimEnd().split("\r\n");
  assert.match(head, /,quality.*,toldAfterwards$/);
  assert.deepEqual(
    lines.map((line) => line.split(",").at(-1)),
    ["", "true"],
  );

  const silent = await handedIn(`at,Field.x0\n${at(0)},1\n${at(1)},2\n`);
  assert.equal((await walked(silent, "check")).report.same, 2);
  await forget(silent);
  const live = await handedIn(`at,Field.x0,toldAfterwards\n${at(1)},2,no\n`);
  assert.equal((await walked(live, "store")).report.corrected, 1);
  assert.equal((await historyOf(...range)).toldAfterwards, undefined);
  await forget(live);
});

test("a file that is no table, comes out of order or is too large is refused with its code", async () => {
  const binary = await handedIn(Buffer.from([1, 2, 0, 3]));
  assert.deepEqual([binary.state, binary.detail], ["failed", "it is neither CSV nor Parquet"]);
  const wordless = await handedIn("a,b\nx,y\n");
  assert.match(wordless.detail, /no column has times/);
  await forget(wordless);

  const wish = { name: "x.csv", bytes: 10, zone: "UTC" };
  const { json } = await house.send("engineer", "POST /imports", wish);
  assert.equal((await part(json.id, 4, Buffer.from("later"))).json.code, "request_invalid");
  assert.equal((await part(json.id, 0, Buffer.from("at,x"))).json.received, 4);
  assert.equal((await part(json.id, 0, Buffer.from("at,x"))).json.received, 4, "sent again");
  const checked = await house.send("engineer", `POST /imports/${json.id}/check`, {
    near: [],
    reading: (await handedIn("at,x\n2026-01-01,1\n")).look?.reading,
  });
  assert.equal(checked.json.code, "import_running", "it is not whole yet");
  const large = await part(json.id, 4, Buffer.alloc(LIMIT.importPartBytes + 1));
  assert.deepEqual([large.status, large.json.code], [413, "payload_too_large"]);
  assert.equal(large.json.detail, `at most ${LIMIT.importPartBytes} bytes`);
  const bytes = 3 * 1024 ** 3;
  const huge = await house.send("engineer", "POST /imports", { ...wish, bytes });
  assert.equal(huge.json.code, "import_refused");
  const nowhere = { ...wish, zone: "Mars/Olympus" };
  assert.equal((await house.send("engineer", "POST /imports", nowhere)).status, 400);
  await house.send("engineer", "POST /imports", wish);
  const fifth = await house.send("engineer", "POST /imports", wish);
  assert.equal(fifth.json.code, "import_limit");
  const operator = await house.send("operator", "POST /imports", wish);
  assert.equal(operator.json.code, "permission_missing");
  assert.equal((await house.send("engineer", "GET /imports/none")).json.code, "import_unknown");
});

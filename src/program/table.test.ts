import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { PointId, Series } from "../domain/brand.ts";
import { TABLE_HEAD } from "../domain/sample-table.ts";
import { loseNewestPage } from "../historian/embedded/database/pages-tale.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import { allOf, batchOf, everyKind, ramp, row, START } from "../historian/tale.ts";
import { silentLog } from "../lib/log.ts";
import { parquetBytes, parquetRows } from "../lib/parquet.ts";
import { asset, point } from "../store/example.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import { runExport } from "./table.ts";
import { runImport } from "./table-in.ts";

const folder = mkdtempSync(join(tmpdir(), "fieldline-table-"));
after(() => rmSync(folder, { recursive: true }));
const HOUR_MS = 3_600_000;
const rows = [
  ...everyKind().filter(({ series }) => series === 1),
  ...ramp(500).map((row) => ({ ...row, series: 2 })),
];

/** A data folder with two points, and what they remember. */
async function inData<T>(
  name: string,
  work: (parts: {
    readonly store: Extract<Awaited<ReturnType<typeof openSqliteStore>>, { ok: true }>["value"];
    readonly historian: Extract<
      Awaited<ReturnType<typeof openEmbeddedHistorian>>,
      { ok: true }
    >["value"];
  }) => Promise<T>,
): Promise<T> {
  const history = join(folder, name, "history");
  const historian = await openEmbeddedHistorian({ folder: history }, { log: silentLog });
  const file = join(folder, name, "fieldline.db");
  const store = await openSqliteStore({ file }, { log: silentLog });
  assert.ok(historian.ok && store.ok);
  try {
    return await work({ historian: historian.value, store: store.value });
  } finally {
    await historian.value.close();
    await store.value.close();
  }
}

function makePoints(name: string, samples = false): Promise<void> {
  return inData(name, async ({ store, historian }) => {
    await store.assets.put(asset("1"));
    for (const series of (await store.newSeries(2)) as Series[]) {
      const id = `p${series}` as PointId;
      await store.points.put({ ...point("1"), id, series });
    }
    if (samples) await historian.append(batchOf(rows));
  });
}

/** Parquet has no time between two milliseconds. */
function expectedAs(format: string, told: Awaited<ReturnType<typeof remembered>>) {
  if (format === "csv") return told;
  return told.map((some) => some.map((row) => ({ ...row, at: Math.floor(row.at) })));
}

const said: string[] = [];
const io = {
  print: (line: string) => void said.push(line),
  complain: (line: string) => void said.push(line),
  log: () => {},
  readInput: () => "",
  environment: {},
  onStop: () => {},
};
const data = (name: string) => ["--data", join(folder, name)];
const remembered = (name: string) =>
  inData(name, async ({ historian }) => [await allOf(historian, 1), await allOf(historian, 2)]);

await makePoints("old", true);

for (const format of ["csv", "parquet"]) {
  test(`what is exported as ${format} is imported bit by bit, and again without harm`, async () => {
    const file = join(folder, `all.${format}`);
    assert.equal(await runExport(["--out", file, "--format", format, ...data("old")], io), 0);
    assert.match(said.at(-1) ?? "", new RegExp(`^${rows.length} samples of 2 points`));
    await makePoints(format);
    for (const _ of ["once", "twice"]) {
      assert.equal(await runImport([file, ...data(format)], io), 0, said.at(-1));
      assert.deepEqual(await remembered(format), expectedAs(format, await remembered("old")));
    }
  });
}

test("some points and a range of time are exported where they are asked for", async () => {
  const file = join(folder, "some.csv");
  const times = ["--from", "2026-01-01T00:00:00.010Z", "--to", "2026-01-01T00:00:00.012Z"];
  assert.equal(await runExport(["--out", file, "--points", "p2", ...times, ...data("old")], io), 0);
  assert.deepEqual(readFileSync(file, "utf8").split("\r\n"), [
    "point,at,kind,value,quality,statusWord,toldAfterwards",
    "p2,2026-01-01T00:00:00.010Z,number,10,good,,",
    "p2,2026-01-01T00:00:00.011Z,number,11,good,,",
    "",
  ]);
});

test("sums of a folder come out by the day of a place, or by any interval, as a server tells them", async () => {
  await makePoints("sums");
  await inData("sums", async ({ store, historian }) => {
    const [meter] = await store.points.find();
    assert.ok(meter);
    await store.points.put({ ...meter, variable: { ...meter.variable, rollover: 1_000 } });
    const values = [990, 998, 6, 16];
    const hours = values.map((value, hour) => row(1, hour * HOUR_MS, value));
    await historian.append(batchOf(hours));
  });
  const span = ["--from", "2025-12-31T23:00:00Z", "--to", "2026-01-01T06:00:00Z"];
  const wish = ["--points", "p1", ...span, ...data("sums")];
  const days = join(folder, "days.csv");
  const zurich = ["--calendar", "day", "--tz", "Europe/Zurich", "--fns", "increase,count"];
  assert.equal(await runExport(["--out", days, ...wish, ...zurich], io), 0, said.at(-1));
  assert.equal(said.at(-1), `1 sums of 1 points are in ${days}`);
  const told = readFileSync(days, "utf8");
  assert.equal(told, "point,at,count,increase\r\np1,2025-12-31T23:00:00.000Z,4,26\r\n");

  const halves = join(folder, "halves.parquet");
  const every = ["--every", "2h", "--fns", "avg,last", "--format", "parquet"];
  assert.equal(await runExport(["--out", halves, ...wish, ...every], io), 0, said.at(-1));
  const table = [];
  for await (const { at, avg, last } of parquetRows(halves)) table.push([at, avg, last]);
  const hour = (of: number) => new Date(START + of * HOUR_MS);
  assert.deepEqual(table, [
    [hour(-1), 990, 990],
    [hour(1), 502, 6],
    [hour(3), 16, 16],
    [hour(5), null, null],
  ]);
});

test("sums that are not well asked for are refused before a file is begun", async () => {
  const span = ["--from", "2026-01-01T00:00:00Z", "--to", "2026-01-02T00:00:00Z"];
  for (const [wish, complaint] of [
    [["--every", "1h"], /usage:/],
    [[...span, "--every", "soon"], /--every 15m/],
    [[...span, "--every", "1h", "--calendar", "day"], /either/],
    [[...span, "--calendar", "decade"], /hour\|day\|week\|month\|quarter\|year/],
    [[...span, "--calendar", "day", "--tz", "Europe/Atlantis"], /no time zone/],
    [[...span, "--calendar", "day", "--fns", "median"], /--fns: some of count/],
  ] as const) {
    const out = join(folder, "none.csv");
    assert.equal(await runExport(["--out", out, ...wish, ...data("old")], io), 2);
    assert.match(said.at(-1) ?? "", complaint);
    assert.ok(!existsSync(out));
  }
});

for (const format of ["csv", "parquet"]) {
  test(`status words and what was told afterwards go out as ${format} and come in again`, async () => {
    const [from, to] = [`words-${format}`, `words-${format}-again`];
    await makePoints(from);
    const words = join(folder, "words.csv");
    const lines = [
      "point,at,kind,value,quality,statusWord,toldAfterwards",
      "p1,2026-01-01T00:00:00Z,number,1,good,,",
      "p1,2026-01-01T00:00:01Z,number,2,bad,2150891520,true",
      "p1,2026-01-01T00:00:02Z,number,3,bad,-2147024896,",
      "p2,2026-01-01T00:00:01Z,number,4,bad,,true",
    ];
    writeFileSync(words, lines.join("\n"));
    assert.equal(await runImport([words, ...data(from)], io), 0, said.at(-1));
    assert.equal(said.at(-1), "4 samples are stored: 4 new");
    const file = join(folder, `${from}.${format}`);
    assert.equal(await runExport(["--out", file, "--format", format, ...data(from)], io), 0);
    await makePoints(to);
    assert.equal(await runImport([file, ...data(to)], io), 0, said.at(-1));
    const again = join(folder, `${to}.csv`);
    assert.equal(await runExport(["--out", again, ...data(to)], io), 0);
    const out = readFileSync(again, "utf8").trim().split("\r\n");
    assert.deepEqual(
      out,
      lines.map((line) => line.replace(/(:\d\d)Z/, "$1.000Z")),
    );
  });
}

test("a table of before, without status words or what was told afterwards, is read as it is", async () => {
  await makePoints("before");
  const file = join(folder, "before.csv");
  for (const [head, cells] of [
    ["", ""],
    [",statusWord", ",2150891520"],
  ]) {
    writeFileSync(
      file,
      `point,at,kind,value,quality${head}\np1,2026-01-01T00:00:00Z,number,1,bad${cells}\n`,
    );
    assert.equal(await runImport([file, ...data("before")], io), 0, said.at(-1));
    const [[row] = []] = await remembered("before");
    assert.deepEqual([row?.value, row?.quality], [1, "bad"]);
  }
});

test("an error names the line, and what is wrong there", async () => {
  const head = "point,at,kind,value,quality\n";
  const good = 'p1,2026-01-01T00:00:00Z,text,"two\nlines",good\n';
  for (const [line, complaint] of [
    ["p9,2026-01-01T00:00:00Z,none,,bad", /line 4: there is no point 'p9'/],
    ["p1,yesterday,none,,bad", /line 4: 'yesterday' is no time/],
    ["p1,2026-01-01T00:00:00Z,number,ten,good", /line 4: 'ten' is no number/],
    ["p1,2026-01-01T00:00:00Z,number,1", /line 4: 4 cells instead of 7/],
    ["p1,2999-01-01T00:00:00Z,number,1,good", /line 4: its time: more than a day ahead/],
    ["p1,-62135596800001,number,1,good", /line 4: its time: not of the years 1 to 9999/],
    ['p1,"2026', /line 4: a quotation mark is not closed/],
    ["p1,2026-01-01T00:00:00Z,number,1,good,2150891520", /line 4: .*2150891520 does not say good/],
    ["p1,2026-01-01T00:00:00Z,number,1,good,fine", /line 4: 'fine' is no status word/],
  ] as const) {
    const file = join(folder, "bad.csv");
    writeFileSync(file, head + good + line);
    assert.equal(await runImport([file, ...data("csv")], io), 2);
    assert.match(said.at(-1) ?? "", complaint);
  }
});

test("an import says what was new, there already and corrected, and goes on where it was stopped", async () => {
  await makePoints("again");
  const head = "point,at,kind,value,quality,statusWord,toldAfterwards\n";
  const lines = Array.from(
    { length: 25_000 },
    (_, index) => `p1,${index},number,${index},good,,\n`,
  );
  const file = join(folder, "again.csv");
  writeFileSync(file, head + lines.join(""));
  const stopped = { ...io, onStop: (call: () => void) => call() };
  assert.equal(await runImport([file, ...data("again")], stopped), 2);
  assert.match(said.at(-1) ?? "", /^import_stopped: .*; 0 samples before it are stored; the same/);

  writeFileSync(file, `${head}${lines.slice(0, 15_000).join("")}p1,yesterday,number,1,good,,\n`);
  assert.equal(await runImport([file, ...data("again")], io), 2);
  const broken =
    /^request_invalid: .*line 15002: 'yesterday' is no time; 10000 .*stored: 10000 new;/;
  assert.match(said.at(-1) ?? "", broken);

  lines[0] = "p1,0,number,-1,good,,\n";
  writeFileSync(file, head + lines.join(""));
  assert.equal(await runImport([file, ...data("again")], io), 0);
  const tale = "15000 new, 9999 there already, 1 in place of another value";
  assert.equal(said.at(-1), `25000 samples are stored: ${tale}`);
  const [samples = []] = await remembered("again");
  assert.deepEqual([samples.length, samples[0]?.value, samples[1]?.value], [25_000, -1, 1]);
});

test("a file that is no such table is refused with what it lacks", async () => {
  const file = join(folder, "none");
  const cut = readFileSync(join(folder, "all.parquet")).subarray(0, 500);
  const columns = [{ name: "at", type: "TIMESTAMP", data: [new Date(0)] }] as const;
  for (const [bytes, complaint] of [
    ["", /^request_invalid: .*line 1: there is nothing in it/],
    ["at;value\n", /^request_invalid: .*line 1: the first line must be point,at,kind/],
    [cut, /^import_refused: .*parquet/],
    [parquetBytes(columns), /^import_refused: .*it has no column point, number, integer/],
  ] as const) {
    writeFileSync(file, bytes);
    assert.equal(await runImport([file, ...data("csv")], io), 2);
    assert.match(said.at(-1) ?? "", complaint);
  }
});

test("a folder that has no history of its own is not taken for an empty one", async () => {
  const out = join(folder, "missing.csv");
  assert.equal(await runExport(["--out", out, ...data("missing")], io), 2);
  assert.match(said.at(-1) ?? "", /^folder_unreadable: there is no data folder/);
  assert.ok(!existsSync(join(folder, "missing")) && !existsSync(out));

  await makePoints("bound", true);
  writeFileSync(join(folder, "bound", "history", "database.json"), "{}");
  const file = join(folder, "bound.csv");
  writeFileSync(file, "point,at,kind,value,quality\n");
  for (const code of [
    await runExport(["--out", out, ...data("bound")], io),
    await runImport([file, ...data("bound")], io),
  ]) {
    assert.equal(code, 2);
    assert.match(said.at(-1) ?? "", /^database_other: .*--url/);
  }
});

test("an import that meets a damaged page of the history is refused by its code", async () => {
  await makePoints("damaged");
  const history = join(folder, "damaged", "history");
  const sizes = { rowsFirst: 500, rowsMax: 500, segmentBytes: 65_536, chunkSamples: 64 };
  const opened = await openEmbeddedHistorian({ folder: history, ...sizes }, { log: silentLog });
  assert.ok(opened.ok);
  await opened.value.append(batchOf([...ramp(40_000), row(3, 0, 0)]));
  // What memory held is in chunks behind a deletion.
  await opened.value.deleteRange({ series: 3, from: START, to: START + 1 });
  await opened.value.close();
  loseNewestPage(history);
  const file = join(folder, "damaged.csv");
  const lines = ramp(40_000).map(
    ({ at, value }) => `p1,${new Date(at).toISOString()},number,${value},good,,`,
  );
  writeFileSync(file, [TABLE_HEAD, ...lines, ""].join("\r\n"));
  said.length = 0;
  assert.equal(await runImport([file, ...data("damaged")], io), 2);
  assert.match(said.at(-1) ?? "", /^history_unreadable: .*the same again is no harm$/);
});

for (const format of ["csv", "parquet"]) {
  test(`an export as ${format} that is stopped leaves nothing behind`, async () => {
    const name = `stopped-${format}`;
    await makePoints(name, true);
    const out = join(folder, `${name}.${format}`);
    const stopped = { ...io, onStop: (call: () => void) => call() };
    said.length = 0;
    assert.equal(await runExport(["--out", out, "--format", format, ...data(name)], stopped), 2);
    assert.deepEqual(said, ["export_stopped: nothing was written"]);
    const left = readdirSync(folder).filter((file) => file.startsWith(`${name}.`));
    assert.deepEqual(left, []);
  });
}

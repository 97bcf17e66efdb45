import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parquetRows } from "../src/lib/parquet.ts";
import { run } from "./command.ts";
import { hallPoint } from "./hall.ts";
import { House } from "./house.ts";

const DAY = "2026-03-29";
const folder = mkdtempSync(join(tmpdir(), "fieldline-out-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const house = await (await House.open()).signIn();
after(() => house.close());
const token = (await house.call("POST", "/tokens", { name: "nightly", role: "engineer" })).token;
const point = await hallPoint(house);

/** As who may take samples out and bring them in. */
const runAs = (...args: readonly string[]) => run(args, { FIELDLINE_TOKEN: token });

const HEAD = "point,at,kind,value,quality,statusWord,toldAfterwards";
const odd = [
  `${point},${DAY}T00:00:00.000Z,number,0.1,good,,`,
  `${point},${DAY}T00:00:01.000Z,number,-0,good,,true`,
  `${point},${DAY}T00:00:02.000Z,number,NaN,uncertain,,`,
  `${point},${DAY}T00:00:03.000Z,integer,9007199254740993,good,,`,
  `${point},${Date.parse(`${DAY}T00:00:04Z`) + 0.25},boolean,true,good,,`,
  `${point},${DAY}T00:00:05.000Z,text,"'=1+1, ""quoted""\ntwice",bad,,true`,
  `${point},${DAY}T00:00:06.000Z,none,,bad,2150891520,`,
];
/** More than a request, and more than a page of the API. */
const many = Array.from({ length: 120_000 }, (_, index) => {
  const at = new Date(Date.parse(`${DAY}T01:00:00Z`) + index * 100).toISOString();
  return `${point},${at},number,${(index * 7) % 1_000},good,,`;
});
const times = ["--points", point, "--from", `${DAY}T00:00:00Z`, "--to", "2026-03-30T00:00:00Z"];
const table = `${[HEAD, ...odd, ...many].join("\r\n")}\r\n`;

test("a table goes into a running server and comes out bit by bit, and again without harm", async () => {
  const file = join(folder, "in.csv");
  writeFileSync(file, table);
  const tales = { once: "120007 new", twice: "120007 there already" };
  for (const [round, tale] of Object.entries(tales)) {
    const imported = await runAs("import", file, "--url", house.url);
    assert.equal(imported.status, 0, imported.complained);
    assert.equal(imported.said.trim(), `120007 samples are stored: ${tale}`);
    const out = join(folder, `${round}.csv`);
    const exported = await runAs("export", "--out", out, "--url", house.url, ...times);
    assert.equal(exported.status, 0, exported.complained);
    assert.equal(readFileSync(out, "utf8"), table);
    assert.ok(!existsSync(`${out}.part`));
  }
});

test("what goes out as Parquet comes in again", async () => {
  const out = join(folder, "all.parquet");
  const exported = await runAs(
    ...["export", "--out", out, "--format", "parquet", "--url", house.url],
    ...times,
  );
  assert.equal(exported.status, 0, exported.complained);
  const range = `${DAY}T01:00:00Z/2026-03-30T00:00:00Z`;
  const [from, to] = range.split("/");
  const query = new URLSearchParams({ from: from ?? "", to: to ?? "", confirm: range });
  await house.call("DELETE", `/points/${point}/history?${query}`);
  const imported = await runAs("import", out, "--url", house.url);
  assert.equal(imported.status, 0, imported.complained);
  const again = join(folder, "again.csv");
  await runAs("export", "--out", again, "--url", house.url, ...times);
  const lines = readFileSync(again, "utf8").split("\r\n");
  assert.deepEqual(lines.slice(-3, -1), many.slice(-2));
  assert.ok(lines.length >= many.length + odd.length + 2);
});

test("sums by the day of a place, and by any interval, come out as either table", async () => {
  const days = join(folder, "days.csv");
  const zurich = ["--calendar", "day", "--tz", "Europe/Zurich", "--fns", "count,max"];
  const span = ["--from", "2026-03-28T23:00:00Z", "--to", "2026-03-30T22:00:00Z"];
  const wish = ["--url", house.url, "--points", point, ...span];
  const byDay = await runAs("export", "--out", days, ...wish, ...zurich);
  assert.equal(byDay.status, 0, byDay.complained);
  const [head, first, second] = readFileSync(days, "utf8").split("\r\n");
  assert.equal(head, "point,at,count,max");
  assert.match(first ?? "", new RegExp(`^${point},2026-03-28T23:00:00.000Z,12000\\d,`));
  assert.equal(second, `${point},2026-03-29T22:00:00.000Z,0,`, "a day of 23 hours before");

  const quarters = join(folder, "quarters.parquet");
  const every = ["--every", "15m", "--fns", "count", "--format", "parquet"];
  const byQuarter = await runAs("export", "--out", quarters, ...wish, ...every);
  assert.equal(byQuarter.status, 0, byQuarter.complained);
  let count = 0;
  for await (const row of parquetRows(quarters)) count += Number(row["count"]);
  assert.ok(count >= 120_000);
});

test("what cannot be done is said with its code, and leaves no file", async () => {
  const out = join(folder, "nothing.csv");
  const unknown = await runAs("export", "--out", out, "--url", house.url, "--points", "p9");
  assert.equal(unknown.status, 2);
  assert.match(unknown.complained, /^point_unknown: no point 'p9'/);
  const unbounded = await runAs("export", "--out", out, "--url", house.url, "--every", "1h");
  assert.equal(unbounded.status, 2);
  assert.match(unbounded.complained, /usage:/);
  const bad = join(folder, "bad.csv");
  writeFileSync(bad, `${HEAD}\r\n${many[0]}\r\np9,${DAY}T00:00:00Z,none,,bad,\r\n`);
  const refused = await runAs("import", bad, "--url", house.url);
  assert.match(refused.complained, /bad.csv, line 3: there is no point 'p9'; 0 samples before it/);
  assert.ok(!existsSync(out));
});

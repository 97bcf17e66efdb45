import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { jsonLog } from "../../../lib/log.ts";
import { openSqlite } from "../../../lib/sqlite.ts";
import type { Row } from "../../expected.ts";
import type { Damaged, Historian } from "../../historian.ts";
import { allOf, batchOf, inFolder, ramp, row, rowsOf, START } from "../../tale.ts";
import { openEmbeddedHistorian } from "../embedded.ts";
import { checkFolder } from "../folder/check.ts";
import { losePage } from "./pages-tale.ts";

const ROWS = 2_000;
const FEW = 10;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const FOR_GOOD = { rawMs: null, hourlyMs: null, dailyMs: null };
const SIZES = { rowsFirst: 500, rowsMax: 500, segmentBytes: 65_536, chunkSamples: 64 };

type Opened = {
  readonly historian: Historian;
  readonly damaged: readonly Damaged[];
  readonly told: readonly string[];
  readonly lines: readonly string[];
};

async function open(folder: string): Promise<Opened> {
  const [damaged, told, lines]: [Damaged[], string[], string[]] = [[], [], []];
  const opened = await openEmbeddedHistorian(
    { folder, ...SIZES },
    {
      log: jsonLog(
        (line) => void lines.push(line),
        "error",
        () => 0,
      ),
      onDamaged: (one) => void damaged.push(one),
      onMalformed: (reason) => void told.push(reason),
    },
  );
  assert.ok(opened.ok, JSON.stringify(opened));
  return { historian: opened.value, damaged, told, lines };
}

const ofSeries = (series: number, rows: readonly Row[]) => rows.map((one) => ({ ...one, series }));

/** Brings what memory holds into chunks. */
async function pack(historian: Historian): Promise<void> {
  await historian.append(batchOf([row(9, 0, 0)]));
  await historian.deleteRange({ series: 9, from: START, to: START + 1 });
}

/** Series 1 has full chunks, series 2 one that grows. */
async function inStored(work: (folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const { historian } = await open(folder);
    await historian.append(batchOf(ramp(ROWS)));
    await historian.append(batchOf(ofSeries(2, ramp(FEW))));
    await pack(historian);
    await historian.close();
    await work(folder);
  });
}

/** In tables that take a NULL anywhere, as a bit that has changed would write it. */
function change(folder: string, table: string, sql: string): void {
  const database = openSqlite(join(folder, "history.db"));
  const [[text] = [], ...indexes] = database
    .prepare("SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND sql NOT NULL ORDER BY rootpage")
    .all(table);
  database.exec(`ALTER TABLE ${table} RENAME TO strict`);
  database.exec(String(text).replaceAll(" NOT NULL", ""));
  database.exec(`INSERT INTO ${table} SELECT * FROM strict; DROP TABLE strict`);
  for (const [index] of indexes) database.exec(String(index));
  database.exec(sql);
  database.close();
}

const FULL = "WHERE id = (SELECT min(id) FROM chunk WHERE id > 0 AND series = 1 AND first_at > 0)";
const OPEN = "WHERE id = -3";
const KINDS = { nothing: "NULL", "a number": "7", "a text": "'seven'" };

for (const [kind, value] of Object.entries(KINDS)) {
  for (const column of ["data", "last_at", "samples"]) {
    if (column !== "data" && value === "7") continue;
    test(`a chunk whose ${column} is ${kind} is put aside and told, and the rest is read`, () =>
      inStored(async (folder) => {
        const set = `UPDATE chunk SET ${column} = ${value}`;
        change(folder, "chunk", `${set} ${FULL}; ${set} ${OPEN}`);
        const faults = checkFolder(folder);
        assert.ok(faults.ok && faults.value.faults.length >= 2, JSON.stringify(faults));

        const { historian, damaged } = await open(folder);
        const rest = await allOf(historian, 1);
        assert.ok(rest.length > 0 && rest.length < ROWS);
        assert.deepEqual(rest, ramp(ROWS).slice(-rest.length));
        const more = row(2, FEW, 1);
        await historian.append(batchOf([more]));
        await pack(historian);
        const left = column === "data" ? [more] : [...ofSeries(2, ramp(FEW)), more];
        assert.deepEqual(await allOf(historian, 2), left);
        assert.deepEqual(
          damaged.map(({ series, from }) => [series, from]),
          [[1, START], ...(column === "data" ? [[2, START]] : [])],
        );
        assert.ok(Number.isFinite((await historian.stats()).samplesStored));
        await historian.close();
      }));
  }
}

test("what stands for all of it and is damaged is told, and nothing is taken for it", () =>
  inStored(async (folder) => {
    const before = await open(folder);
    await before.historian.setRetention(1, { ...FOR_GOOD, rawMs: HOUR_MS });
    await before.historian.append(batchOf(ofSeries(3, ramp(FEW))));
    await pack(before.historian);
    await before.historian.setRetention(3, { ...FOR_GOOD, rawMs: HOUR_MS });
    await before.historian.retire(START + 2 * HOUR_MS, FOR_GOOD);
    await before.historian.setRetention(2, { ...FOR_GOOD, rawMs: HOUR_MS });
    await before.historian.close();
    for (const table of ["total", "again"]) {
      change(folder, table, `UPDATE ${table} SET value = NULL WHERE name IN ('folder', 'samples')`);
    }
    change(folder, "policy", "UPDATE policy SET raw_ms = 'x' WHERE series = 2");
    change(folder, "horizon", "UPDATE horizon SET at = NULL WHERE series = 3");

    const { historian, told } = await open(folder);
    const what = ["total samples", "policy of series 2", "horizon of series 3"];
    assert.deepEqual(
      told,
      what.map((one) => `${one} is damaged`),
      "of which folder it is, the log knows",
    );
    await historian.retire(START + 2 * HOUR_MS, FOR_GOOD);
    assert.deepEqual(await allOf(historian, 2), ofSeries(2, ramp(FEW)), "nothing is let go");
    const more = row(3, FEW, 1);
    assert.deepEqual(await historian.append(batchOf([more])), { tooOld: 0 });
    assert.deepEqual(await allOf(historian, 3), [more]);
    await historian.close();
    const checked = checkFolder(folder);
    assert.ok(checked.ok);
    for (const one of what.slice(1)) {
      assert.ok(checked.value.faults.includes(`history.db: ${one} is damaged`), one);
    }
  }));

test("a sequence that is damaged is known from its second place: what was deleted does not return", () =>
  inStored(async (folder) => {
    const before = await open(folder);
    await before.historian.outbox?.follow("above");
    await before.historian.append(batchOf(ofSeries(3, ramp(FEW))));
    await before.historian.deleteRange({ series: 3, from: START, to: START + FEW });
    await before.historian.close();
    change(folder, "total", "UPDATE total SET value = 'x' WHERE name = 'sequence'");

    const { historian, told } = await open(folder);
    assert.deepEqual(await allOf(historian, 3), []);
    assert.deepEqual(told, []);
    await historian.close();
  }));

for (const lost of ["total", "again"]) {
  test(`where the page of ${lost} is lost, the other one counts: what was deleted does not return`, () =>
    inStored(async (folder) => {
      const before = await open(folder);
      await before.historian.outbox?.follow("above"); // The log keeps what is in chunks.
      await before.historian.append(batchOf(ofSeries(3, ramp(FEW))));
      await before.historian.deleteRange({ series: 3, from: START, to: START + FEW });
      const { samplesStored } = await before.historian.stats();
      await before.historian.close();
      losePage(folder, lost);

      const { historian, told } = await open(folder);
      assert.deepEqual(await allOf(historian, 3), []);
      assert.deepEqual(await allOf(historian, 2), ofSeries(2, ramp(FEW)));
      assert.equal((await historian.stats()).samplesStored, samplesStored);
      assert.deepEqual(told, ["table total is damaged"]);
      await historian.close();
    }));
}

const WRONG = { nothing: "NULL", "a text": "'x'", "cut off": "substr(sums, 1, 80)" };

for (const [kind, value] of Object.entries(WRONG)) {
  test(`a day whose sums are ${kind} is what its hours come to`, () =>
    inFolder(async (folder) => {
      const first = await open(folder);
      const rows = Array.from({ length: ROWS }, (_, one) => row(1, (one * DAY_MS) / 1_000, one));
      await first.historian.append(batchOf(rows));
      await pack(first.historian);
      const query = {
        ...{ series: Uint32Array.of(1), from: START, to: START + 2 * DAY_MS },
        by: { everyMs: DAY_MS },
      };
      const retire = { ...FOR_GOOD, rawMs: 24 * HOUR_MS };
      await first.historian.retire(START + 2 * DAY_MS, retire);
      const [expected] = await first.historian.aggregate(query);
      assert.equal(expected?.count[0], 1_000);
      await first.historian.close();
      change(folder, "day", `UPDATE day SET sums = ${value}`);

      const { historian, lines } = await open(folder);
      const [found] = await historian.aggregate(query);
      assert.deepEqual(found, expected);
      assert.match(lines.join(), /the sums of a day are damaged/);
      const raw = await historian.range({ series: 1, from: 0, to: Number.MAX_VALUE, limit: ROWS });
      assert.ok(rowsOf(raw).length > 0);
      await historian.close();
      const checked = checkFolder(folder);
      assert.ok(checked.ok);
      assert.match(checked.value.faults.join(), /its sums are damaged/);
    }));
}

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openSqlite, type Sqlite } from "../../../lib/sqlite.ts";
import { expectedSums, type Row } from "../../expected.ts";
import { bucketsOf } from "../../sums.ts";
import { assertSame, batchOf, inFolder, ramp, START } from "../../tale.ts";
import type { Engine } from "../engine/engine.ts";
import { ofSeriesOne, openEngine } from "../engine/engine-tale.ts";
import { checkFolder } from "../folder/check.ts";
import { asVersion5, asVersion8, asVersion10 } from "./older-tale.ts";
import { losePage } from "./pages-tale.ts";
import { readTotals } from "./totals.ts";

const HOUR_MS = 3_600_000;
const LONG = { rawMs: 1e12, hourlyMs: null, dailyMs: null };
const ROWS = ramp(300).map((row, index) => ({
  ...row,
  at: START + index * (HOUR_MS / 4),
  quality: index % 40 === 7 ? ("bad" as const) : ("good" as const),
}));

for (const [version, asVersion] of [
  [5, asVersion5],
  [8, asVersion8],
  [10, asVersion10],
] as const) {
  const claim = `chunks and days of version ${version} answer as before`;
  test(`${claim}, and are of this version when written anew`, () =>
    inFolder((folder) => tell(join(folder, "live"), asVersion)));
}

test("totals of version 10 are written twice from the first start on", () =>
  inFolder(async (folder) => {
    const engine = openEngine(folder);
    await engine.append(batchOf(ROWS));
    await engine.close();
    const file = join(folder, "history.db");
    const before = within(file, readTotals);
    within(file, asVersion10);
    await openEngine(folder).close();
    losePage(folder, "total");
    assert.deepEqual(within(file, readTotals), before);
  }));

function within<T>(file: string, work: (database: Sqlite) => T): T {
  const database = openSqlite(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

async function tell(folder: string, asVersion: (database: Sqlite) => void): Promise<void> {
  const engine = openEngine(folder);
  await engine.append(batchOf(ROWS));
  await engine.retire(0, LONG);
  await engine.close();
  const database = openSqlite(join(folder, "history.db"));
  asVersion(database);
  database.close();
  const again = openEngine(folder);
  assertAnswers(again, ROWS);
  const late = { series: 1, at: START + 5 * HOUR_MS + 0.5, value: 1_000, quality: "good" as const };
  const all = [...ROWS.slice(0, 21), late, ...ROWS.slice(21)];
  await again.append(batchOf([late]));
  while (!(await again.retire(0, LONG)));
  assertAnswers(again, all);
  await again.close();
  const checked = checkFolder(folder);
  assert.ok(checked.ok);
  assert.deepEqual(checked.value.faults, []);
}

function assertAnswers(engine: Engine, rows: readonly Row[]): void {
  assert.deepEqual(ofSeriesOne(engine), rows);
  for (const quality of ["all", "good"] as const) {
    const span = { series: Uint32Array.of(1), from: START, to: START + 75 * HOUR_MS };
    for (const hours of [1, 3, 24]) {
      const query = { ...span, by: { everyMs: hours * HOUR_MS }, quality, weighted: true };
      const [sums] = bucketsOf(query, engine.aggregate(query));
      assert.ok(sums);
      assertSame(sums, expectedSums(rows, query), `${quality}, ${hours} hours`);
    }
  }
}

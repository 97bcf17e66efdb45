import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openSqlite } from "../../lib/sqlite.ts";
import { byHand } from "../by-hand.ts";
import { assertSame, batchOf, inFolder, ramp, START } from "../tale.ts";
import { ofSeriesOne, openEngine } from "./engine-tale.ts";
import { asVersion5 } from "./older-tale.ts";

const HOUR_MS = 3_600_000;
const ROWS = ramp(300).map((row, index) => ({
  ...row,
  at: START + index * (HOUR_MS / 4),
  quality: index % 40 === 7 ? ("bad" as const) : ("good" as const),
}));

test("chunks and days of version 5 answer as before, and are of this version when written anew", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    await engine.append(batchOf(ROWS));
    await engine.retire(0, { rawMs: 1e12, hourlyMs: null, dailyMs: null });
    await engine.close();
    const database = openSqlite(join(folder, "live", "history.db"));
    asVersion5(database);
    database.close();
    const again = openEngine(join(folder, "live"));
    const late = {
      series: 1,
      at: START + 5 * HOUR_MS + 0.5,
      value: 1_000,
      quality: "good" as const,
    };
    const all = [...ROWS.slice(0, 21), late, ...ROWS.slice(21)];
    await again.append(batchOf([late]));
    await again.retire(0, { rawMs: 1e12, hourlyMs: null, dailyMs: null });
    assert.deepEqual(ofSeriesOne(again), all);
    for (const quality of ["all", "good"] as const) {
      const span = { series: Uint32Array.of(1), from: START, to: START + 75 * HOUR_MS };
      for (const hours of [3, 24]) {
        const query = { ...span, by: { everyMs: hours * HOUR_MS }, quality, weighted: true };
        const [sums] = again.aggregate(query);
        assert.ok(sums);
        assertSame(sums, byHand(all, query), `${quality}, ${hours} hours`);
      }
    }
    await again.close();
  }));

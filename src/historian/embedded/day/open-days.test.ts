import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { chances } from "../../../lib/chance.ts";
import { openSqlite } from "../../../lib/sqlite.ts";
import type { Row } from "../../expected.ts";
import { batchOf, inFolder, START } from "../../tale.ts";
import { openEngine } from "../engine/engine-tale.ts";
import { checkFolder } from "../folder/check.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 4;

/** Of six series, three of them seldom; every fiftieth comes again, with nine others. */
function arrivals(random: () => number): Row[] {
  const rows: Row[] = [];
  const again: Row[] = [];
  for (let at = START + 7 * HOUR_MS; at < START + DAYS * DAY_MS; at += 5 * MINUTE_MS) {
    const due = at % (15 * MINUTE_MS) === 0 ? [1, 2, 3, 4, 5, 6] : [1, 2, 3];
    const read = due.map((series) => reading(series, at + Math.floor(random() * 50), random));
    rows.push(...read);
    again.push(...read.filter(() => random() < 0.02));
    if (again.length > 9) rows.push(...again.splice(0));
  }
  return rows;
}

function reading(series: number, at: number, random: () => number): Row {
  const quality = random() < 0.05 ? "uncertain" : "good";
  const value = series === 6 ? `state ${Math.floor(random() * 3)}` : random() * 100;
  return { series, at, value, quality };
}

/** Four hours of a series come together, later. */
function withBacklog(rows: readonly Row[], series: number, from: number): Row[] {
  const to = from + 4 * HOUR_MS;
  const waits = (row: Row) => row.series === series && row.at >= from && row.at < to;
  const end = rows.findIndex(({ at }) => at >= to + HOUR_MS);
  const before = rows.slice(0, end);
  return [...before.filter((row) => !waits(row)), ...before.filter(waits), ...rows.slice(end)];
}

function daysIn(folder: string): number {
  const database = openSqlite(join(folder, "history.db"), { readOnly: true });
  const found = database.prepare("SELECT count(*) FROM day").get()?.[0];
  database.close();
  return Number(found);
}

/** With restarts and deletions on the way, and all of it in chunks at the end. */
async function store(folder: string, rows: readonly Row[], random: () => number): Promise<void> {
  let engine = openEngine(folder);
  for (let from = 0; from < rows.length; from += 70) {
    await engine.append(batchOf(rows.slice(from, from + 70)));
    const draw = random();
    if (draw < 0.5) while (engine.work(0) === 0);
    if (draw < 0.02) {
      await engine.close();
      engine = openEngine(folder);
    } else if (draw < 0.04) {
      const to = (rows[from]?.at ?? 0) - HOUR_MS;
      await engine.deleteRange({ series: 1, from: to - 2 * HOUR_MS, to });
    }
  }
  const last = START + (DAYS + 1) * DAY_MS;
  await engine.append(batchOf([1, 2, 3, 4, 5, 6].map((series) => reading(series, last, random))));
  while (!(await engine.retire(0, { rawMs: 1e15, hourlyMs: null, dailyMs: null })));
  await engine.close();
}

test("days that are made while samples come say what their samples say, however those come", () =>
  inFolder(async (folder) => {
    for (const seed of [1, 2, 3]) {
      const live = join(folder, `live ${seed}`);
      const random = chances(seed);
      const late = withBacklog(arrivals(random), 2, START + DAY_MS * 1.5);
      await store(live, withBacklog(late, 3, START + DAY_MS * 1.9), random);
      const checked = checkFolder(live);
      assert.deepEqual(checked.ok && checked.value.faults, [], `seed ${seed}`);
      assert.equal(daysIn(live), 6 * DAYS);
    }
  }));

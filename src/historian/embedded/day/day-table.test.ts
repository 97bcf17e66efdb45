import assert from "node:assert/strict";
import { test } from "node:test";
import { chances } from "../../../lib/chance.ts";
import { START } from "../../tale.ts";
import { Run } from "../run/run.ts";
import { DayTable, tableOf } from "./day-table.ts";
import { decodeHours, encodeHours } from "./hours.ts";
import { OpenDay } from "./open-days.ts";
import { DAY_MS, dayFrom, dayOf, HOUR_MS, hoursIn, link, linkedByHour, summed } from "./tier.ts";

const DAY = dayOf(START);

/** With gaps, values that are none, and a quality that is mostly good, or never for an hour. */
function dayOfSamples(random: () => number): Run {
  const run = new Run();
  let at = DAY + Math.floor(random() * HOUR_MS);
  for (; at < DAY + DAY_MS; at += 1 + Math.floor(random() ** 8 * 4 * HOUR_MS)) {
    run.reserve(1);
    const isBad = random() < 0.1 || Math.floor((at - DAY) / HOUR_MS) === 5;
    run.at[run.count] = at;
    run.value[run.count] = random() < 0.01 ? Number.NaN : random() * 100 - 50;
    run.quality[run.count] = isBad ? 2 : 0;
    run.count += 1;
  }
  return run;
}

/** So many rows each, the last one of fewer. */
function parts(run: Run, rows: number): { from: number; to: number }[] {
  const starts = Array.from({ length: Math.ceil(run.count / rows) }, (_, part) => part * rows);
  return starts.map((from) => ({ from, to: Math.min(run.count, from + rows) }));
}

test("a day that is summed up as its samples come is, bit by bit, what its parts come to", () => {
  const random = chances(1);
  for (let day = 0; day < 40; day += 1) {
    const run = dayOfSamples(random);
    const open = new OpenDay();
    open.begin(DAY, Number.NEGATIVE_INFINITY);
    const arrivals = parts(run, 1 + Math.floor(random() * 200));
    for (const rows of arrivals) open.add(run, rows);
    const table = new DayTable();
    table.begin(DAY);
    open.fill(table, () => assert.fail("all of it is known"));
    table.total();
    const hours = linkedByHour(arrivals.flatMap(({ from, to }) => hoursIn(run, from, to)));
    assert.deepEqual(decodeHours(DAY, encodeHours(table)), hours);
    assert.deepEqual(table.tiers().good, dayFrom(hours));
    assert.deepEqual(tableOf(hours).tiers().good, dayFrom(hours));
  }
});

test("what a day comes to over all that count is kept where not all of it is good", () => {
  const run = dayOfSamples(chances(2));
  const halves = parts(run, Math.ceil(run.count / 2));
  const every = halves.map((rows) => summed(run, { ...rows, isAll: true }, DAY));
  const table = tableOf(hoursIn(run, 0, run.count));
  for (const part of every) table.addEveryTier(part);
  assert.equal(table.sumsHeld().length, 22);
  assert.deepEqual(table.tiers().every, every.reduce(link));
  assert.notEqual(table.tiers().every.good, table.tiers().good.good);
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Quality, Value } from "../../../domain/reading.ts";
import { chances } from "../../../lib/chance.ts";
import { expectedSums, type Row } from "../../expected.ts";
import type { AggregateQuery } from "../../historian.ts";
import { bucketsOf } from "../../sums.ts";
import { ALL, assertSame, batchOf, inFolder, inWords, row, rowsOf, START } from "../../tale.ts";
import type { Engine } from "../engine/engine.ts";
import { openEngine } from "../engine/engine-tale.ts";
import { Memtable } from "../memory/memtable.ts";
import { type DaySum, KeptDays } from "./kept-days.ts";

const DAY_MS = 86_400_000;
const SERIES = [1, 2];
const DAYS = 3;
/** In which the days pass. */
const ROUNDS = 150;
const ROUND_MS = (DAYS * DAY_MS) / ROUNDS;
const SMALL = { rowsFirst: 600, rowsMax: 600, segmentBytes: 65_536 };

test("days that are asked for again and again follow what arrives, late, corrected or twice", () =>
  inFolder(async (folder) => {
    const random = chances(41);
    const engine = openEngine(join(folder, "live"), SMALL);
    for (let round = 0; round < ROUNDS; round += 1) {
      await engine.append(batchOf(arrivals(random, round)));
      if (random() < 0.5) engine.work(0);
      assertDays(engine, queryOf(random));
    }
    await engine.close();
  }));

test("a day that was asked for forgets what is deleted of it, and goes on", () =>
  inFolder(async (folder) => {
    const random = chances(42);
    const engine = openEngine(join(folder, "live"), SMALL);
    for (let round = 0; round < ROUNDS; round += 1) {
      await engine.append(batchOf(arrivals(random, round)));
      assertDays(engine, queryOf(random));
      if (round % 7 > 0) continue;
      const from = START + random() * round * ROUND_MS;
      await engine.deleteRange({ series: 1, from, to: from + ROUND_MS });
      assertDays(engine, queryOf(random));
    }
    await engine.close();
  }));

test("a correction of the newest sample, and one between two, change the day at once", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"), SMALL);
    const query = { ...DAILY, quality: "good", weighted: true } as const;
    const tell = async (after: number, value: Value, quality: Quality = "good") => {
      await engine.append(batchOf([{ series: 1, at: START + after, value, quality }]));
      assertDays(engine, query);
    };
    await tell(1_000, 5);
    await tell(3_000, 8, "bad");
    await tell(3_000, 9);
    await tell(2_000, 7);
    await tell(3_000, 6);
    await tell(3_000, 6, "uncertain");
    await tell(4_000, "off");
    await tell(DAY_MS + 1, 30);
    await tell(4_000, 20);
    await engine.close();
  }));

test("a day is summed up anew behind memory that was frozen, however many have arrived", () => {
  const memtable = new Memtable({ rowsFirst: 100, rowsMax: 100 }, () => 0);
  const keptDays = new KeptDays();
  const sum = () => {
    const memory = memtable.whole(1, Number.POSITIVE_INFINITY);
    const day = { series: 1, at: START, isAll: false };
    const sumUp = (into: DaySum) => into.addRows(memory, 0, memory.count);
    return keptDays.of(day, memory, memtable.arrivals(1), sumUp).tier?.sum;
  };
  memtable.insert(batchOf([row(1, 10, 5)]));
  assert.equal(sum(), 5);
  memtable.freeze();
  memtable.insert(batchOf([row(1, 10, 7)]));
  assert.equal(sum(), 7);
});

const DAILY = {
  series: Uint32Array.from(SERIES),
  from: START,
  to: START + DAYS * DAY_MS,
  by: { everyMs: DAY_MS },
} as const;

function queryOf(random: () => number): AggregateQuery {
  return {
    ...DAILY,
    quality: random() < 0.5 ? "all" : "good",
    weighted: random() < 0.5,
    ...(random() < 0.3 && { rollover: 1_000 }),
    by: random() < 0.8 ? DAILY.by : { buckets: 1 },
  };
}

/** A counter and what is odd at times; one in ten is late, of which some take another's place. */
function arrivals(random: () => number, round: number): Row[] {
  return Array.from({ length: 20 }, (_, index) => {
    const isLate = random() < 0.1 && round > 0;
    const after = isLate ? Math.floor(random() * round * 20) : round * 20 + index;
    const [series = 1] = random() < 0.7 ? [1] : [2];
    const value = random() < 0.05 ? "off" : Math.floor(after * 3 + random() * 2) % 1_000;
    const quality: Quality = random() < 0.05 ? "bad" : "good";
    return { series, at: START + (after * ROUND_MS) / 20, value, quality };
  });
}

/** As they come to when every sample is looked at. */
function assertDays(engine: Engine, query: AggregateQuery): void {
  for (const one of bucketsOf(query, engine.aggregate(query))) {
    const { series } = one;
    const rows = rowsOf(engine.range({ series, ...ALL }));
    assertSame(one, expectedSums(rows, query), `series ${series}, ${inWords(query)}`);
  }
}

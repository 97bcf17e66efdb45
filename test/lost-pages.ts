import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { checkEmbeddedHistory, openEmbeddedHistorian } from "../src/historian/embedded/embedded.ts";
import type { Row } from "../src/historian/expected.ts";
import { type Historian, UnreadableError } from "../src/historian/historian.ts";
import { allOf, batchOf, inFolder, row, START } from "../src/historian/tale.ts";
import { chances } from "../src/lib/chance.ts";
import { silentLog } from "../src/lib/log.ts";

/*
 * A history loses a page of its database, whichever, and goes on: new samples are taken, what lies
 * in other pages is there, what was deleted stays deleted, and what is lost is told.
 */

const PAGE_BYTES = 8_192;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FOR_GOOD = { rawMs: null, hourlyMs: null, dailyMs: null };
export const SIZES = { rowsFirst: 2_000, rowsMax: 2_000, segmentBytes: 65_536, chunkSamples: 64 };
const SERIES = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 20, 30];
/** What is appended behind the damage is later than all before. */
export const LATER = 30 * DAY_MS;
const TRIES = 1_200;
/** What a mending leaves behind: the old database, and days of samples that are lost. */
const REST = /put aside|disagrees with its samples/;
/** And what it does not. */
const SEEN = /^all of the history was looked at/;
const UNREAD = /^history\.db(:| cannot be read)/;

/** Of a series, its values by time. */
export type Model = ReadonlyMap<number, Map<number, Row["value"]>>;

type Told = {
  malformed: number;
  lost: number;
  times: number;
  isMended: boolean;
  /** All of it was looked at, and nothing was met there that is not mended. */
  isSeen: boolean;
  trouble: string | undefined;
};

export async function open(folder: string, isSmall: boolean): Promise<[Historian, Told]> {
  const told: Told = {
    ...{ malformed: 0, lost: 0, times: 0, trouble: undefined },
    ...{ isMended: false, isSeen: false },
  };
  const lose = ({ samples }: { readonly samples: number }) => {
    told.times += 1;
    told.lost += samples;
  };
  const profile = isSmall ? ("gateway" as const) : ("server" as const);
  const opened = await openEmbeddedHistorian(
    { folder, ...SIZES, profile, commitEveryMs: 0, inspectAfterMs: 0 },
    {
      log: { ...silentLog, info: (text) => see(told, text) },
      onMalformed: () => {
        told.malformed += 1;
        told.isSeen = false;
      },
      onMended: (mended) => {
        told.isMended = true;
        lose(mended);
      },
      onDamaged: lose,
      onTrouble: (trouble) => {
        told.trouble = trouble;
      },
    },
  );
  assert.ok(opened.ok, JSON.stringify(opened));
  return [opened.value, told];
}

function see(told: Told, text: string): void {
  if (SEEN.test(text)) told.isSeen = true;
}

/** Full chunks and growing ones, days, deletions, retentions and what they have let go. */
export async function store(folder: string): Promise<Model> {
  const [historian] = await open(folder, false);
  const model = new Map(SERIES.map((series) => [series, new Map<number, Row["value"]>()]));
  const put = async (rows: readonly Row[]) => {
    for (const { series, at, value } of rows) model.get(series)?.set(at, value);
    await historian.append(batchOf(rows));
  };
  for (let first = 0; first < 40_000; first += 1_000) {
    const rows = Array.from({ length: 1_000 }, (_, index) => first + index);
    await put(rows.map((n) => row(1 + (n % 8), Math.floor(n / 8) * 90_000, Math.sin(n) * 1e9)));
  }
  await put(Array.from({ length: 1_500 }, (_, n) => row(20, n * 1_000, Math.sin(n))));
  await historian.deleteRange({ series: 2, from: START, to: START + DAY_MS });
  await historian.setRetention(4, { ...FOR_GOOD, rawMs: 2 * DAY_MS });
  await historian.setRetention(5, FOR_GOOD);
  await historian.retire(START + 4 * DAY_MS, FOR_GOOD);
  for (const series of [10, 11]) {
    await put(Array.from({ length: 20 }, (_, n) => row(series, n * 1_000, n)));
  }
  // Memory is in chunks behind it; what follows is in the log alone.
  await historian.deleteRange({ series: 3, from: START + DAY_MS, to: START + DAY_MS + HOUR_MS });
  await put([row(30, 0, 1)]);
  for (const [series, values] of model) {
    const left = new Set((await allOf(historian, series)).map(({ at }) => at));
    for (const at of values.keys()) if (!left.has(at)) values.delete(at);
  }
  assert.ok((model.get(2)?.size ?? 0) < 5_000 && (model.get(4)?.size ?? 0) < 5_000);
  await historian.close();
  return model;
}

/** While it is mended what was asked for may be refused: it is asked again. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (reason) {
      const isPassing = reason instanceof UnreadableError || /malformed/.test(String(reason));
      if (!isPassing || tries === TRIES) throw reason;
      await setTimeout(50);
    }
  }
}

/** How many samples are missing; nothing else is there, and nothing of what was put later is. */
export async function missingIn(historian: Historian, model: Model, later: Model): Promise<number> {
  let missing = 0;
  for (const series of SERIES) {
    const rows = await patiently(() => allOf(historian, series));
    const found = new Map(rows.map(({ at, value }) => [at, value]));
    const since = later.get(series) ?? [];
    for (const [at, value] of since) assert.equal(found.get(at), value, `series ${series}: new`);
    const known = new Map([...(model.get(series) ?? []), ...since]);
    const isWrong = ({ at, value }: Row) => !known.has(at) || !Object.is(known.get(at), value);
    assert.equal(rows.find(isWrong), undefined, `series ${series}`);
    missing += known.size - found.size;
  }
  return missing;
}

async function putLater(historian: Historian): Promise<Model> {
  const later = new Map(SERIES.map((series) => [series, new Map<number, Row["value"]>()]));
  for (let first = 0; first < 8_000; first += 1_000) {
    const numbers = Array.from({ length: 1_000 }, (_, index) => first + index);
    const rows = numbers.map((n) => row([1, 4, 20, 30][n % 4] ?? 1, LATER + n * 1_000, n));
    await patiently(() => historian.append(batchOf(rows)));
    for (const { series, at, value } of rows) later.get(series)?.set(at, value);
  }
  return later;
}

/** Zeros, noise, or a few bits that have changed. */
function spoil(page: Buffer, chance: () => number): string {
  const way = Math.floor(chance() * 3);
  if (way === 0) page.fill(0);
  if (way === 1) page.set(page.map(() => chance() * 256));
  if (way < 2) return way === 0 ? "zeros" : "noise";
  for (let bits = Math.ceil(chance() * 4); bits > 0; bits -= 1) {
    const at = Math.floor(chance() * PAGE_BYTES);
    page[at] = (page[at] ?? 0) ^ (1 << Math.floor(chance() * 8));
  }
  return "bits";
}

async function goesOn(folder: string, model: Model, isSmall: boolean): Promise<void> {
  const [historian, told] = await open(folder, isSmall);
  const later = await putLater(historian);
  await missingIn(historian, model, later);
  await patiently(() => historian.deleteRange({ series: 11, from: START, to: START + 1 }));
  const isOver = () => told.trouble === undefined && told.isSeen;
  for (let tries = 0; !isOver() && tries < TRIES; tries += 1) await setTimeout(50);
  assert.deepEqual([told.trouble, told.isSeen], [undefined, true]);
  const missing = await missingIn(historian, withoutDeleted(model), later);
  await historian.close();
  const [again, since] = await open(folder, isSmall);
  assert.equal(await missingIn(again, withoutDeleted(model), later), missing);
  assert.equal(since.malformed, 0, "it is whole again");
  await again.close();
  const checked = checkEmbeddedHistory(folder);
  assert.ok(checked.ok);
  const faults = checked.value.faults.filter((one) => !REST.test(one));
  if (told.isMended) assert.ok(!faults.some((one) => UNREAD.test(one)), faults.join("; "));
  if (told.times > 0) assert.ok(missing <= told.lost, `${missing} missing, ${told.lost} told`);
  else assert.equal(missing, 0, "and nobody is told");
}

function withoutDeleted(model: Model): Model {
  const rest = new Map([...(model.get(11) ?? [])].filter(([at]) => at > START));
  return new Map([...model, [11, rest]]);
}

/** So many pages by chance, one at a time. */
export function mendsLostPages({ pages, seed }: Record<"pages" | "seed", number>): void {
  test(`a history that loses a page goes on, ${pages} times another page`, () =>
    inFolder(async (home) => {
      const chance = chances(seed);
      const whole = join(home, "whole");
      const model = await store(whole);
      const bytes = readFileSync(join(whole, "history.db"));
      for (let time = 0; time < pages; time += 1) {
        const folder = join(home, String(time));
        cpSync(whole, folder, { recursive: true });
        const page = Math.floor((chance() * bytes.length) / PAGE_BYTES);
        const spoilt = Buffer.from(bytes);
        const way = spoil(spoilt.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES), chance);
        writeFileSync(join(folder, "history.db"), spoilt);
        const isSmall = chance() < 0.3;
        const what = `${time}, page ${page + 1}, ${way}, ${isSmall ? "gateway" : "server"}`;
        await goesOn(folder, model, isSmall).catch((reason) => {
          throw new Error(what, { cause: reason });
        });
      }
    }));
}

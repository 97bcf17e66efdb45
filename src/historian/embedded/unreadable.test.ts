import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "../../lib/log.ts";
import { type Historian, type Mended, UnreadableError } from "../historian.ts";
import { ALL, allOf, batchOf, inFolder, ramp, row, rowsOf, START } from "../tale.ts";
import { loseNewestPage } from "./database/pages-tale.ts";
import { openEmbeddedHistorian } from "./embedded.ts";

/** Chunks that take several pages. */
const MANY = 40_000;
const FEW = 20;
const HOUR_MS = 3_600_000;
const SIZES = { rowsFirst: 500, rowsMax: 500, segmentBytes: 65_536, chunkSamples: 64 };
/** Of the many, what lies in other pages. */
const EARLY = { from: START, to: START + 1_000 };
const FOR_GOOD = { rawMs: null, hourlyMs: null, dailyMs: null };

const few = ramp(FEW).map((one) => ({ ...one, series: 2 }));

type Met = {
  readonly folder: string;
  readonly historian: Historian;
  readonly told: ReadonlySet<string>;
  /** Why it is not mended yet. */
  readonly whys: ReadonlySet<string | undefined>;
  /** Settles when it was mended. */
  readonly mended: Promise<Mended>;
};

/** Of series 1 the newest pages are malformed, series 2 is whole. */
async function inDamaged(check: (met: Met) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const first = await openEmbeddedHistorian({ folder, ...SIZES }, { log: silentLog });
    assert.ok(first.ok);
    await first.value.append(batchOf(ramp(MANY)));
    await first.value.append(batchOf([...few, row(3, 0, 0)]));
    // What memory held is in chunks behind a deletion.
    await first.value.deleteRange({ series: 3, from: START, to: START + 1 });
    await first.value.close();
    loseNewestPage(folder);
    const told = new Set<string>();
    const whys = new Set<string | undefined>();
    const onMalformed = (reason: string, why?: string) => {
      told.add(reason);
      whys.add(why);
    };
    const [alive, made] = [setInterval(() => {}, 1_000), new EventEmitter()];
    const mended = once(made, "mended").then(([one]) => one as Mended);
    const onMended = (one: Mended) => void made.emit("mended", one);
    const parts = { log: silentLog, onMalformed, onMended };
    const again = await openEmbeddedHistorian({ folder, ...SIZES }, parts);
    assert.ok(again.ok, JSON.stringify(again));
    await check({ folder, historian: again.value, told, whys, mended });
    await again.value.close();
    clearInterval(alive);
  });
}

const sums = (series: number, more = {}) => ({
  ...{ series: Uint32Array.of(series), from: START, to: START + MANY, by: { buckets: 1 } },
  ...more,
});

const READS: Record<string, (historian: Historian) => Promise<unknown>> = {
  range: (historian) => historian.range({ series: 1, ...ALL }),
  "range from its end": (historian) => historian.range({ series: 1, ...ALL, limit: 1, order: -1 }),
  aggregate: (historian) => historian.aggregate(sums(1)),
  "aggregate of two": (historian) => historian.aggregate(sums(1, { series: Uint32Array.of(1, 2) })),
  duration: (historian) => historian.aggregate(sums(1, { state: 7 })),
};
const CHANGES: Record<string, (historian: Historian) => Promise<unknown>> = {
  deleteRange: (historian) => historian.deleteRange({ series: 1, from: START, to: START + MANY }),
  setRetention: (historian) => historian.setRetention(2, FOR_GOOD),
};

test("until it is mended what lies in a malformed page is refused by its own name, and told", () =>
  inDamaged(async ({ historian, told }) => {
    const held = await historian.hold?.(); // Meanwhile nothing is.
    for (const [name, ask] of [...Object.entries(READS), ...Object.entries(CHANGES)]) {
      await assert.rejects(ask(historian), UnreadableError, name);
    }
    assert.deepEqual([...told], ["database disk image is malformed"]);
    await held?.release();
  }));

test("until it is mended what lies elsewhere is answered by every read, and new samples taken", () =>
  inDamaged(async ({ historian }) => {
    const held = await historian.hold?.();
    assert.ok(held && held.files.length > 0);
    await assert.rejects(allOf(historian, 1), UnreadableError);
    assert.deepEqual(await allOf(historian, 2), few);
    const early = await historian.range({ series: 1, ...EARLY, limit: MANY });
    assert.deepEqual(rowsOf(early), ramp(1_000));
    const [buckets] = await historian.aggregate(sums(1, EARLY));
    assert.equal(buckets?.count[0], 1_000);
    const [inState] = await historian.aggregate(sums(2, { state: 7 }));
    assert.equal(inState?.count[0], FEW);
    const latest = await historian.latest(Uint32Array.of(1, 2));
    assert.deepEqual(rowsOf(latest), few.slice(-1));
    assert.equal((await historian.stats()).samplesStored, MANY + FEW);
    assert.deepEqual([...(await historian.retentions())], []);
    assert.deepEqual([...((await historian.remains?.series()) ?? [1])], []);
    assert.deepEqual((await historian.remains?.of(1))?.days, []);
    await historian.append(batchOf([row(2, FEW, 2)]));
    assert.equal((await allOf(historian, 2)).length, FEW + 1);
    await held.release();
  }));

test("a database is mended by itself: what else it held is there, what was lost is told", () =>
  inDamaged(async ({ historian, mended }) => {
    await assert.rejects(allOf(historian, 1), UnreadableError);
    const more = [row(2, FEW, 2)];
    await historian.append(batchOf(more));
    const { pages, tables, samples, ranges } = await mended;
    assert.deepEqual([pages, tables], [1, ["chunk"]]);
    assert.ok(samples > 0 && samples <= MANY / 2, `${samples}, the newer of two pages`);
    const isLost = (at: number) => ranges.some(({ from, to }) => at >= from && at < to);
    const rest = ramp(MANY).filter(({ at }) => !isLost(at));
    assert.deepEqual(await allOf(historian, 1), rest);
    assert.equal(rest.length, MANY - samples);
    assert.deepEqual(await allOf(historian, 2), [...few, ...more]);
    assert.equal((await historian.stats()).samplesStored, rest.length + FEW + 1);
    for (const ask of Object.values({ ...READS, ...CHANGES })) await ask(historian);
    assert.deepEqual(await allOf(historian, 1), []);
  }));

test("what is in the way of a mending is told, and when that is over the history is mended", () =>
  inDamaged(async ({ folder, historian, whys, mended }) => {
    const aside = [1, 2, 3].map((number) => join(folder, `history.db.${number}.damaged`));
    for (const path of aside) writeFileSync(path, "");
    for (const time of ["first", "second"]) {
      await assert.rejects(allOf(historian, 1), UnreadableError, time);
    }
    assert.deepEqual([...whys], ["several were put aside before it"]);
    assert.equal(historian.trouble, undefined);
    rmSync(aside[1] ?? "");
    await assert.rejects(allOf(historian, 1), UnreadableError);
    await mended;
    assert.ok((await allOf(historian, 1)).length > 0);
    assert.ok(existsSync(join(folder, "history.db.4.damaged")));
  }));

test("what was mended is changed, kept and let go as ever", () =>
  inDamaged(async ({ historian, told, mended }) => {
    await assert.rejects(allOf(historian, 1), UnreadableError);
    await mended;
    const after = (await historian.outbox?.follow("above")) ?? 0;
    const more = [row(2, FEW, 2)];
    await historian.append(batchOf(more));
    const arrivals = { target: "above", after, samplesMax: MANY };
    assert.equal((await historian.outbox?.arrivals(arrivals))?.samples.count, more.length);
    await historian.setRetention(2, { ...FOR_GOOD, rawMs: HOUR_MS });
    await historian.setRetention(1, { ...FOR_GOOD, rawMs: HOUR_MS });
    await historian.retire(START + 3 * HOUR_MS, FOR_GOOD);
    for (const series of [1, 2]) assert.deepEqual(await allOf(historian, series), []);
    assert.equal((await historian.remains?.of(2))?.hours[0]?.good, FEW + 1);
    await historian.deleteRange({ series: 2, from: START, to: START + HOUR_MS });
    assert.deepEqual((await historian.remains?.of(2))?.hours, []);
    assert.deepEqual([...told], ["database disk image is malformed"]);
  }));

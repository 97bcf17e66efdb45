import assert from "node:assert/strict";
import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { chances } from "../../../lib/chance.ts";
import type { Dropped, Outbox } from "../../historian.ts";
import { batchOf, inFolder, ramp, rowsOf } from "../../tale.ts";
import type { Engine } from "../engine/engine.ts";
import { crashImage, openEngine } from "../engine/engine-tale.ts";

const TARGET = "above";

/** Appends rows of the ramp in small batches, so that memory and log are used many times over. */
async function appendRamp(engine: Engine, from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += 40) {
    await engine.append(batchOf(ramp(Math.min(to, start + 40)).slice(start)));
    while (engine.work(10) === 0);
    await nextTurn(); // As between two messages: what the disk has done is heard then.
  }
}

/** The values of all that waits, in order of arrival. */
async function waiting(outbox: Outbox, after: number, samplesMax = 100) {
  const values: unknown[] = [];
  let [sequence, missing] = [after, 0];
  for (;;) {
    const read = await outbox.arrivals({ target: TARGET, after: sequence, samplesMax });
    values.push(...rowsOf(read.samples).map(({ value }) => value));
    sequence = read.sequence;
    missing += read.missing;
    if (read.waiting === 0) return { values, sequence, missing };
  }
}

/** Appends until so few files are left in the log: on a busy disk they are freed later. */
async function untilFreed(engine: Engine, folder: string, from: number, filesMax: number) {
  const log = join(folder, "live", "log");
  const files = () => readdirSync(log).filter((name) => /^\d/.test(name)).length;
  let to = from;
  for (; files() > filesMax && to < from + 20_000; to += 40) await appendRamp(engine, to, to + 40);
  assert.ok(files() <= filesMax, `${files()} files`);
  return to;
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index);

test("what arrives after a target has come is kept until it has taken it", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    await appendRamp(engine, 0, 200);
    const start = await engine.outbox.follow(TARGET);
    await appendRamp(engine, 200, 2_000);
    const read = await waiting(engine.outbox, start);
    assert.deepEqual(read, { values: numbers(200, 2_000), sequence: 50, missing: 0 });
    const kept = readdirSync(join(folder, "live", "log")).length;
    await engine.outbox.take(TARGET, read.sequence);
    await appendRamp(engine, 2_000, 2_400);
    const to = await untilFreed(engine, folder, 2_400, kept / 2 - 1);
    assert.deepEqual((await waiting(engine.outbox, read.sequence)).values, numbers(2_000, to));
    await engine.close();
  }));

test("what waits is what records take, in segments that were left half empty, too", () =>
  inFolder(async (folder) => {
    const roomy = { segmentBytes: 65_536 };
    const engine = openEngine(join(folder, "live"), roomy);
    const start = await engine.outbox.follow(TARGET);
    await appendRamp(engine, 0, 400);
    const query = { target: TARGET, after: start, samplesMax: 40 };
    const before = await engine.outbox.arrivals(query);
    const again = openEngine(crashImage(folder, "crash"), roomy);
    await appendRamp(again, 400, 440);
    for (const [samples, read] of [
      [360, before],
      [400, await again.outbox.arrivals(query)],
    ] as const) {
      assert.ok(Math.abs(read.waitingSamples - samples) < samples / 10, `${read.waitingSamples}`);
    }
    await again.close();
    await engine.close();
  }));

test("what waits is told truly after a restart, however long records are where segments begin", () =>
  inFolder(async (folder) => {
    const wishes = { segmentBytes: 16_384, rowsMax: 256, rowsFirst: 256 };
    const engine = openEngine(join(folder, "live"), wishes);
    const start = await engine.outbox.follow(TARGET);
    for (let [round, from] = [0, 0]; round < 12; round += 1) {
      await engine.append(batchOf(ramp(from + 200).slice(from)));
      await appendRamp(engine, from + 200, from + 400);
      from += 400;
    }
    await engine.close();
    const again = openEngine(join(folder, "live"), wishes);
    await appendRamp(again, 4_800, 5_000);
    const told: number[] = [];
    const query = { target: TARGET, after: start, samplesMax: 1 };
    for (let turn = 0; turn < 60; turn += 1) {
      const { samples, waitingSamples } = await again.outbox.arrivals(query);
      told.push(samples.count + waitingSamples);
    }
    for (const one of told) assert.ok(Math.abs(one - 5_000) < 1_250, `${told}`);
    assert.ok(Math.abs((told.at(-1) ?? 0) - 5_000) < 50, `${told}`);
    const { sequence, waiting } = await again.outbox.arrivals(query);
    const last = sequence + waiting;
    const newest = { first: last - 4, last }; // Five of 40 samples.
    const other = await again.outbox.arrivals({ ...query, there: [newest] });
    assert.ok(Math.abs(other.waitingSamples - (4_800 - 200)) < 50, `${other.waitingSamples}`);
    const all = { first: 1, last };
    assert.equal((await again.outbox.arrivals({ ...query, there: [all] })).waitingSamples, 0);
    await again.close();
  }));

test("what waits is told at once after a restart, where single samples came behind long records", () =>
  inFolder(async (folder) => {
    const wishes = { segmentBytes: 16_384, rowsMax: 4_096, rowsFirst: 4_096 };
    const engine = openEngine(join(folder, "live"), wishes);
    const start = await engine.outbox.follow(TARGET);
    for (let from = 0; from < 20_000; from += 800) {
      await engine.append(batchOf(ramp(from + 800).slice(from)));
      while (engine.work(10) === 0);
    }
    await engine.close();
    const again = openEngine(join(folder, "live"), wishes);
    for (let at = 20_000; at < 20_040; at += 1) await again.append(batchOf(ramp(at + 1).slice(at)));
    const query = { target: TARGET, after: start, samplesMax: 1 };
    const { samples, waitingSamples } = await again.outbox.arrivals(query);
    const told = samples.count + waitingSamples;
    assert.ok(Math.abs(told - 20_040) < 4_000, `${told}`);
    await again.close();
  }));

test("a target goes on where it was after a restart, and after a crash", () =>
  inFolder(async (folder) => {
    const random = chances(5);
    let engine = openEngine(join(folder, "live"));
    let sequence = await engine.outbox.follow(TARGET);
    let [stored, taken] = [0, 0];
    for (let round = 0; round < 12; round += 1) {
      const more = 1 + Math.floor(random() * 300);
      await appendRamp(engine, stored, stored + more);
      stored += more;
      const samplesMax = 1 + Math.floor(random() * 200);
      const part = await engine.outbox.arrivals({ target: TARGET, after: sequence, samplesMax });
      await engine.outbox.take(TARGET, part.sequence);
      sequence = part.sequence;
      taken += part.samples.count;
      const image = openEngine(crashImage(folder, `crash ${round}`));
      assert.equal(await image.outbox.follow(TARGET), sequence);
      assert.deepEqual((await waiting(image.outbox, sequence)).values, numbers(taken, stored));
      await image.close();
      await engine.close();
      engine = openEngine(join(folder, "live"));
      assert.equal(await engine.outbox.follow(TARGET), sequence);
    }
    assert.deepEqual((await waiting(engine.outbox, sequence)).values, numbers(taken, stored));
    await engine.close();
  }));

test("beyond its limit the oldest is dropped, counted and told, and the rest is there", () =>
  inFolder(async (folder) => {
    const lines: string[] = [];
    const dropped: Dropped[] = [];
    const onDropped = (one: Dropped) => dropped.push(one);
    const wishes = { outboxBytes: 20_000, lines, onDropped };
    const engine = openEngine(join(folder, "live"), wishes);
    const start = await engine.outbox.follow(TARGET);
    await appendRamp(engine, 0, 4_000);
    await engine.deleteRange({ series: 9, from: 0, to: 1 }); // Waits for what is being let go.
    const read = await waiting(engine.outbox, start);
    const gone = 4_000 - read.values.length;
    assert.deepEqual(read.values, numbers(gone, 4_000));
    assert.equal(
      dropped.reduce((sum, { samples }) => sum + samples, 0),
      gone,
    );
    assert.ok(gone > 0 && read.missing > 0);
    const [first] = ramp(1);
    assert.equal(dropped[0]?.from, first?.at);
    assert.equal(lines.filter((line) => line.includes("were dropped")).length, dropped.length);
    assert.deepEqual(engine.stats().waiting[0]?.dropped, gone);
    await engine.close();
    const again = openEngine(join(folder, "live"));
    assert.deepEqual(again.stats().waiting[0]?.dropped, gone, "the counter outlives a restart");
    await again.close();
  }));

test("much is dropped at once, so that it is told in a few words, and each sample of it counts", () =>
  inFolder(async (folder) => {
    const dropped: Dropped[] = [];
    const onDropped = (one: Dropped) => dropped.push(one);
    const wishes = { outboxBytes: 524_288, rowsMax: 4_096, rowsFirst: 4_096, onDropped };
    const engine = openEngine(join(folder, "live"), wishes);
    const start = await engine.outbox.follow(TARGET);
    const total = 80_000;
    const rows = ramp(total);
    for (let from = 0; from < total; from += 400) {
      await engine.append(batchOf(rows.slice(from, from + 400)));
      while (engine.work(100) === 0);
      await nextTurn();
    }
    await engine.deleteRange({ series: 9, from: 0, to: 1 }); // Waits for what is being let go.
    const read = await waiting(engine.outbox, start, 4_000);
    const gone = total - read.values.length;
    assert.deepEqual(read.values, numbers(gone, total));
    assert.ok(gone > 0);
    let told = 0;
    for (const { samples, from, to } of dropped) {
      const [first, last] = [rows[told], rows[told + samples - 1]];
      assert.deepEqual([from, to], [first?.at, last?.at]);
      assert.ok(samples > 1_000, `${samples}: a segment has 400 at most`);
      told += samples;
    }
    assert.equal(told, gone);
    await engine.close();
  }));

test("what is kept for a target that is far behind takes no more room than its records", () =>
  inFolder(async (folder) => {
    const wishes = { segmentBytes: 65_536 };
    const engine = openEngine(join(folder, "live"), wishes);
    const start = await engine.outbox.follow(TARGET);
    await appendRamp(engine, 0, 4_000);
    await engine.deleteRange({ series: 9, from: 0, to: 1 }); // Waits for what is being let go.
    const log = join(folder, "live", "log");
    const sizes = readdirSync(log).map((name) => statSync(join(log, name)).size);
    const whole = sizes.filter((size) => size === wishes.segmentBytes);
    assert.ok(sizes.length > 25 && whole.length < 12, `${sizes}`);
    const { bytes } = engine.stats().waiting[0] ?? { bytes: 0 };
    assert.ok(bytes < 12 * wishes.segmentBytes + 4_000 * 20, `${bytes}`);
    const image = openEngine(crashImage(folder, "crash"), wishes);
    for (const { outbox } of [engine, image]) {
      assert.deepEqual((await waiting(outbox, start)).values, numbers(0, 4_000));
    }
    await image.close();
    await engine.close();
  }));

test("a cursor whose newer slot is torn is where it was before; a lost one sends all again", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    const start = await engine.outbox.follow(TARGET);
    await appendRamp(engine, 0, 80);
    for (const sequence of [1, 2]) await engine.outbox.take(TARGET, start + sequence);
    await engine.close();
    const path = join(folder, "live", "outbox", `${TARGET}.cur`);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0, 10, 20));
    const torn = openEngine(join(folder, "live"));
    assert.equal(await torn.outbox.follow(TARGET), start + 1);
    await torn.close();
    writeFileSync(path, "");
    const lines: string[] = [];
    const lost = openEngine(join(folder, "live"), { lines });
    assert.deepEqual((await waiting(lost.outbox, await lost.outbox.follow(TARGET))).missing, 0);
    assert.equal(lines.filter((line) => line.includes("everything is sent again")).length, 1);
    await lost.close();
  }));

test("what a target has beyond its cursor outlives a restart, and is not counted as dropped", () =>
  inFolder(async (folder) => {
    const dropped: Dropped[] = [];
    const onDropped = (one: Dropped) => dropped.push(one);
    let engine = openEngine(join(folder, "live"));
    await engine.outbox.follow(TARGET);
    await appendRamp(engine, 0, 400);
    const beyond = [
      { first: 2, last: 3 },
      { first: 5, last: 9 },
    ];
    await engine.outbox.take(TARGET, 0, [...beyond, { first: 10, last: 10 }]);
    await engine.outbox.take(TARGET, 0, beyond);
    await engine.close();
    engine = openEngine(join(folder, "live"), { outboxBytes: 4_096, onDropped });
    await engine.outbox.follow(TARGET);
    assert.deepEqual(await engine.outbox.beyond(TARGET), beyond);
    await appendRamp(engine, 400, 1_600);
    await engine.deleteRange({ series: 9, from: 0, to: 1 }); // Waits for what is being let go.
    const [{ records = 0, dropped: lost = 0 } = {}] = engine.stats().waiting;
    assert.equal(lost, (40 - records - 7) * 40, "records of 40 samples, seven of which it has");
    assert.equal(
      dropped.reduce((sum, { samples }) => sum + samples, 0),
      lost,
    );
    assert.deepEqual(await engine.outbox.beyond(TARGET), []);
    await engine.close();
  }));

test("what a target has beyond the end of a log that was cut short is not believed", () =>
  inFolder(async (folder) => {
    const long = openEngine(join(folder, "long"));
    await long.outbox.follow(TARGET);
    await appendRamp(long, 0, 400);
    await long.outbox.take(TARGET, 1, [
      { first: 3, last: 4 },
      { first: 8, last: 9 },
    ]);
    await long.close();
    const short = openEngine(join(folder, "short"));
    await short.outbox.follow(TARGET);
    await appendRamp(short, 0, 200);
    await short.close();
    const [from, to] = ["long", "short"].map((name) => join(folder, name, "outbox"));
    copyFileSync(join(from ?? "", `${TARGET}.cur`), join(to ?? "", `${TARGET}.cur`));
    const again = openEngine(join(folder, "short"));
    assert.equal(await again.outbox.follow(TARGET), 1);
    assert.deepEqual(await again.outbox.beyond(TARGET), [{ first: 3, last: 4 }]);
    await again.close();
  }));

test("of two places in one outbox each goes on where it was, as far as it is asked", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    await engine.outbox.follow(TARGET);
    await appendRamp(engine, 0, 2_000);
    const found: unknown[][] = [[], []];
    const places = [0, 30];
    for (let turn = 0; turn < 30; turn += 1) {
      for (const [index, after] of places.entries()) {
        const query = { target: TARGET, after, samplesMax: 40, upTo: index === 0 ? 25 : 50 };
        const { samples, sequence, missing, waiting } = await engine.outbox.arrivals(query);
        assert.deepEqual([missing, waiting], [0, 50 - sequence]);
        places[index] = sequence;
        found[index]?.push(...rowsOf(samples).map(({ value }) => value));
      }
    }
    assert.deepEqual(found, [numbers(0, 1_000), numbers(1_200, 2_000)]);
    assert.deepEqual(places, [25, 50]);
    await engine.close();
  }));

test("a target that is let go keeps nothing", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    await engine.outbox.follow(TARGET);
    await appendRamp(engine, 0, 2_000);
    await engine.outbox.unfollow(TARGET);
    await appendRamp(engine, 2_000, 2_200);
    await untilFreed(engine, folder, 2_200, 5);
    assert.deepEqual(readdirSync(join(folder, "live", "outbox")), []);
    assert.deepEqual(engine.stats().waiting, []);
    await engine.close();
  }));

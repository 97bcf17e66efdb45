import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "../../lib/log.ts";
import { batchOf, inFolder, ramp, rowsOf } from "../tale.ts";
import { openEmbeddedHistorian } from "./embedded.ts";

const SMALL = { rowsFirst: 500, rowsMax: 500, segmentBytes: 65_536, chunkSamples: 64 };

async function openSmall(folder: string) {
  const opened = await openEmbeddedHistorian({ folder, ...SMALL }, { log: silentLog });
  assert.ok(opened.ok, JSON.stringify(opened));
  return opened.value;
}

test("samples leave memory for the database, and the log does not grow", () =>
  inFolder(async (folder) => {
    const historian = await openSmall(folder);
    const database = join(folder, "history.db");
    const sizeAtFirst = statSync(database).size;
    for (let from = 0; from < 20_000; from += 250) {
      await historian.append(batchOf(ramp(from + 250).slice(from)));
    }
    // Both happen in their own time: a checkpoint by another thread, segments after a sync.
    while (statSync(database).size <= sizeAtFirst) await historian.stats();
    const segments = () => readdirSync(join(folder, "log")).filter((name) => /^\d/.test(name));
    while (segments().length > 5) await historian.stats();
    const query = { series: 1, from: 0, to: Number.MAX_VALUE, limit: 100_000 };
    assert.deepEqual(rowsOf(await historian.range(query)), ramp(20_000));
    await historian.close();
  }));

test("a second historian is refused the folder until the first is closed", () =>
  inFolder(async (folder) => {
    const first = await openSmall(folder);
    const second = await openEmbeddedHistorian({ folder }, { log: silentLog });
    assert.equal(!second.ok && second.problem.code, "folder_in_use");
    await first.close();
    const third = await openSmall(folder);
    await third.close();
  }));

test("its outbox goes on over restarts, while samples come", () =>
  inFolder(async (folder) => {
    const first = await openSmall(folder);
    const target = "database";
    const after = (await first.outbox?.follow(target)) ?? -1;
    await Promise.all(
      [0, 250, 500].map((from) => first.append(batchOf(ramp(from + 250).slice(from)))),
    );
    const read = await first.outbox?.arrivals({ target, after, samplesMax: 1 });
    assert.deepEqual(read && rowsOf(read.samples).slice(0, 250), ramp(250));
    await first.outbox?.take(target, read?.sequence ?? -1);
    await first.close();
    const second = await openSmall(folder);
    assert.equal(await second.outbox?.follow(target), read?.sequence);
    const rest = await second.outbox?.arrivals({
      target,
      after: read?.sequence ?? -1,
      samplesMax: 1_000,
    });
    const count = (read?.samples.count ?? 0) + (rest?.samples.count ?? 0);
    assert.deepEqual({ count, waiting: rest?.waiting }, { count: 750, waiting: 0 });
    await second.outbox?.unfollow(target);
    await second.close();
  }));

test("a question that cannot be answered fails alone", () =>
  inFolder(async (folder) => {
    const historian = await openSmall(folder);
    const query = { series: Uint32Array.of(1), from: 0, to: 1e15, by: { everyMs: 0.001 } };
    await assert.rejects(historian.aggregate(query), /historian: too many buckets/);
    await historian.append(batchOf(ramp(3)));
    assert.equal((await historian.latest(Uint32Array.of(1))).count, 1);
    await historian.close();
    await historian.close();
  }));

test("a gateway commits once a second where nobody says otherwise", () =>
  inFolder(async (folder) => {
    const options = { folder, profile: "gateway" } as const;
    const opened = await openEmbeddedHistorian(options, { log: silentLog });
    assert.ok(opened.ok);
    const gateway = opened.value;
    const before = performance.now();
    await Promise.all(ramp(3).map((row) => gateway.append(batchOf([row]))));
    assert.ok(performance.now() - before > 990, "a second is waited for more");
    assert.equal((await gateway.stats()).commits, 1, "all of them at once");
    await gateway.close();
  }));

test("a gateway's history needs no thread, and a folder that was closed opens again at once", () =>
  inFolder(async (folder) => {
    let threads = 0;
    const count = () => {
      threads += 1;
    };
    process.on("worker", count);
    const options = { folder, profile: "gateway", commitEveryMs: 0 } as const;
    for (let from = 0; from < 750; from += 250) {
      const opened = await openEmbeddedHistorian(options, { log: silentLog });
      assert.ok(opened.ok, JSON.stringify(opened));
      await opened.value.append(batchOf(ramp(from + 250).slice(from)));
      const query = { series: 1, from: 0, to: Number.MAX_VALUE, limit: 100_000 };
      assert.deepEqual(rowsOf(await opened.value.range(query)), ramp(from + 250));
      await opened.value.close();
    }
    assert.equal(threads, 0);
    const server = await openSmall(folder);
    await server.close();
    process.off("worker", count);
    assert.equal(threads, 1, "they are counted");
  }));

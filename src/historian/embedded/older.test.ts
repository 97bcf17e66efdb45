import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { silentLog } from "../../lib/log.ts";
import { openSqlite, type Sqlite } from "../../lib/sqlite.ts";
import { byHand } from "../by-hand.ts";
import { assertSame, batchOf, inFolder, ramp, START } from "../tale.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { skipHead } from "./chunk-head.ts";
import { Chunks } from "./chunks.ts";
import { ofSeriesOne, openEngine } from "./engine-tale.ts";

const ROWS = ramp(300).map((row, index) => ({
  ...row,
  quality: index % 40 === 7 ? ("bad" as const) : ("good" as const),
}));

test("chunks of version 5 answer as before, and say what they come to when written anew", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    await engine.append(batchOf(ROWS));
    await engine.retire(0, { rawMs: 1e12, hourlyMs: null, dailyMs: null });
    await engine.close();
    const database = openSqlite(join(folder, "live", "history.db"));
    makeOld(database);
    database.close();
    const again = openEngine(join(folder, "live"));
    const late = { series: 1, at: START + 20.5, value: 1_000, quality: "good" as const };
    const all = [...ROWS.slice(0, 21), late, ...ROWS.slice(21)];
    await again.append(batchOf([late]));
    await again.retire(0, { rawMs: 1e12, hourlyMs: null, dailyMs: null });
    assert.deepEqual(ofSeriesOne(again), all);
    for (const quality of ["all", "good"] as const) {
      const span = { series: Uint32Array.of(1), from: START, to: START + 300 };
      const query = { ...span, by: { everyMs: 60 }, quality, weighted: true };
      const [sums] = again.aggregate(query);
      assert.ok(sums);
      assertSame(sums, byHand(all, query), quality);
    }
    await again.close();
  }));

/** As version 5 had it: sums of the good samples in columns, and none in the bytes. */
function makeOld(database: Sqlite): void {
  const names = ["countable", "good", "min", "max", "sum", "first", "last", "increase", "area"];
  const set = database.prepare(
    `UPDATE chunk SET ${names.map((name) => `${name} = ?`).join()}, data = ? WHERE id = ?`,
  );
  const chunks = new Chunks(database, silentLog);
  for (const chunk of [...chunks.forward(1, 0, Number.MAX_VALUE)]) {
    const sums = Object.entries(chunks.sumsOf(chunk, false) ?? {});
    const columns = names.map((name) => sums.find(([key]) => key === name)?.[1] ?? null);
    set.run(...columns, version2(chunk.data), chunk.id);
  }
  database.exec("PRAGMA user_version = 5");
}

function version2(bytes: Uint8Array): Uint8Array {
  const body = new ByteReader(bytes, 2);
  const out = new ByteWriter();
  out.byte(2);
  out.byte(bytes[1] ?? 0);
  out.varint(skipHead(body));
  const old = Buffer.concat([out.bytes.subarray(0, out.length), bytes.subarray(body.at)]);
  old.writeUInt32LE(crc32(old.subarray(0, -4)), old.length - 4);
  return old;
}

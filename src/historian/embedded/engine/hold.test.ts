import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { Held } from "../../../lib/held.ts";
import { batchOf, everyKind, inFolder, ramp, rowsOf } from "../../tale.ts";
import { ofSeriesOne, openEngine } from "./engine-tale.ts";

/** What a backup takes of it. */
function copyOf({ files }: Held, folder: string): string {
  for (const { name, path, bytes } of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    copyFileSync(path, join(folder, name));
    writeFileSync(join(folder, name), readFileSync(path).subarray(0, bytes));
  }
  return folder;
}

test("what is held is the history of that moment, while samples go on coming", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    await engine.outbox.follow("above");
    for (let stored = 0; stored < 1_500; stored += 50) {
      await engine.append(batchOf(ramp(stored + 50).slice(stored)));
      engine.work(0);
      if (stored % 250 !== 0) continue;
      const held = await engine.hold();
      const before = readFileSync(join(folder, "live", "history.db"));
      const later = ramp(stored + 350).slice(stored + 50);
      for (let row = 0; row < later.length; row += 60) {
        const late = later.slice(row, row + 60).map((one) => ({ ...one, at: one.at + 1e9 }));
        await engine.append(batchOf(late));
        while (engine.work(10) === 0);
      }
      assert.ok(before.equals(readFileSync(join(folder, "live", "history.db"))));
      const copy = openEngine(copyOf(held, join(folder, `copy ${stored}`)));
      const kept = ofSeriesOne(copy).filter(({ at }) => at < (later[0]?.at ?? 0));
      assert.deepEqual(kept, ramp(stored + 50));
      await copy.close();
      await held.release();
    }
    await engine.close();
  }));

test("every kind of value comes back bit by bit from what is held, out of chunks and out of the log", () =>
  inFolder(async (folder) => {
    const engine = openEngine(join(folder, "live"));
    const told = everyKind().filter(({ series }) => series === 1);
    for (let row = 0; row < told.length; row += 7) {
      await engine.append(batchOf(told.slice(row, row + 7)));
      if (row < told.length / 2) while (engine.work(10) === 0);
    }
    const held = await engine.hold();
    const copy = openEngine(copyOf(held, join(folder, "copy")));
    const kept = copy.range({ series: 1, from: -1e9, to: Number.MAX_VALUE, limit: 10_000 });
    assert.deepEqual(rowsOf(kept), told);
    await copy.close();
    await held.release();
    await engine.close();
  }));

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "../../../lib/log.ts";
import { batchOf, inFolder, ramp } from "../../tale.ts";
import { openEngine } from "./engine-tale.ts";
import { Inspection } from "./inspection.ts";

const DAY_MS = 86_400_000;

test("it rests 49 times as long as it worked, waits for others, and begins again after a day", () =>
  inFolder(async (folder) => {
    const engine = openEngine(folder);
    await engine.append(batchOf(ramp(10)));
    await engine.close();
    let [now, isBusy] = [0, true];
    const inspection = new Inspection(join(folder, "history.db"), {
      log: silentLog,
      monotonic: () => {
        now += 1; // Each look at the clock is a millisecond later.
        return now;
      },
      mayNot: () => isBusy,
      onMalformed: assert.fail,
      onUnread: assert.fail,
    });
    assert.deepEqual(inspection.slice(), { restMs: 1_000, wrong: [] });
    assert.equal(now, 0, "nothing was looked at");
    isBusy = false;
    const rests: number[] = [];
    while (rests.length === 0 || (rests.at(-1) ?? 0) < DAY_MS / 2) {
      rests.push(inspection.slice().restMs);
    }
    const last = rests.pop();
    assert.deepEqual(new Set(rests), new Set([3 * 49]), "3 ms, as its clock goes");
    const began = 2;
    assert.equal(last, began + DAY_MS - now);
  }));

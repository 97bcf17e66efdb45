import assert from "node:assert/strict";
import { silentLog } from "../lib/log.ts";
import { testHistorian } from "./conformance.ts";
import { Engine } from "./embedded/engine/engine.ts";
import { QUIET } from "./embedded/engine/quiet-tale.ts";
import { diskFiles } from "./embedded/log/files.ts";
import { joined, storableBoundsOf } from "./embedded/run/batch.ts";
import type { Historian } from "./historian.ts";
import { bucketsOf } from "./sums.ts";

testHistorian({ name: "embedded, most in chunks", open: openSmall });

const TINY = { rowsFirst: 64, rowsMax: 64, segmentBytes: 16_384, chunkSamples: 16 };

/**
 * The engine without its thread, so small that nothing stays in memory for long. After each append
 * it does a little of the work that may wait: reads find a generation that is half in chunks.
 */
async function openSmall(folder: string): Promise<Historian> {
  const sizes = { ...TINY, outboxBytes: 1e9 };
  const parts = { log: silentLog, files: diskFiles, monotonic: () => 0, ...QUIET };
  const opened = Engine.open({ folder, ...sizes }, parts);
  assert.ok(opened.ok, JSON.stringify(opened));
  const engine = opened.value;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const done = last.then(change);
    last = done;
    return done;
  };
  let isClosed = false;
  return {
    async append(samples) {
      assert.ok(!isClosed, "closed");
      storableBoundsOf(samples); // The door refuses all else.
      const copy = joined([samples]);
      const [appended = { tooOld: 0 }] = await inTurn(() => engine.append(copy));
      engine.work(0);
      return appended;
    },
    latest: async (series) => engine.latest(series),
    range: async (query) => engine.range(query),
    aggregate: async (query) => bucketsOf(query, engine.aggregate(query)),
    deleteRange: (range) => inTurn(() => engine.deleteRange(range)),
    setRetention: (series, retention) => inTurn(() => engine.setRetention(series, retention)),
    retentions: async () => engine.retentions(),
    async retire(now, fallback) {
      while (!(await inTurn(() => engine.retire(now, fallback))));
    },
    stats: async () => engine.stats(),
    outbox: engine.outbox,
    async close() {
      isClosed = true;
      await engine.close();
    },
  };
}

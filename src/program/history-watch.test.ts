import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../lib/log.ts";
import { HistoryWatch } from "./history-watch.ts";

test("health says that the history is damaged, why it is not mended, and what was lost", () => {
  const watch = new HistoryWatch(silentLog);
  const { onMalformed, onMended } = watch.listeners;
  const damaged = "history: parts of history.db are damaged and cannot be read";
  assert.deepEqual(watch.reasons, []);
  onMalformed("malformed");
  assert.deepEqual(watch.reasons, [damaged]);
  onMalformed("malformed", "the disk has no room for a new one");
  assert.deepEqual(watch.reasons, [`${damaged}; not mended: the disk has no room for a new one`]);
  onMalformed("malformed");
  assert.deepEqual(watch.reasons, [`${damaged}; not mended: the disk has no room for a new one`]);
  onMended({ pages: 1, tables: ["chunk"], samples: 20, ranges: [] });
  assert.deepEqual(watch.reasons, [
    "history: history.db was mended; lost pages: 1, samples in them: 20",
  ]);
});

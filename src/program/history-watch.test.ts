import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inFolder } from "../historian/tale.ts";
import { openJournal } from "../journal/journal.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
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
  void onMended({ pages: 0, tables: [], samples: 0, ranges: [] });
  assert.deepEqual(watch.reasons, [
    "history: history.db was mended; lost pages: 0, samples in them: 0",
  ]);
  void onMended({ pages: 1, tables: ["chunk"], samples: 20, ranges: [] });
  assert.deepEqual(watch.reasons, [
    "history: history.db was mended; lost pages: 1, samples in them: 20",
  ]);
});

test("the journal says as people read it of when the samples were that are gone", () =>
  inFolder(async (folder) => {
    const file = join(folder, "store.db");
    const store = await openSqliteStore({ file }, { log: silentLog });
    assert.ok(store.ok);
    const journal = await openJournal({ store: store.value, clock: new TestClock() });
    const watch = new HistoryWatch(silentLog);
    const { onDropped, onDamaged, onMended } = watch.listeners;
    const range = { series: 7, from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 2) };
    onDropped({ target: "uplink", samples: 3, from: range.from, to: range.to });
    onDamaged({ samples: 4, ...range });
    const ranges = [range, { ...range, to: 1e300 }];
    const isKept = onMended({ pages: 1, tables: [], samples: 5, ranges });
    await watch.tell(journal);
    assert.equal(await isKept, true);
    const times = { from: "2026-01-01T00:00:00.000Z", to: "2026-01-02T00:00:00.000Z" };
    const told = (await journal.list({})).map(({ detail }) => detail);
    const said = [
      { series: 7, ...times },
      { series: 7, ...times, to: 1e300 },
    ];
    assert.deepEqual(told, [
      { samples: 3, ...times },
      { series: 7, samples: 4, ...times },
      { pages: 1, tables: [], samples: 5, ranges: said, further: 0 },
    ]);
    await store.value.close();
  }));

import assert from "node:assert/strict";
import { test } from "node:test";
import type { SamplesImportReply } from "../src/api/contract.ts";
import {
  countWords,
  endWords,
  type ImportReading,
  type ImportReport,
  type ImportSeries,
  lineWords,
  unknownIn,
  withFeed,
  withForm,
} from "./import-words.ts";

const counts = { samples: 0, new: 0, same: 0, corrected: 0, uncompared: 0, refused: 0 };
const times = { from: null, to: null };
const report: ImportReport = {
  ...{ ...counts, ...times, rows: 4, empty: 0, tooOld: 0, faults: [], series: [] },
  ...{ new: 1_200, corrected: 3 },
};
const reading: ImportReading = {
  ...{ form: "columns", hasHead: true, time: 0, zone: "UTC", dates: "day-first", decimal: "." },
  ...{
    names: [],
    values: [1, 2],
    quality: 3,
    statusWord: null,
    toldAfterwards: null,
    unit: null,
    feeds: [],
  },
};

function series(name: string, pointId: string | null, isLeftOut = false): ImportSeries {
  const about = { name, pointId, isLeftOut, label: null, unit: null, pointUnit: null, units: [] };
  return { ...counts, ...times, ...about };
}

test("counts say what there is, and nothing of what there is not", () => {
  assert.match(countWords(report), /^1.200 new, 3 corrected$/);
  assert.equal(countWords({ ...report, new: 0, corrected: 0 }), "nothing");
});

test("an import that did not reach the end of its file says what it has stored", () => {
  const ended = { state: "failed", detail: "line 7: 'x' is no time", report } as SamplesImportReply;
  assert.match(endWords(ended), /line 7: 'x' is no time\. What was read before is stored: 1.203/);
  assert.match(endWords({ ...ended, state: "stopped" }), /^Stopped\. .*1.203 samples/);
  assert.match(endWords({ ...ended, state: "stored" }), /^1.203 samples stored\.$/);
});

test("a name without a point waits for somebody to say what it is, or to leave it out", () => {
  const all = [series("a", "p1"), series("b", null), series("c", null, true)];
  assert.deepEqual(
    unknownIn({ ...report, series: all }).map(({ name }) => name),
    ["b"],
  );
  const told = withFeed(withFeed(reading, series("b", "p2")), series("b", null));
  assert.deepEqual(told.feeds, [{ name: "b", pointId: null, unit: null }]);
});

test("another form of table takes the columns that nothing else is in", () => {
  const rows = withForm(reading, "rows", 4);
  assert.deepEqual([rows.names, rows.values], [[1], [1]]);
  assert.deepEqual(withForm(rows, "columns", 4).values, [1, 2]);
});

test("what came of an import is a line: how many were stored and refused, and why it ended", () => {
  const line = { id: "1", name: "a.csv", by: "Ada", at: null, done: 0.25, detail: "" };
  const counts = { stored: 1_200, refused: 0 };
  assert.equal(lineWords({ ...line, ...counts, state: "checking" }), "being read, 25 %");
  assert.equal(
    lineWords({ ...line, ...counts, state: "storing" }),
    "1\u202f200 samples stored so far, 25 %",
  );
  const ended = { ...line, at: "2026-01-01T00:00:00.000Z", done: 1 };
  assert.equal(
    lineWords({ ...ended, stored: 1, refused: 3, state: "stored" }),
    "1 sample stored, 3 refused",
  );
  const detail = "the server ended; import the file again for the rest of it";
  assert.equal(
    lineWords({ ...ended, stored: null, refused: null, state: "failed", detail }),
    `failed: some samples stored; ${detail}`,
  );
});

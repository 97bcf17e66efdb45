import assert from "node:assert/strict";
import { test } from "node:test";
import { checkReports } from "./report-check.ts";
import { Reporter, type ReportPolicy } from "./report-policy.ts";

const POLICY: ReportPolicy = { longestMs: 900_000, shortestMs: 300_000, change: 0.2 };

type Row = readonly [seconds: number, value: number];

function reports(...rows: readonly Row[]) {
  const at = rows.map(([seconds]) => seconds * 1_000);
  return { at, value: rows.map(([, value]) => value), count: rows.length };
}

function why(policy: ReportPolicy, ...rows: readonly Row[]) {
  return checkReports(policy, reports(...rows)).suspects.map((suspect) => suspect.why);
}

test("what the reporting engine sends is never suspected, whatever the settings", () => {
  const policies = [
    POLICY,
    { longestMs: 0, shortestMs: 300_000, change: 0.2 },
    { longestMs: 60_000, shortestMs: 0, change: 0 },
    { longestMs: 100_000, shortestMs: 300_000, change: 0.2 },
    { longestMs: 0, shortestMs: 0, change: 0.5 },
  ];
  for (const policy of policies) {
    const reporter = new Reporter(policy);
    const rows: [number, number][] = [];
    const note = (said: ReturnType<Reporter["tick"]>) =>
      said && rows.push([said.at / 1_000, said.value]);
    for (let at = 0; at < 7_200_000; at += 10_000) {
      note(reporter.tick(at - 1));
      note(reporter.read(at, Math.round(20 * Math.sin(at / 1_000_000)) / 10));
    }
    assert.deepEqual(why(policy, ...rows), [], JSON.stringify(policy));
  }
});

test("a report that comes too late is suspected, one within a tenth and half a minute is not", () => {
  assert.deepEqual(why(POLICY, [0, 21], [1_020, 21], [2_041, 21]), ["late"]);
});

test("a report within the dead time is suspected: the old one still counts", () => {
  assert.deepEqual(why(POLICY, [0, 21], [294, 22], [590, 23]), ["early"]);
});

test("a report before its time without a change is suspected", () => {
  assert.deepEqual(why(POLICY, [0, 21], [400, 21.2], [800, 21.3]), ["small"]);
});

test("where no report is ever due, none is late", () => {
  assert.deepEqual(why({ ...POLICY, longestMs: 0 }, [0, 21], [90_000, 22]), []);
});

test("gaps are counted, so that few of them are not taken for proof", () => {
  assert.equal(checkReports(POLICY, reports([0, 21], [900, 21], [1_800, 21])).gaps, 2);
  assert.equal(checkReports(POLICY, reports()).gaps, 0);
});

test("a gap in which the gateway was away proves nothing, and is not counted", () => {
  const rows = reports([0, 21], [900, 21], [5_000, 21], [5_900, 21]);
  const outage = { from: 2_000_000, to: 4_900_000 };
  assert.deepEqual(checkReports(POLICY, rows, [outage]), { gaps: 2, suspects: [] });
  const before = { from: -2_000, to: -1_000 };
  assert.equal(checkReports(POLICY, rows, [before]).suspects.length, 1);
});

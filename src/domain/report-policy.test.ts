import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { chances } from "../lib/chance.ts";
import {
  PresenceReporter,
  type Report,
  Reporter,
  type ReportPolicy,
  reportsBefore,
} from "./report-policy.ts";

type Settings = { "report-time": number; "dead-time": number; cov: number };
type Happening =
  | readonly [second: number, kind: "r" | "recover", value: number | "NaN"]
  | readonly [second: number, kind: "cfg", settings: Settings]
  | readonly [second: number, kind: "fault"];
type Expected = readonly [second: number, value: number, reason: string];
type NumericVector = {
  id: string;
  what: string;
  config: Settings;
  events: readonly Happening[];
  horizon: number;
  expected: readonly Expected[];
  options?: { reportOnConfigure: boolean };
};
type PresenceVector = {
  id: string;
  what: string;
  "hold-time": number;
  movement: readonly (readonly [from: number, to: number])[];
  horizon: number;
  expected: readonly Expected[];
  options?: { cfgs: readonly (readonly [second: number, hold: number])[] };
};

const vectors: { numeric: NumericVector[]; occupancy: PresenceVector[] } = JSON.parse(
  readFileSync(new URL("vectors/report-policy.json", import.meta.url), "utf8"),
);
/** The vectors speak viaSens. */
const VENDOR_REASON = { first: "first", due: "report", change: "cov", configured: "config" };

describe("a number", () => {
  for (const vector of vectors.numeric) {
    test(`${vector.id}: ${vector.what}`, () => {
      assert.deepEqual(playNumeric(vector).map(expectedForm), vector.expected);
    });
  }

  test("the vectors are all there", () => {
    assert.deepEqual([vectors.numeric.length, vectors.occupancy.length], [32, 7]);
  });

  test("a process that was suspended reports once when it wakes, and counts from there", () => {
    const reporter = new Reporter(policyOf({ "report-time": 900, "dead-time": 300, cov: 0.2 }));
    reporter.read(0, 21);
    assert.deepEqual(reporter.tick(10_000_000), { at: 10_000_000, value: 21, reason: "due" });
    assert.equal(reporter.tick(10_000_000), undefined);
    assert.equal(reporter.nextAt, 10_900_000);
  });

  test("a sensor that failed stays silent whatever else happens", () => {
    const policy = policyOf({ "report-time": 60, "dead-time": 0, cov: 1 });
    const reporter = new Reporter(policy);
    reporter.read(0, 21);
    reporter.fail();
    assert.equal(reporter.nextAt, Number.POSITIVE_INFINITY);
    assert.equal(reporter.read(1000, 30), undefined);
    assert.equal(reporter.configure(2000, policy), undefined);
  });

  test("a configuration before the first reading is answered by nothing", () => {
    const policy = policyOf({ "report-time": 60, "dead-time": 0, cov: 1 });
    assert.equal(new Reporter(policy).configure(0, policy), undefined);
  });

  test("a part of a policy below zero is a wrong program", () => {
    assert.throws(() => new Reporter({ longestMs: 1, shortestMs: 0, change: -1 }));
  });

  test("2,000 random days agree with a tick a second written from the specification", () => {
    for (let seed = 1; seed <= 2000; seed += 1) compareWithOracle(seed);
  });
});

describe("presence", () => {
  for (const vector of vectors.occupancy) {
    test(`${vector.id}: ${vector.what}`, () => {
      const reports = playPresence(vector).map((report) => {
        return expectedForm({ ...report, value: report.value ? 4 : 1 });
      });
      assert.deepEqual(reports, vector.expected);
    });
  }

  test("a hold time that still lasts is answered with the present state", () => {
    const reporter = new PresenceReporter(0, 30_000);
    reporter.move(0, true);
    assert.deepEqual(reporter.configure(10_000, 60_000), {
      at: 10_000,
      value: true,
      reason: "configured",
    });
    const quiet = new PresenceReporter(0, 30_000, { reportOnConfigure: false });
    quiet.move(0, true);
    assert.equal(quiet.configure(10_000, 60_000), undefined);
  });

  test("movement that goes on holds presence beyond the hold time", () => {
    const reporter = new PresenceReporter(0, 30_000);
    reporter.move(0, true);
    assert.deepEqual(reportsBefore(reporter, 100_000), []);
    reporter.move(100_000, false);
    assert.equal(reporter.nextAt, 130_000);
  });
});

function playNumeric(vector: NumericVector): Report<number>[] {
  const reporter = new Reporter(policyOf(vector.config), vector.options);
  const reports: Report<number>[] = [];
  for (const happening of vector.events) {
    const at = happening[0] * 1000;
    reports.push(...reportsBefore(reporter, at));
    const report = tell(reporter, happening, at);
    if (report) reports.push(report);
  }
  return [...reports, ...reportsBefore(reporter, vector.horizon * 1000 + 1)];
}

function tell(reporter: Reporter, happening: Happening, at: number): Report<number> | undefined {
  switch (happening[1]) {
    case "r":
      return reporter.read(at, Number(happening[2]));
    case "cfg":
      return reporter.configure(at, policyOf(happening[2]));
    case "recover":
      return reporter.recover(at, Number(happening[2]));
    case "fault":
      reporter.fail();
      return undefined;
  }
}

function playPresence(vector: PresenceVector): Report<boolean>[] {
  const reporter = new PresenceReporter(0, vector["hold-time"] * 1000);
  const moves = vector.movement.flatMap(([from, to]) => [
    { at: from * 1000, tell: (at: number) => reporter.move(at, true) },
    { at: to * 1000, tell: (at: number) => reporter.move(at, false) },
  ]);
  const configurations = (vector.options?.cfgs ?? []).map(([second, hold]) => {
    return { at: second * 1000, tell: (at: number) => reporter.configure(at, hold * 1000) };
  });
  const reports = [...moves, ...configurations].flatMap((happening) => {
    const before = reportsBefore(reporter, happening.at);
    const now = happening.tell(happening.at);
    return now ? [...before, now] : before;
  });
  return [...reports, ...reportsBefore(reporter, vector.horizon * 1000 + 1)];
}

function expectedForm({ at, value, reason }: Report<number>): Expected {
  return [at / 1000, value, VENDOR_REASON[reason]];
}

function policyOf(settings: Settings): ReportPolicy {
  return {
    longestMs: settings["report-time"] * 1000,
    shortestMs: settings["dead-time"] * 1000,
    change: settings.cov,
  };
}

/** One random sensor over up to half an hour, by the machine and by the oracle; then B.2's laws. */
function compareWithOracle(seed: number): void {
  const chance = chances(seed);
  const of = <T>(choices: readonly T[]) => choices[Math.floor(chance() * choices.length)] as T;
  const settings = {
    "report-time": of([0, 1, 7, 60, 90, 300]),
    "dead-time": of([0, 1, 5, 30, 60, 100, 300]),
    cov: of([0, 0.2, 0.5, 1, 5]),
  };
  const seconds = 200 + Math.floor(chance() * 1600);
  const rate = of([0.01, 0.1, 0.9]);
  let value = 20;
  const readings = Array.from({ length: seconds }, (_, second) => {
    value = Math.round((value + (chance() - 0.5) * of([0.1, 1, 4])) * 10) / 10;
    return second === 0 || chance() < rate ? value : undefined;
  });

  const reporter = new Reporter(policyOf(settings));
  const reports: Report<number>[] = [];
  readings.forEach((reading, second) => {
    if (reading === undefined) return;
    reports.push(...reportsBefore(reporter, second * 1000));
    const report = reporter.read(second * 1000, reading);
    if (report) reports.push(report);
  });
  reports.push(...reportsBefore(reporter, seconds * 1000));
  const claim = `seed ${seed}: ${JSON.stringify(settings)}`;
  assert.deepEqual(reports.map(expectedForm), oracle(settings, readings), claim);
  checkLaws(settings, reports, claim);
}

/** The section's text with two counters, tick by tick; knows nothing of the code it judges. */
function oracle(settings: Settings, readings: readonly (number | undefined)[]): Expected[] {
  const sent: Expected[] = [];
  const node: OracleNode = { reportCounter: 0, deadCounter: 0, current: null, previous: null };
  readings.forEach((reading, second) => {
    node.reportCounter += 1;
    node.deadCounter += 1;
    node.current = reading ?? node.current;
    const reason = oracleReason(settings, node);
    if (reason === undefined || node.current === null) return;
    sent.push([second, node.current, reason]);
    Object.assign(node, { previous: node.current, reportCounter: 0, deadCounter: 0 });
  });
  return sent;
}

type OracleNode = {
  reportCounter: number;
  deadCounter: number;
  current: number | null;
  previous: number | null;
};

function oracleReason(settings: Settings, node: OracleNode): string | undefined {
  const { "report-time": report, "dead-time": dead, cov } = settings;
  if (node.current === null) return undefined;
  if (node.previous === null) return "first";
  const reportTime = report !== 0 && dead > report ? dead : report;
  if (reportTime !== 0 && node.reportCounter >= reportTime) return "report";
  const isChanged = cov !== 0 && Math.abs(node.current - node.previous) >= cov - 0.00001;
  return isChanged && node.deadCounter >= dead ? "cov" : undefined;
}

function checkLaws(settings: Settings, reports: readonly Report<number>[], claim: string): void {
  const { "report-time": report, "dead-time": dead, cov } = settings;
  const longest = report > 0 ? Math.max(report, dead) : Number.POSITIVE_INFINITY;
  const gaps = reports.slice(1).map(({ at }, index) => (at - (reports[index]?.at ?? 0)) / 1000);
  for (const gap of gaps) {
    assert.ok(gap >= dead && gap <= longest, claim);
    if (cov === 0) assert.equal(gap, longest, claim);
  }
  if (report === 0 && cov === 0) assert.equal(reports.length, 1, claim);
}

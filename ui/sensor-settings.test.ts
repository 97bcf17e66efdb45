import assert from "node:assert/strict";
import { test } from "node:test";
import { doubtsOf, SETTINGS_PRESETS, trafficOf, withTimes } from "./sensor-settings.ts";

function co2(cov: number, report: number, dead: number) {
  return { co2: { cov, "report-time": report, "dead-time": dead } };
}

test("the specification's own settings leave no doubt", () => {
  assert.deepEqual(doubtsOf({ ...co2(50, 900, 300), temperature: { source: 0 } }, []), {});
});

test("a dead time above the report time becomes the report time", () => {
  assert.deepEqual(doubtsOf(co2(50, 100, 300), []), {
    "co2.dead-time": "The report time becomes 300 s.",
  });
});

test("a report time of 0 is no report time, whatever the dead time", () => {
  assert.deepEqual(doubtsOf(co2(50, 0, 300), []), {});
  assert.deepEqual(doubtsOf(co2(0, 0, 300), []), {
    "co2.report-time": "This sensor will send only once.",
  });
});

test("equal times mean that changes are never early; none at all may flood the mesh", () => {
  assert.deepEqual(doubtsOf(co2(50, 300, 300), []), {
    "co2.dead-time": "No change is ever sent early.",
  });
  assert.deepEqual(doubtsOf(co2(5, 900, 0), []), {
    "co2.cov": "Without a dead time this may flood the mesh.",
  });
  assert.deepEqual(doubtsOf(co2(50, 2, 0), []), {
    "co2.report-time": "So often may flood the mesh.",
  });
});

test("a source that the node reports faulty is doubted before it is chosen", () => {
  const faulty = ["Temperature NTC"];
  assert.deepEqual(doubtsOf({ temperature: { source: 0 } }, faulty), {});
  assert.deepEqual(Object.keys(doubtsOf({ temperature: { source: 1 } }, faulty)), [
    "temperature.source",
  ]);
});

test("odd calibrations are doubted", () => {
  const doubts = doubtsOf(
    {
      temperature: { emissivity: 5, "ntc-offset": -12 },
      occupancy: { "hold-time": 0 },
      illuminance: { slope: -1 },
    },
    [],
  );
  assert.deepEqual(Object.keys(doubts).sort(), [
    "illuminance.slope",
    "occupancy.hold-time",
    "temperature.emissivity",
    "temperature.ntc-offset",
  ]);
});

test("a node at the usual settings sends 576 messages a day at rest, 1728 at most", () => {
  const usual = { cov: 1, "report-time": 900, "dead-time": 300 };
  const all = Object.fromEntries(
    ["temperature", "humid", "voc", "co2", "illuminance", "microphone"].map((name) => [
      name,
      usual,
    ]),
  );
  assert.deepEqual(trafficOf(all), { calm: 576, busy: 1728 });
  assert.equal(trafficOf(co2(0, 0, 0)).calm, 0);
  assert.equal(trafficOf(co2(5, 900, 0)).busy, Number.POSITIVE_INFINITY);
});

test("a preset sets the times of all sensors and no change of value", () => {
  const quiet = SETTINGS_PRESETS.find(({ name }) => name === "Quiet");
  assert.ok(quiet);
  const values = withTimes({ "co2.cov": "25", "co2.dead-time": "1" }, quiet);
  assert.equal(values["co2.cov"], "25");
  assert.equal(values["co2.dead-time"], "600");
  assert.equal(values["voc.report-time"], "3600");
});

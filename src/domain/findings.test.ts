import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChannelName, DeviceAddress } from "./brand.ts";
import { Findings } from "./findings.ts";

const meter = "acme/meter" as DeviceAddress;
const power = "power" as ChannelName;
const level = "level" as ChannelName;

test("readings are told in order, each with its message's device and time", () => {
  const findings = new Findings().about(meter, 1_000.5);
  findings.reading(power, 605, "good");
  findings.arrived(meter, 2_000).reading(level, "high", "uncertain", 3);
  const [first, second] = findings.readings;
  const about = { device: meter, isArrival: false, isPast: false, isLate: false, word: 0 };
  assert.deepEqual(first, { ...about, channel: power, at: 1_000.5, value: 605, quality: "good" });
  assert.deepEqual([second?.at, second?.isArrival, second?.word], [2_000, true, 3]);
  assert.deepEqual([findings.at(0), findings.at(1)], findings.readings);
});

test("what is cleared is written anew, and copies stay as they were", () => {
  const findings = new Findings().about(meter, 1);
  findings.reading(power, 1, "good");
  const [before] = findings.readings;
  const place = findings.at(0);
  findings.clear();
  assert.deepEqual([findings.count, findings.at(0), findings.readings], [0, undefined, []]);
  findings.about(meter, 2).reading(level, 2, "bad");
  assert.equal(findings.at(0), place);
  assert.deepEqual([before?.channel, before?.value, before?.quality], [power, 1, "good"]);
});

test("what fails half-way takes its own readings back, and no text stays in memory", () => {
  const findings = new Findings().about(meter, 1);
  findings.reading(power, 1, "good");
  findings.reading(level, "a long text", "good");
  const dropped = findings.at(1);
  findings.rewind(1);
  assert.deepEqual([findings.count, findings.at(1), dropped?.value], [1, undefined, null]);
  const [kept] = findings.readings;
  if (kept) findings.repeat({ ...kept, at: 5 });
  assert.deepEqual([findings.at(1)?.at, findings.at(1)?.value], [5, 1]);
});

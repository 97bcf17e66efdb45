import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./calendar.ts";
import { type Load, MeterModel } from "./meter-model.ts";
import { PumpModel } from "./pump-model.ts";
import { Climate } from "./weather.ts";

const SITE = { utcOffsetMs: HOUR_MS, seed: 1 };
const TUESDAY = Date.UTC(2026, 10, 24);
const LOAD: Load = {
  base: 2_000,
  working: 14_000,
  hours: [6, 18],
  saturday: false,
  powerFactor: 0.9,
  installedAt: Date.UTC(2024, 0, 1),
};

test("the energy register is the integral of the power", () => {
  const meter = new MeterModel(LOAD, SITE, 3);
  let wattHours = 0;
  const stepMs = 5_000;
  for (let t = TUESDAY + stepMs / 2; t < TUESDAY + DAY_MS; t += stepMs) {
    wattHours += (meter.at(t, 1).power * stepMs) / HOUR_MS;
  }
  const register = meter.at(TUESDAY + DAY_MS, 1).activeEnergy - meter.at(TUESDAY, 1).activeEnergy;
  assert.ok(Math.abs(register - wattHours) < register * 1e-4, `${register} against ${wattHours}`);
});

test("registers never run back, not over midnight and not at four o'clock", () => {
  const meter = new MeterModel(LOAD, SITE, 3);
  let last = meter.at(TUESDAY, 0);
  for (let t = TUESDAY + 10_000; t < TUESDAY + 8 * DAY_MS; t += 10_000) {
    const now = meter.at(t, 0);
    assert.ok(now.activeEnergy >= last.activeEnergy && now.apparentEnergy >= last.apparentEnergy);
    last = now;
  }
});

test("a meter that starts today shows what one that ran for years shows", () => {
  const old = new MeterModel(LOAD, SITE, 3);
  old.at(TUESDAY - 300 * DAY_MS, 0);
  assert.deepEqual(old.at(TUESDAY, 0), new MeterModel(LOAD, SITE, 3).at(TUESDAY, 0));
});

test("current, voltage and power belong together", () => {
  const { power, current, voltage } = new MeterModel(LOAD, SITE, 3).at(TUESDAY + 9 * HOUR_MS, 2);
  assert.ok(Math.abs(current * voltage * LOAD.powerFactor - power) < 1e-6);
  assert.ok(voltage > 220 && voltage < 240);
});

test("a pump's values agree with its state", () => {
  const pump = new PumpModel(new Climate(SITE), 4);
  const words = new Set<string>();
  for (let t = TUESDAY; t < TUESDAY + 2 * DAY_MS; t += MINUTE_MS / 2) {
    const { running, state, speed, flow, pressure, ...rest } = pump.at(t);
    words.add(state);
    assert.equal(running, speed > 1);
    if (state === "Stopped") assert.ok(flow < 1 && pressure < 1.3);
    if (state === "Running")
      assert.ok(flow > 10 && pressure > 1.8, `${flow} m³/h, ${pressure} bar`);
    assert.ok(speed >= 0 && speed <= 50);
    assert.ok(rest.valve >= 0 && rest.valve <= 100);
    assert.ok(rest.temperature > 5 && rest.temperature < 80);
    assert.ok(rest.vibration > 0 && rest.vibration < 5);
  }
  assert.deepEqual([...words].toSorted(), ["Running", "Starting", "Stopped", "Stopping"]);
});

test("a pump is the same whatever was asked before, and moves without jumps", () => {
  const pump = new PumpModel(new Climate(SITE), 4);
  let last = pump.at(TUESDAY);
  for (let t = TUESDAY + 1_000; t < TUESDAY + DAY_MS; t += 1_000) {
    const now = pump.at(t);
    assert.ok(Math.abs(now.speed - last.speed) < 1);
    assert.ok(Math.abs(now.temperature - last.temperature) < 0.2);
    last = now;
  }
  assert.deepEqual(pump.at(TUESDAY), new PumpModel(new Climate(SITE), 4).at(TUESDAY));
});

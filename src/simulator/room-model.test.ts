import assert from "node:assert/strict";
import { test } from "node:test";
import { beginOfDay, DAY_MS, dayOf, HOUR_MS, MINUTE_MS } from "./calendar.ts";
import { type Room, RoomModel } from "./room-model.ts";
import { Climate } from "./weather.ts";

const SITE = { utcOffsetMs: HOUR_MS, seed: 1 };
const OFFICE: Room = { use: "office", seats: 4, volumeM3: 70, airChanges: 2, windows: 0.6 };
/** A Tuesday at noon, local time. */
const NOON = Date.UTC(2026, 10, 24, 11);
const SUNDAY = Date.UTC(2026, 10, 22, 11);

function model(room: Partial<Room> = {}, seed = 5): RoomModel {
  return new RoomModel({ ...OFFICE, ...room }, new Climate(SITE), seed);
}

function overDay(room: RoomModel, t: number, everyMs = 10 * MINUTE_MS) {
  const begin = beginOfDay(dayOf(t, SITE), SITE);
  const count = DAY_MS / everyMs;
  return Array.from({ length: count }, (_, index) => room.at(begin + index * everyMs));
}

test("the same moment gives the same room, whatever was asked before", () => {
  const asked = model();
  for (let t = NOON - 3 * DAY_MS; t < NOON; t += HOUR_MS) asked.at(t);
  assert.deepEqual(asked.at(NOON), model().at(NOON));
  assert.deepEqual(asked.at(NOON - DAY_MS), model().at(NOON - DAY_MS));
});

test("people come on working days, leave in the evening, and stay away on Sundays", () => {
  const day = overDay(model(), NOON);
  assert.ok(Math.max(...day.map(({ people }) => people)) >= 2);
  assert.equal(day[0]?.people, 0);
  assert.equal(day.at(-1)?.people, 0);
  assert.ok(overDay(model(), SUNDAY).every(({ people }) => people === 0));
});

test("carbon dioxide rises with people and falls to that of the street at night", () => {
  const day = overDay(model(), NOON).map(({ co2 }) => co2);
  assert.ok(Math.max(...day) > 650 && Math.max(...day) < 2_500, `${Math.max(...day)} ppm`);
  assert.ok(Math.abs((day[0] ?? 0) - 424) < 5);
});

test("every value stays where such a room's would, in all seasons and uses", () => {
  for (const use of ["office", "meeting", "canteen", "hall", "reception", "technical"] as const) {
    for (const t of [NOON, NOON + 60 * DAY_MS, NOON + 200 * DAY_MS]) {
      for (const state of overDay(model({ use }), t)) {
        assert.ok(state.temperature > 17 && state.temperature < 29, `${state.temperature} °C`);
        assert.ok(state.humidity > 15 && state.humidity < 80, `${state.humidity} %`);
        assert.ok(state.co2 > 400 && state.co2 < 3_000);
        assert.ok(state.voc > 50 && state.voc < 450);
        assert.ok(state.illuminance >= 0 && state.illuminance < 1_600);
        assert.ok(state.noise > 25 && state.noise < 90);
      }
    }
  }
});

test("days join without a step", () => {
  const room = model({ use: "canteen", seats: 20, volumeM3: 200 });
  for (let day = dayOf(NOON, SITE); day < dayOf(NOON, SITE) + 14; day += 1) {
    const begin = beginOfDay(day, SITE);
    const before = room.at(begin - 1_000);
    const after = room.at(begin + 1_000);
    assert.ok(Math.abs(before.co2 - after.co2) < 2);
    assert.ok(Math.abs(before.temperature - after.temperature) < 0.02);
    assert.ok(Math.abs(before.voc - after.voc) < 2);
  }
});

test("it is bright by day and dark by night", () => {
  const empty = model({ use: "technical" });
  assert.ok(empty.at(SUNDAY).illuminance > 20);
  assert.equal(empty.at(SUNDAY + 12 * HOUR_MS).illuminance, 0);
});

test("nobody moves in an empty room, and many people always do", () => {
  const full = model({ use: "hall", seats: 9 });
  let moves = 0;
  for (let t = NOON - 4 * HOUR_MS; t < NOON; t += 15_000) {
    const people = full.peopleAt(t);
    if (people === 0) assert.equal(full.isMoving(t), false);
    if (people > 4 && full.isMoving(t)) moves += 1;
  }
  assert.ok(moves > 700);
});

test("another seed is another week", () => {
  assert.notDeepEqual(overDay(model({}, 6), NOON), overDay(model(), NOON));
});

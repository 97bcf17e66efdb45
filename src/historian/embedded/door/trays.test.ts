import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf, ramp, rowsOf } from "../../tale.ts";
import { copyInto } from "../run/batch.ts";
import { TextList } from "../run/text-list.ts";
import { Trays } from "./trays.ts";

test("what one side puts into a tray is what the other side finds there", () => {
  const door = new Trays();
  const thread = new Trays(door.memory);
  const rows = ramp(300);
  const place = door.take(rows.length);
  copyInto(door.columnsOf(place), 0, batchOf(rows), new TextList());
  assert.deepEqual(rowsOf(thread.samplesOf({ place, count: rows.length, texts: [] })), rows);
});

test("a tray is nobody else's until it is given back, from either side", () => {
  const door = new Trays();
  const thread = new Trays(door.memory);
  assert.deepEqual([door.take(1), door.take(1), door.take(1)], [0, 1, 2]);
  thread.giveBack(1);
  assert.deepEqual([door.take(1), door.take(1)], [1, 3]);
});

test("where no tray is free, or none is large enough, samples get memory of their own", () => {
  const door = new Trays();
  const large = door.take(100_000);
  assert.equal(door.columnsOf(large).at.length, 100_000);
  const trays = Array.from({ length: 20 }, () => door.take(10));
  const own = trays.filter((place) => typeof place !== "number");
  assert.deepEqual([trays.length - own.length, own.length], [8, 12]);
  for (const place of trays) assert.ok(door.columnsOf(place).at.length >= 10);
  const buffers = new Set(own.map((place) => door.columnsOf(place).at.buffer));
  assert.equal(buffers.size, own.length);
});

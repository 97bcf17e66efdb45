import assert from "node:assert/strict";
import { test } from "node:test";
import { changeOf, formOf, type PointForm } from "./point-form.ts";

const form = formOf({
  name: "pressure",
  dataType: "number",
  unit: "bar",
  range: [0, 10],
  normal: [6.5, 7.2],
  decimals: 2,
  freshnessMs: 30_000,
});
const with_ = (change: Partial<PointForm>) => changeOf({ ...form, ...change });

test("a form that nobody touched says what the point has already", () => {
  assert.deepEqual(changeOf(form), {
    errors: {},
    change: {
      name: "pressure",
      unit: "bar",
      range: [0, 10],
      normal: [6.5, 7.2],
      decimals: 2,
      counter: null,
      rollover: null,
      freshnessMs: 30_000,
    },
  });
});

test("a decimal comma and a true minus are understood", () => {
  assert.deepEqual(with_({ low: "−1,5" }).change?.range, [-1.5, 10]);
});

test("each mistake is named at its field, and nothing is sent", () => {
  const { errors, change } = with_({
    name: " ",
    low: "x",
    normalHigh: "",
    decimals: "1.5",
    freshSeconds: "0",
  });
  assert.deepEqual(Object.keys(errors).sort(), [
    "decimals",
    "freshSeconds",
    "low",
    "name",
    "normalHigh",
  ]);
  assert.equal(change, null);
  assert.ok(with_({ low: "10" }).errors.high);
});

test("what is left empty is taken away", () => {
  const empty = formOf({ name: "n", dataType: "number" });
  assert.deepEqual(changeOf(empty).change, {
    name: "n",
    unit: null,
    range: null,
    normal: null,
    decimals: null,
    counter: null,
    rollover: null,
    freshnessMs: null,
  });
});

test("a counter says where it goes on from 0, and what is none says nothing of it", () => {
  const counter = { counter: true, rollover: "1000000" };
  assert.equal(with_(counter).change?.counter, true);
  assert.equal(with_(counter).change?.rollover, 1e6);
  assert.equal(with_({ counter: true }).change?.rollover, null);
  assert.equal(with_({ ...counter, counter: false }).change?.rollover, null);
  assert.ok(with_({ counter: true, rollover: "0" }).errors.rollover);
  assert.equal(with_({ counter: false, rollover: "six digits" }).change?.rollover, null);
});

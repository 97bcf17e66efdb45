import assert from "node:assert/strict";
import { test } from "node:test";
import { areSame, defaultsIn, differences, fieldsIn, resolve } from "./settings.ts";

const DEFAULTS = { temperature: { cov: 0.2, "report-time": 900 }, humid: { cov: 5 }, list: [1] };

test("the narrowest layer that names a field has the last word on it", () => {
  const network = { temperature: { cov: 0.5 }, humid: { cov: 2 } };
  const zone = { temperature: { cov: 1 } };
  const { parameters, origins } = resolve(DEFAULTS, [network, zone, {}]);
  assert.deepEqual(parameters, {
    temperature: { cov: 1, "report-time": 900 },
    humid: { cov: 2 },
    list: [1],
  });
  assert.deepEqual(origins, {
    "temperature.cov": 1,
    "temperature.report-time": -1,
    "humid.cov": 0,
    list: -1,
  });
});

test("a layer that says what was so anyway still says it", () => {
  const { origins } = resolve(DEFAULTS, [{ humid: { cov: 5 } }]);
  assert.equal(origins["humid.cov"], 0);
});

test("a list is one field: it is replaced whole", () => {
  assert.deepEqual(resolve(DEFAULTS, [{ list: [2, 3] }]).parameters["list"], [2, 3]);
  assert.deepEqual([...fieldsIn(DEFAULTS).keys()].at(-1), "list");
});

test("settings are compared by their fields, in whatever order they come", () => {
  assert.ok(areSame({ a: { x: 1, y: 2 }, b: 0 }, { b: 0, a: { y: 2, x: 1 } }));
  assert.deepEqual(differences({ a: { x: 1, y: 2 } }, { a: { x: 1, y: 3, z: 4 } }), ["a.y", "a.z"]);
});

test("a schema's defaults are settings, block by block", () => {
  const number = (fallback: number) => ({ type: "number", default: fallback });
  const block = { type: "object", properties: { cov: number(0.2), free: { type: "number" } } };
  const schema = { type: "object", properties: { speed: number(1), temperature: block } };
  assert.deepEqual(defaultsIn(schema), { speed: 1, temperature: { cov: 0.2 } });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { TemplateReply } from "../src/api/contract.ts";
import { belowOwn, onlyFields, ownFieldsIn, ownFieldsOf, valuesOf } from "./meant-form.ts";
import { sectionsOf } from "./schema-form.ts";

const number = { type: "number", title: "x", default: 5 };
const block = { title: "CO2", properties: { cov: number, "report-time": number } };
const SECTIONS = sectionsOf({ properties: { co2: block, humid: block } });
const DEFAULTS = { co2: { cov: 5, "report-time": 5 }, humid: { cov: 5, "report-time": 5 } };

const NETWORK = {
  scope: { kind: "network", id: "12" },
  name: "12",
  template: { id: "q", name: "Quiet" },
  parameters: { co2: { cov: 50 } },
};
const NODE = { scope: { kind: "device", id: "d" }, name: "R 5", template: null };

test("below a device's own fields lies what its network says, with its place in words", () => {
  const own = { ...NODE, parameters: { co2: { cov: 1 } } };
  const { parameters, origins } = belowOwn([NETWORK, own] as never, DEFAULTS, undefined);
  assert.deepEqual(parameters["co2"], { cov: 50, "report-time": 5 });
  assert.deepEqual(origins, { "co2.cov": "Quiet, laid down at network 12" });
});

test("a template for the device alone lies over those of wider places", () => {
  const chosen = { name: "Lively", parameters: { co2: { cov: 2 } } } as unknown as TemplateReply;
  const { parameters, origins } = belowOwn([NETWORK] as never, DEFAULTS, chosen);
  assert.deepEqual(parameters["co2"], { cov: 2, "report-time": 5 });
  assert.equal(origins["co2.cov"], "template Lively");
});

test("own are the fields that differ, and only they are laid down", () => {
  const settings = { ...DEFAULTS, humid: { cov: 9, "report-time": 5 } };
  const own = ownFieldsOf(SECTIONS, DEFAULTS, settings);
  assert.deepEqual(own, { "humid.cov": "9" });
  assert.equal(valuesOf(SECTIONS, DEFAULTS, own)["humid.cov"], "9");
  assert.equal(valuesOf(SECTIONS, DEFAULTS, own)["co2.cov"], "5");
  assert.deepEqual(onlyFields(settings, Object.keys(own)), { humid: { cov: 9 } });
});

test("a layer's own fields are those that it names, also where they say the same as below", () => {
  assert.deepEqual(ownFieldsIn(SECTIONS, DEFAULTS, { co2: { cov: 5 }, humid: { cov: 7 } }), {
    "co2.cov": "5",
    "humid.cov": "7",
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { matching, metricsOf, parametersFor, valuesOf } from "./metric-form.ts";
import { type FormParameters, readForm, sectionsOf } from "./schema-form.ts";

const PARAMETERS: FormParameters = {
  type: "object",
  properties: {
    metric: { type: "string" },
    type: { type: "string", enum: ["Int16", "UInt64", "Boolean", "Double"] },
    value: { type: ["number", "boolean", "string"] },
  },
  required: ["metric", "type", "value"],
};
const SPEED = channel("Motor/Speed", "Int16", -50, "1/min");
const ENERGY = channel("Énergie/Phase 1", "UInt64", "18446744073709551615");
const CHANNELS = [
  SPEED,
  ENERGY,
  channel("Table", "DataSet", "[]"),
  channel("Guessed", undefined, 1),
];

test("what a device was born with can be written, unless its type is one to be read", () => {
  const names = metricsOf(CHANNELS, PARAMETERS).map(({ name }) => name);
  assert.deepEqual(names, ["Motor/Speed", "Énergie/Phase 1"]);
  assert.deepEqual(metricsOf([{ ...SPEED, retired: true }], PARAMETERS), []);
});

test("a search finds metrics by words of their names, types and units, without accents", () => {
  const metrics = metricsOf(CHANNELS, PARAMETERS);
  const found = (search: string) => matching(metrics, search).map(({ name }) => name);
  assert.deepEqual(found("energie 1"), ["Énergie/Phase 1"]);
  assert.deepEqual(found("speed int16 1/min"), ["Motor/Speed"]);
  assert.deepEqual(found("energie 2"), []);
  assert.equal(found(" ").length, 2);
});

test("a metric that is chosen stands in the form with its value of now", () => {
  const [speed, energy] = metricsOf(CHANNELS, PARAMETERS);
  assert.ok(speed && energy);
  assert.deepEqual(valuesOf(speed), { metric: "Motor/Speed", type: "Int16", value: "-50" });
  assert.equal(valuesOf({ ...speed, latest: null }).value, "");
});

test("the value has the field of its type, with its range and unit", () => {
  const [speed] = metricsOf(CHANNELS, PARAMETERS);
  const field = sectionsOf(parametersFor(PARAMETERS, "Int16", speed))[0]?.fields[2];
  assert.deepEqual([field?.kind, field?.unit, field?.range], ["integer", "1/min", [-32768, 32767]]);
  const other = sectionsOf(parametersFor(PARAMETERS, "Double", speed))[0]?.fields[2];
  assert.deepEqual([other?.kind, other?.unit], ["number", ""]);
  assert.equal(parametersFor(PARAMETERS, "Odd", undefined), PARAMETERS);
});

test("what is typed is read by the metric's type", () => {
  const read = (type: string, value: string) => {
    const sections = sectionsOf(parametersFor(PARAMETERS, type, undefined));
    const { errors, parameters } = readForm(sections, { metric: "m", type: "Int16", value });
    return errors["value"] ?? parameters["value"];
  };
  assert.equal(read("Boolean", "true"), true);
  assert.equal(read("Boolean", "perhaps"), "Choose one.");
  assert.equal(read("UInt8", "256"), "From 0 to 255.");
  assert.equal(read("Short", "-32768"), -32768);
  assert.equal(read("Float", "12,5"), 12.5);
  assert.equal(read("Int64", "-9007199254740993"), "-9007199254740993");
  assert.match(String(read("Long", "1.5")), /^Not of the form/);
  assert.equal(read("String", "12"), "12");
});

function channel(name: string, form: string | undefined, value: number | string, unit?: string) {
  return {
    ...{ name, dataType: "integer" as const, pointId: null, retired: false },
    proposal: { name, dataType: "integer" as const, ...(unit && { unit }) },
    latest: {
      ...{ at: "2026-11-22T12:00:00.000Z", value, quality: "good" as const },
      ...{ ageMs: 0, fresh: true },
    },
    ...(form !== undefined && { form }),
  };
}

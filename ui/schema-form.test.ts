import assert from "node:assert/strict";
import { test } from "node:test";
import {
  changesBetween,
  initialValues,
  readField,
  readForm,
  sectionsOf,
  valuesFrom,
  wordsFor,
} from "./schema-form.ts";

const SCHEMA = {
  type: "object",
  required: ["temperature"],
  properties: {
    temperature: {
      title: "Temperature",
      type: "object",
      required: ["cov", "source"],
      properties: {
        source: {
          title: "Source",
          type: "integer",
          oneOf: [
            { const: 0, title: "FIR" },
            { const: 1, title: "NTC" },
          ],
          default: 0,
        },
        cov: { title: "Change of value", type: "number", unit: "°C", minimum: 0, default: 0.2 },
        "report-time": { title: "Report time", type: "integer", minimum: 0, maximum: 4294967295 },
      },
    },
    name: { type: "string", pattern: "^[a-z]+$" },
    on: { type: "boolean", default: true },
    colors: { type: "array" },
  },
};
const sections = sectionsOf(SCHEMA);

function field(key: string) {
  const found = sections.flatMap(({ fields }) => fields).find((one) => one.key === key);
  assert.ok(found);
  return found;
}

test("objects of a schema are sections, the rest comes before them", () => {
  assert.deepEqual(
    sections.map(({ key, fields }) => [key, fields.map((one) => one.kind)]),
    [
      ["", ["text", "choice", "json"]],
      ["temperature", ["choice", "number", "integer"]],
    ],
  );
});

test("a form begins with the schema's defaults and reads back as numbers, words and truths", () => {
  const values = { ...initialValues(sections), name: "node", colors: "[1,2]" };
  assert.deepEqual(readForm(sections, values), {
    errors: {},
    isValid: true,
    parameters: {
      name: "node",
      on: true,
      colors: [1, 2],
      temperature: { source: 0, cov: 0.2 },
    },
  });
});

test("an error stands beside its field; the rest is still read", () => {
  const values = { "temperature.cov": "-1", "temperature.source": "7", name: "N1", colors: "[" };
  const { errors, parameters, isValid } = readForm(sections, { ...values, on: "false" });
  assert.equal(isValid, false);
  assert.deepEqual(parameters, { on: false });
  assert.deepEqual(errors, {
    "temperature.cov": "At least 0 °C.",
    "temperature.source": "Choose one.",
    name: "Not of the form ^[a-z]+$.",
    colors: 'Not valid JSON, such as ["0x0000FF"].',
  });
});

test("a number may have a comma or a true minus, must be whole where it counts, in its range", () => {
  assert.deepEqual(readField(field("temperature.cov"), " 0,5 "), { value: 0.5 });
  assert.deepEqual(readField(field("temperature.cov"), "−0,5"), { error: "At least 0 °C." });
  assert.deepEqual(readField(field("temperature.report-time"), "1.5"), {
    error: "A whole number.",
  });
  assert.deepEqual(readField(field("temperature.report-time"), "4294967296"), {
    error: "From 0 to 4294967295.",
  });
  assert.deepEqual(readField(field("temperature.cov"), "much"), {
    error: "A number, such as 12.5.",
  });
  assert.deepEqual(readField(field("temperature.cov"), ""), { error: "Needed." });
});

test("what was sent before fills the form; what it lacks keeps its default", () => {
  const values = valuesFrom(sections, { temperature: { source: 1 } });
  assert.equal(values["temperature.source"], "1");
  assert.equal(values["temperature.cov"], "0.2");
  assert.equal(values["on"], "true");
});

test("a change is told in words, with the unit", () => {
  const changes = changesBetween(
    sections,
    { temperature: { source: 0, cov: 0.2 } },
    { temperature: { source: 1, cov: 0.5 } },
  );
  assert.deepEqual(changes, [
    { key: "temperature.source", title: "Temperature, source", before: "FIR", after: "NTC" },
    {
      key: "temperature.cov",
      title: "Temperature, change of value",
      before: "0.2 °C",
      after: "0.5 °C",
    },
  ]);
  assert.deepEqual(changesBetween(sections, { on: true }, { on: true }), []);
  assert.equal(wordsFor(field("temperature.cov"), undefined), "not set");
});

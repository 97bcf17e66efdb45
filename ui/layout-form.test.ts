import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bytesOf,
  deviceFor,
  draftOf,
  fieldAfter,
  type LayoutDraft,
  newDraft,
  ownersOf,
  resultOf,
  triedOn,
} from "./layout-form.ts";

const METER: LayoutDraft = {
  ...newDraft("meters/7/raw", "0xfd08 01"),
  name: "Meter",
  fields: [
    { ...fieldAfter([]), name: "Tension", form: "uint16", scale: "0.1", unit: "V" },
    { ...fieldAfter([]), key: 1, name: "valide", form: "bit", offset: "2", size: "0" },
  ],
};

test("a draft becomes a layout and the layout a draft again", () => {
  const { body, errors } = resultOf(METER);
  assert.deepEqual(errors, {});
  const order = "little";
  assert.deepEqual(body, {
    name: "Meter",
    filter: "meters/+/raw",
    device: "{2}",
    fields: [
      { name: "Tension", offset: 0, form: "uint16", order, scale: 0.1, unit: "V" },
      { name: "valide", offset: 2, form: "bit", order, bit: 0 },
    ],
  });
  assert.ok(body);
  const again = resultOf(draftOf({ id: "1", ...body }));
  assert.deepEqual(again.body, body);
});

test("it is tried on the sample as one types", () => {
  assert.deepEqual(
    [...triedOn(METER)],
    [
      [0, { value: 230.1 }],
      [1, { value: true }],
    ],
  );
  assert.deepEqual(ownersOf(METER), [0, 0, 1]);
  const short = { ...METER, sample: "fd08" };
  assert.deepEqual(triedOn(short).get(1), { fault: "beyond the end" });
  assert.equal(deviceFor(METER), "7");
  assert.equal(deviceFor({ ...METER, topic: "valves/7" }), undefined);
});

test("the next field begins where the last one ends", () => {
  const next = fieldAfter(METER.fields.slice(0, 1));
  assert.deepEqual([next.key, next.offset, next.form], [1, "2", "uint16"]);
});

test("what is missing or wrong is said where it stands", () => {
  const { errors, body } = resultOf({ ...newDraft(), sample: "f" });
  assert.equal(body, null);
  assert.deepEqual(Object.keys(errors).toSorted(), ["fields", "filter", "name", "sample"]);
  const odd = { ...METER, fields: METER.fields.map((field) => ({ ...field, offset: "x" })) };
  assert.match(resultOf(odd).errors.fields ?? "", /^Field 1: offset and size/);
  const twice = { ...METER, fields: METER.fields.map((field) => ({ ...field, name: "a" })) };
  assert.match(resultOf(twice).errors.fields ?? "", /^Field 2: 'a' is there twice/);
});

test("bytes are read as people paste them", () => {
  for (const hex of ["0xFD0801", "fd 08 01", "FD:08:01", "fd,08,01\n"]) {
    assert.deepEqual([...(bytesOf(hex) ?? [])], [0xfd, 8, 1]);
  }
  assert.equal(bytesOf("fd0"), undefined);
  assert.equal(bytesOf("no hex"), undefined);
});

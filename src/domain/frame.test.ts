import assert from "node:assert/strict";
import { test } from "node:test";
import { type FieldForm, type FrameField, faultIn, readFrame, sizeOf } from "./frame.ts";

/** The meter of the SCorp-io seed: 67 bytes, little endian, every ten minutes over DASH7. */
const METER = [
  ...three("Énergie apparente", "int64", "VAh"),
  ...three("Énergie active", "int64", "Wh"),
  ...three("Intensité", "int32", "A", 0.001),
  ...three("Tension", "int16", "V", 0.1),
  { name: "valide", form: "uint8" as const },
];

test("the seed's meter frame is read whole", () => {
  const fields = placed(METER);
  assert.equal(
    fields.reduce((sum, field) => sum + sizeOf(field), 0),
    67,
  );
  const bytes = Buffer.alloc(67);
  for (let phase = 0; phase < 3; phase += 1) {
    bytes.writeBigInt64LE(605_120n + BigInt(phase), 8 * phase);
    bytes.writeBigInt64LE(9_007_199_254_740_993n, 24 + 8 * phase);
    bytes.writeInt32LE(12_345, 48 + 4 * phase);
    bytes.writeInt16LE(2_301 + phase, 60 + 2 * phase);
  }
  bytes.writeUInt8(1, 66);
  const read = readFrame(fields, bytes);
  assert.ok(read.ok);
  const values = Object.fromEntries(read.value.map(({ name, value }) => [name, value]));
  assert.equal(values["Énergie apparente/Phase 2"], 605_121);
  assert.equal(values["Énergie active/Phase 1"], 9_007_199_254_740_993n);
  assert.equal(values["Intensité/Phase 3"], 12.345);
  assert.equal(values["Tension/Phase 3"], 230.3);
  assert.equal(values["valide"], 1);
});

test("each form is read in both orders", () => {
  const bytes = Buffer.from("80ff01027fc0000012340056", "hex");
  const cases: readonly [Omit<FrameField, "name">, unknown][] = [
    [{ offset: 0, form: "int8", order: "big" }, -128],
    [{ offset: 0, form: "uint8", order: "big" }, 128],
    [{ offset: 0, form: "int16", order: "big" }, -32_513],
    [{ offset: 0, form: "uint16", order: "little" }, 0xff80],
    [{ offset: 0, form: "int32", order: "little" }, 0x0201ff80],
    [{ offset: 0, form: "uint32", order: "big" }, 0x80ff0102],
    [{ offset: 0, form: "uint64", order: "big" }, 0x80ff01027fc00000n],
    [{ offset: 4, form: "float32", order: "big" }, null],
    [{ offset: 1, form: "bit", order: "big", bit: 7 }, true],
    [{ offset: 2, form: "bit", order: "big", bit: 1 }, false],
    [{ offset: 8, form: "bcd", order: "big", bytes: 2 }, 1234],
    [{ offset: 8, form: "bcd", order: "little", bytes: 2 }, 3412],
    [{ offset: 0, form: "bcd", order: "big", bytes: 2 }, null],
    [{ offset: 8, form: "hex", order: "little", bytes: 4 }, "12340056"],
    [{ offset: 11, form: "text", order: "big", bytes: 1 }, "V"],
    [{ offset: 2, form: "uint16", order: "big", scale: 0.1, shift: -40 }, -14.2],
  ];
  for (const [field, value] of cases) {
    assert.deepEqual(readFrame([{ name: "x", ...field }], bytes), {
      ok: true,
      value: [{ name: "x", value }],
    });
  }
});

test("a frame that is too short names the field that does not fit", () => {
  const read = readFrame(
    [{ name: "power", offset: 2, form: "int32", order: "big" }],
    Buffer.alloc(4),
  );
  assert.deepEqual(read, {
    ok: false,
    problem: "'power' is at bytes 2 to 5, and the message has 4 bytes",
  });
});

test("fields that cannot be right are refused with their place", () => {
  const good = { name: "a", offset: 0, form: "uint8", order: "big" } as const;
  assert.equal(faultIn([good]), undefined);
  assert.match(faultIn([good, good]) ?? "", /^\/fields\/1: 'a' is there twice/);
  assert.match(faultIn([{ ...good, name: " " }]) ?? "", /needs a name/);
  assert.match(faultIn([{ ...good, form: "text" }]) ?? "", /needs 'bytes'/);
  assert.match(faultIn([{ ...good, form: "bit" }]) ?? "", /needs its number/);
  assert.match(faultIn([{ ...good, scale: 0 }]) ?? "", /scale of 0/);
  assert.match(faultIn([{ ...good, offset: 1e9 }]) ?? "", /beyond the largest/);
});

function three(name: string, form: FieldForm, unit: string, scale = 1) {
  return [1, 2, 3].map((phase) => ({ name: `${name}/Phase ${phase}`, form, unit, scale }));
}

/** One behind the other. */
function placed(fields: readonly Pick<FrameField, "name" | "form" | "scale">[]): FrameField[] {
  let offset = 0;
  return fields.map((field) => {
    const at = offset;
    offset += sizeOf(field);
    return { ...field, offset: at, order: "little" };
  });
}

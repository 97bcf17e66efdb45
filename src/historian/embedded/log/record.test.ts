import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import type { Series } from "../../../domain/brand.ts";
import { SamplesBuilder } from "../../../domain/samples.ts";
import { ByteWriter } from "../bytes/bytes.ts";
import { readRecord, writeRecord } from "./record.ts";

function samples() {
  const builder = new SamplesBuilder();
  builder.add(7 as Series, 1_700_000_000_000, 21.5, "good");
  builder.add(7 as Series, 1_700_000_060_000, -0, "uncertain");
  builder.add(3 as Series, 1_699_999_999_999, "open", "good");
  builder.add(70_000 as Series, -1, true, "bad");
  builder.add(0 as Series, 0, null, "good");
  builder.add(3 as Series, 5, "öffnet", "good");
  return builder.take();
}

/** As each version wrote it: these bytes are on people's disks. */
const GOLDEN_1 =
  "464c7231700000009d44eaae2a0000000000000087d6324106000000000000000e0007dac508dfc5080680a0abfef962c0a907c1a907ff9fabfef962020a000000000080354000000000000000800000000000000000000000000000f03f0000000000000000000000000000f03f020001020101010301020100010101000102020002046f70656e07c3b666666e6574";

/** The sum differs: it is over the version, too. */
const GOLDEN_2 = `464c7232700000000c1cd690${GOLDEN_1.slice(24)}`;

test("a record of version 2 is written, and one of any version read for ever", () => {
  const record = { segment: 42, sequence: 1_234_567, samples: samples() };
  const out = new ByteWriter();
  writeRecord(out, record, true);
  assert.equal(Buffer.from(out.bytes.slice(0, out.length)).toString("hex"), GOLDEN_2);
  for (const golden of [GOLDEN_1, GOLDEN_2]) {
    const bytes = Buffer.from(golden, "hex");
    assert.deepEqual(readRecord(bytes, 0), { record, end: bytes.length });
  }
});

test("times that are not whole milliseconds are kept too", () => {
  const builder = new SamplesBuilder();
  builder.add(1 as Series, 0.25, 1, "good");
  builder.add(1 as Series, 8.64e15, 2, "good");
  const out = new ByteWriter();
  const written = builder.take();
  writeRecord(out, { segment: 1, sequence: 1, samples: written }, false);
  assert.deepEqual(readRecord(out.bytes, 0)?.record.samples, written);
});

test("a record counts only if every bit of it is there", () => {
  for (const golden of [GOLDEN_1, GOLDEN_2]) {
    const bytes = Buffer.from(golden, "hex");
    for (let length = 0; length < bytes.length; length += 1) {
      assert.equal(readRecord(bytes.subarray(0, length), 0), undefined);
    }
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const bad = Uint8Array.from(bytes);
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(readRecord(bad, 0), undefined, `bit ${bit}`);
    }
  }
});

test("a record of a later version is not taken for the end of the log", () => {
  const bytes = Buffer.from(GOLDEN_2, "hex");
  bytes[3] = "3".charCodeAt(0);
  bytes.writeUInt32LE(crc32(bytes.subarray(12), crc32(bytes.subarray(0, 8))), 8);
  assert.throws(() => readRecord(bytes, 0), /later version/);
});

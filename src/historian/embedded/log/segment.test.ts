import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { batchOf, inFolder, ramp } from "../../tale.ts";
import { ByteWriter } from "../bytes/bytes.ts";
import { writeRecord } from "./record.ts";
import { saidExtent } from "./segment.ts";

const SEGMENT = 7;
/** Where a record says how long its body is, and how many samples it has. */
const [LENGTH, SAMPLES] = [4, 24];

test("a segment's records say what they come to, up to one that cannot be what it says", () =>
  inFolder(async (folder) => {
    const path = join(folder, "segment");
    const out = new ByteWriter();
    const starts = [5_000, 40, 9_000, 1].map((count, index) => {
      const start = out.length;
      const record = { segment: SEGMENT, sequence: 12 + index, samples: batchOf(ramp(count)) };
      writeRecord(out, record, true);
      return start;
    });
    const whole = Buffer.concat([out.bytes.subarray(0, out.length), Buffer.alloc(100_000)]);
    writeFileSync(path, whole);
    assert.deepEqual(saidExtent(path, SEGMENT), { end: out.length, samples: 14_041 });
    assert.deepEqual(saidExtent(path, SEGMENT + 1), { end: 0, samples: 0 });
    for (const field of [LENGTH, SAMPLES]) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt32LE(0x7fff_ffff, (starts[2] ?? 0) + field);
      writeFileSync(path, damaged);
      assert.deepEqual(saidExtent(path, SEGMENT), { end: starts[2], samples: 5_040 });
    }
  }));

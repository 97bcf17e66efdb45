import assert from "node:assert/strict";
import { test } from "node:test";
import { chances } from "./chance.ts";
import { parseIsoTime } from "./iso-time.ts";
import { TimeScan } from "./scan-time.ts";

const TIMES = [
  "2022-12-01T20:05:10.000Z",
  "2022-12-01T23:59:59.999Z",
  "2022-12-02T00:00:00.000Z",
  "2024-02-29T12:00:00.120Z",
  "2022-12-01T20:05:10+01:00",
  "2022-12-01T20:05:10.1234Z",
];
const SIGNS = "0123456789:.-+TZ /";

test("a time is read where it lies as the general reader reads it, whatever is changed in it", () => {
  const scan = new TimeScan();
  const random = chances(3);
  const pick = (length: number) => Math.floor(random() * length);
  for (let turn = 0; turn < 50_000; turn += 1) {
    const time = TIMES[pick(TIMES.length)] ?? "";
    const at = pick(time.length);
    const changed = time.slice(0, at) + (SIGNS[pick(SIGNS.length)] ?? "") + time.slice(at + 1);
    const text = random() < 0.5 ? time : changed;
    const bytes = Buffer.from(`"${text}"`);
    assert.equal(scan.read(bytes, 1, bytes.length - 1), parseIsoTime(text), text);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { KIND } from "../../../domain/samples.ts";
import { chances } from "../../../lib/chance.ts";
import { oldChunk } from "../database/older-tale.ts";
import { Run } from "../run/run.ts";
import { decodeChunk, encodeChunk } from "./chunk.ts";
import { DamagedChunkError } from "./damage.ts";

type Row = readonly [at: number, value: number | string, kind?: number, quality?: number];

function runOf(rows: readonly Row[]): Run {
  const run = new Run();
  run.reserve(rows.length);
  for (const [at, value, kind = KIND.number, quality = 0] of rows) {
    run.at[run.count] = at;
    run.value[run.count] = typeof value === "string" ? run.texts.push(value) - 1 : value;
    run.kind[run.count] = kind;
    run.quality[run.count] = quality;
    run.count += 1;
  }
  return run;
}

function rowsOf(run: Run): Row[] {
  return Array.from({ length: run.count }, (_, row) => {
    const [value, kind] = [run.value[row] ?? 0, run.kind[row] ?? 0];
    const shown = kind === KIND.text ? (run.texts[value] ?? "?") : value;
    return [run.at[row] ?? 0, shown, kind, run.quality[row] ?? 0];
  });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

type Golden = {
  readonly form: string;
  readonly rows: readonly Row[];
  /** As version 1 wrote it. */
  readonly first: string;
  /** As version 2 wrote it. */
  readonly second: string;
  /** As version 3 wrote it. */
  readonly third: string;
  /** As version 4 writes it. */
  readonly fourth: string;
};

/** One chunk of each form: these bytes are on people's disks. */
const GOLDEN: readonly Golden[] = [
  {
    form: "steady times, one value",
    rows: [
      [1_700_000_000_000, 21.5],
      [1_700_000_060_000, 21.5],
      [1_700_000_120_000, 21.5],
    ],
    fourth:
      "0443000000030380a0abfef96200180000000001c0d4010000030000030002d700000002d7000000028502000002d700000002d700000000000001205e270045e2403d0080a0abfef962e0d40300000000000000803540a32156ea",
    third:
      "03000303030000000000803540000000000080354000000000002050400000000000803540000000000080354000000000000000000000000010af43417ae3b39980a0abfef962e0d403000000000000008035406a9e2397",
    second: "02000380a0abfef962e0d40300000000000000803540848f53cc",
    first: "01000380a0abfef962e0d40300000000000000803540c4222bf5",
  },
  {
    form: "uneven times, decimals, qualities in runs",
    rows: [
      [1_700_000_000_000, 229.8],
      [1_700_000_005_013, 230.1, KIND.number, 1],
      [1_700_000_009_990, 230.0, KIND.number, 1],
      [1_700_000_015_002, -0.1],
    ],
    fourth:
      "046a000000040480a0abfef962002600000000009a3a00040000020002ffffffff02fa080000076766666666b66c4002fa08000002ffffffff02ffffffff02640a0e0202ffffffff02fd08000002f21a000002fa08000002ffffffff02fe08000002df6b0e02621ab34f5780a0abfef96246e24d243002000001000201010001f4230c01fed88f0000000000f73159ef",
    third:
      "03570404029a9999999999b9bf9a99999999b96c406766666666b66c409a99999999b96c409a9999999999b9bf9a9999999999b9bfcdcccccc514d4a419a9999999999b9bf3333333333c36c4066666666668e85409a99999999b96c409a9999999999b9bf6666666666c66c40cdcccc8c31524a418d87495280a0abfef96246e24d243002000001000201010001f4230c01fed88f000000000014ea18c6",
    second: "02570480a0abfef96246e24d243002000001000201010001f4230c01fed88f00000000008bf2cd43",
    first: "01450480a0abfef962952747460001000201010001f4230601f923b276fcce",
  },
  {
    form: "a single sample before 1970",
    rows: [[-1, 7]],
    fourth:
      "0430000000010101001000000000000000000100000100000700000700000700000700000700000000000000518a5ef9000100000000000000001c406205f02a",
    third:
      "03000101010000000000001c400000000000001c400000000000001c400000000000001c400000000000001c4000000000000000000000000000000000544db31c0100000000000000001c40eac0f686",
    second: "0200010100000000000000001c40083255fa",
    first: "0100010100000000000000001c40d3173486",
  },
  {
    form: "switches in steps, times that are not whole",
    rows: [0, 0, 0, 0, 1, 1, 1, 1, 0, 0].map((value, row) => [row + 0.5, value, KIND.boolean]),
    fourth:
      "04340000000a0a00005e000205000000025f000000000a00000a000000000001000004000000000000000001000004004f5e26510a000000000000e03f000000000000f83f00000000000004400000000000000c40000000000000124000000000000016400000000000001a400000000000001e40000000000000214000000000000023400100000004020401028b74439b",
    third:
      "030a0a0a0a0000000000000000000000000000f03f000000000000104000000000000000000000000000000000000000000000f03f00000000000010402017457e000000000000e03f000000000000f83f00000000000004400000000000000c40000000000000124000000000000016400000000000001a400000000000001e40000000000000214000000000000023400100000004020401028b92d17e",
    second:
      "020a0a000000000000e03f000000000000f83f00000000000004400000000000000c40000000000000124000000000000016400000000000001a400000000000001e4000000000000021400000000000002340010000000402040102dd87c1f7",
    first:
      "010a0a000000000000e03f000000000000f83f00000000000004400000000000000c40000000000000124000000000000016400000000000001a400000000000001e40000000000000214000000000000023400100000004020401028ee2efc7",
  },
  {
    form: "singles",
    rows: [
      [1_000, Math.fround(20.1)],
      [2_000, Math.fround(20.3)],
      [3_000, Number.NaN],
      [4_000, -0],
    ],
    fourth:
      "04430000000404d00f00220000000000b80b000300000300000000066666a24107000000303333444006cdcca0410000000680cc4c3e070000a0f67fa3ed4058ce7c7c18d00fe80700009ab3869a0820ffffffff0f6666a2c10000c0ff000000003bf5928d",
    third:
      "03180403030000000000000000000000c0cc4c34400000003033334440000000a0991934400000000000000000000000009099c93f0000a0f67fa3ed4029510692d00fe80700009ab3869a0820ffffffff0f6666a2c10000c0ff0000000000d370bf",
    second: "021804d00fe80700009ab3869a0820ffffffff0f6666a2c10000c0ff000000008df6018c",
    first: "010c04d00fe80700009ab3869a08b2e60cb4e6ece107fffffffb1f1378ce44",
  },
  {
    form: "doubles",
    rows: [
      [1_000, 1 / 3],
      [2_000, Math.PI],
      [3_000, Number.POSITIVE_INFINITY],
      [4_000, 5e-324],
    ],
    fourth:
      "044b0000000404d00f00310000000000b80b000400000400070100000000000000060000807f060000807f07555555555555d53f070100000000000000060000807f060000807fa66a18611cd00fe8070000aad5aafd071f00fb2109400000f83f00000000aad5aad50a1f00182d44540000004000000000e85806a5",
    third:
      "031c0404040100000000000000000000000000f07f000000000000f07f555555555555d53f0100000000000000000000000000f07f000000000000f07f57ea1b66d00fe8070000aad5aafd071f00fb2109400000f83f00000000aad5aad50a1f00182d44540000004000000000c325ef57",
    second:
      "021c04d00fe8070000aad5aafd071f00fb2109400000f83f00000000aad5aad50a1f00182d445400000040000000003998238c",
    first:
      "011004d00fe807000008555555555555d53f084d781101ae74dc7f08182d4454fb21f93f08010000000000f07f1b46fd9a",
  },
  {
    form: "texts, none and numbers together",
    rows: [
      [1_000, "open", KIND.text],
      [2_000, 3, KIND.number],
      [3_000, 0, KIND.none, 2],
      [4_000, "geöffnet", KIND.text],
      [5_000, "open", KIND.text],
    ],
    fourth:
      "04310000000505d00f002f0000000000a00f000100000100000300000300000300000300000300000000000000d33d099174d00fe8070102010001030202020001020200000002001300000002046f70656e096765c3b666666e6574f74079eb",
    third:
      "0374050101000000000000084000000000000008400000000000000840000000000000084000000000000008400000000000000000000000000000000042eeff05d00fe8070102010001030202020001020200000002001300000002046f70656e096765c3b666666e657480541d37",
    second:
      "027405d00fe8070102010001030202020001020200000002001300000002046f70656e096765c3b666666e6574a2fbd246",
    first:
      "016405d00fe807010201000103020202000102020000000605020102046f70656e096765c3b666666e65749a0df11c",
  },
];

for (const { form, rows, first, second, third, fourth } of GOLDEN) {
  test(`a chunk of each version is read for ever, of the fourth written: ${form}`, () => {
    assert.equal(hex(encodeChunk(runOf(rows), 0, rows.length)), fourth);
    assert.equal(hex(oldChunk(runOf(rows), 3)), third);
    for (const written of [first, second, third, fourth]) {
      const read = new Run();
      decodeChunk(Buffer.from(written, "hex"), read);
      assert.deepEqual(rowsOf(read), rowsOf(runOf(rows)));
    }
  });
}

test("any run comes back bit by bit, whole or in parts, behind what was there", () => {
  const random = chances(1);
  for (let round = 0; round < 400; round += 1) {
    const rows = randomRows(random);
    const run = runOf(rows);
    const from = Math.floor(random() * rows.length);
    const to = from + 1 + Math.floor(random() * (rows.length - from));
    const read = new Run();
    const blockSamples = 1 + Math.floor(random() * 100);
    decodeChunk(encodeChunk(run, 0, rows.length, blockSamples).slice(), read);
    decodeChunk(encodeChunk(run, from, to).slice(), read);
    assert.deepEqual(rowsOf(read), [...rowsOf(run), ...rowsOf(run).slice(from, to)]);
  }
});

test("what is steady takes almost no room, and noise no more than it has", () => {
  const bytesOf = (value: (row: number) => number) => {
    const rows = Array.from({ length: 1_024 }, (_, row): Row => [row * 5_000, value(row)]);
    return encodeChunk(runOf(rows), 0, 1_024).length / 1_024;
  };
  const random = chances(2);
  assert.ok(bytesOf(() => 42) < 0.1);
  assert.ok(bytesOf((row) => (row >> 6) & 1) < 0.15);
  assert.ok(bytesOf((row) => 1e6 + row * 40 + Math.floor(random() * 20)) < 1.1);
  assert.ok(bytesOf(() => 220 + Math.floor(random() * 100) / 10) < 2.2);
  assert.ok(bytesOf(() => 20 + random()) < 8);
});

for (const version of [3, 4] as const) {
  test(`a chunk of version ${version} is refused where the disk has changed any bit of it`, () => {
    const rows = Array.from({ length: 50 }, (_, row): Row => [row * 10, row * row]);
    const run = runOf(rows);
    const good = version === 3 ? oldChunk(run, 3) : encodeChunk(run, 0, 50, 20).slice();
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const bad = good.slice();
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.throws(() => decodeChunk(bad, new Run()), DamagedChunkError, `bit ${bit}`);
    }
  });
}

test("a chunk that was cut off or has grown is refused", () => {
  const rows = Array.from({ length: 50 }, (_, row): Row => [row * 10, row * row]);
  const good = encodeChunk(runOf(rows), 0, 50, 20).slice();
  for (let end = 0; end < good.length; end += 1) {
    assert.throws(() => decodeChunk(good.subarray(0, end), new Run()), DamagedChunkError);
  }
  assert.throws(() => decodeChunk(Buffer.concat([good, good]), new Run()), DamagedChunkError);
});

test("a chunk of a later version is refused, not called damaged", () => {
  const later = encodeChunk(runOf([[1, 2]]), 0, 1).slice();
  later[0] = 5;
  const view = new DataView(later.buffer);
  const end = view.getUint32(1, true) - 4;
  view.setUint32(end, crc32(later.subarray(0, end)), true);
  assert.throws(() => decodeChunk(later, new Run()), /version 5/);
});

const SHAPES: readonly ((random: () => number, row: number) => number)[] = [
  () => 5,
  (random) => (random() < 0.05 ? 1 : 0),
  (_, row) => row * 37,
  (random) => Math.floor(random() * 1_000) / 10,
  (random) => Math.floor(random() * 1e6) / 10_000,
  (random) => Math.fround(random()),
  (random) => random() * 1e300,
  (random) => (random() - 0.5) * 2 ** 52,
  (random) => Math.floor((random() - 0.5) * 2 ** 53),
  (random) => [Number.NaN, -0, 0, 1 / 0, -1 / 0, 1][Math.floor(random() * 6)] ?? 0,
];

function randomRows(random: () => number): Row[] {
  const shape = SHAPES[Math.floor(random() * SHAPES.length)] ?? (() => 0);
  const isMixed = random() < 0.2;
  const [scale, jitter] = [10 ** Math.floor(random() * 9), random() < 0.5 ? 0 : random()];
  let at = Math.floor((random() - 0.3) * 2e12);
  return Array.from({ length: 1 + Math.floor(random() * 200) }, (_, row) => {
    at += scale + (jitter < 0.4 ? Math.floor(random() * jitter * scale) : random() * jitter);
    const quality = random() < 0.05 ? 1 + Math.floor(random() * 255) : 0;
    if (!isMixed || random() < 0.5) return [at, shape(random, row), KIND.number, quality];
    return random() < 0.5
      ? [at, `text ${Math.floor(random() * 4)}`, KIND.text, quality]
      : [at, 0, KIND.none, quality];
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { csvLine } from "../lib/csv.ts";
import type { Series } from "./brand.ts";
import { QUALITIES } from "./reading.ts";
import { SampleLines } from "./sample-lines.ts";
import { cellsOf, lineOf, TABLE_HEAD, type TableRow } from "./sample-table.ts";
import { PageBuilder, type TablePage } from "./table-page.ts";

const NOW = Date.UTC(2030, 0);
const POINTS = ["p1", "Pumpe 2 – Süd", 'a "b", c'];
const HEAD = csvLine(TABLE_HEAD);
const FUTURE = "its time: more than a day ahead of this server's clock";
const VALUES = [
  0,
  -0,
  21.5,
  1e-7,
  Number.NaN,
  -(2n ** 63n),
  true,
  null,
  "",
  "=1",
  "two\nlines",
  "ö",
];
const rows: TableRow[] = VALUES.flatMap((value, index) =>
  POINTS.map((point, place) => ({
    ...{ point, value, at: Date.UTC(2026, 0, 1) + index * 1_000 + place * 0.5 },
    quality: QUALITIES[index % 3] ?? "good",
    statusWord: index % 3 === 2 ? 2_150_891_520 : null,
    toldAfterwards: index % 2 === 0,
  })),
);

function builder(): PageBuilder {
  const seriesOf = (point: string) => {
    const place = POINTS.indexOf(point);
    return place < 0 ? undefined : (place as Series);
  };
  return new PageBuilder(seriesOf, NOW);
}

/** As a file is read that comes in pieces. */
function readIn(text: string, pieceBytes: number): TablePage {
  const page = builder();
  const lines = new SampleLines(page);
  const all = Buffer.from(text);
  let rest = Buffer.alloc(0);
  for (let at = 0; at < all.length; at += pieceBytes) {
    rest = Buffer.concat([rest, all.subarray(at, at + pieceBytes)]);
    rest = rest.subarray(lines.read(rest, false));
  }
  lines.read(rest, true);
  return page.take();
}

function linesOf({ samples, words }: TablePage): string[] {
  return Array.from({ length: samples.count }, (_, row) => {
    const id = csvLine([POINTS[samples.series[row] ?? 0] ?? ""]).trim();
    return lineOf(id, samples, row, words.get(row));
  });
}

test("a table comes back as it was written, wherever it is cut", () => {
  const lines = rows.map((row) => csvLine(cellsOf(row)));
  const text = HEAD + lines.join("");
  for (const pieceBytes of [1, 7, 64, 1_000, text.length]) {
    assert.deepEqual(linesOf(readIn(text, pieceBytes)), lines);
  }
  assert.deepEqual(linesOf(readIn(text.replaceAll("\r\n", "\n").trimEnd(), 100)), lines);
  assert.deepEqual(linesOf(readIn(`\ufeff${text}\r\n\r\n`, 100)), lines);
});

test("a table that does not say what was told afterwards is not taken to say it", () => {
  const line = "p1,2026-01-01T00:00:00Z,number,1,good";
  assert.equal(readIn(`${TABLE_HEAD.slice(0, 5)}\n${line}\n`, 100).saysAfterwards, false);
  assert.equal(readIn(`${HEAD}${line},,\n`, 100).saysAfterwards, true);
});

test("an error has the line where it is, and its code", () => {
  const good = 'p1,2026-01-01T00:00:00Z,text,"two\nlines",good,,\n';
  for (const [line, code, sentence] of [
    ["p9,2026-01-01T00:00:00Z,none,,bad,,", "point_unknown", "there is no point 'p9'"],
    ["p1,2999-01-01T00:00:00Z,none,,bad,,", "time_in_future", FUTURE],
    ["p1,-99999999999999,none,,bad,,", "time_impossible", "its time: not of the years 1 to 9999"],
    ["p1,1.1.2026,none,,bad,,", "request_invalid", "'1.1.2026' is no time"],
    ["p1,2026-01-01T00:00:00Z,float,1,good,,", "request_invalid", "there is no kind 'float'"],
    ["p1,2026-01-01T00:00:00Z,number,1 000,good,,", "request_invalid", "'1 000' is no number"],
    ["p1,2026-01-01T00:00:00Z,number,1,fine,,", "request_invalid", "there is no quality 'fine'"],
    ["p1,2026-01-01T00:00:00Z,number,1,good,,,", "request_invalid", "8 cells instead of 7"],
    ["p1;2026-01-01T00:00:00Z;number;1;good", "request_invalid", "1 cells instead of 7"],
  ] as const) {
    for (const end of ["\n", ""]) {
      assert.throws(() => readIn(HEAD + good + line + end, 50), {
        message: `line 4: ${sentence}`,
        problem: { code, detail: `line 4: ${sentence}` },
      });
    }
  }
});

test("what is no table is an error, and not a memory full of it", () => {
  assert.throws(() => readIn("", 1), /line 1: there is nothing in it/);
  assert.throws(() => readIn("at,value\n", 100), /line 1: the first line must be point,at,kind/);
  assert.throws(() => readIn(`${HEAD}p1,"2026`, 100), /line 2: a quotation mark is not closed/);
  const piece = 1024 * 1024;
  assert.throws(
    () => readIn(HEAD + "x".repeat(5 * piece), piece),
    /line 2: a row that does not end/,
  );
});

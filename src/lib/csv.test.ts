import assert from "node:assert/strict";
import { test } from "node:test";
import { csvLine, csvRows } from "./csv.ts";

async function rowsOf(...pieces: string[]) {
  return rowsBy(undefined, ...pieces);
}

async function rowsBy(separator: string | undefined, ...pieces: string[]) {
  async function* given() {
    yield* pieces;
  }
  const rows: (readonly string[])[] = [];
  const lines: number[] = [];
  for await (const { cells, line } of csvRows(given(), separator)) {
    rows.push(cells);
    lines.push(line);
  }
  return { rows, lines };
}

test("what is written is read again, wherever it is cut", async () => {
  const rows = [
    ["a", "", "c"],
    ['say "hello", twice', "line\r\nend", ""],
    ["", "", ""],
    ["x", '"', ","],
  ];
  const text = rows.map(csvLine).join("");
  assert.deepEqual((await rowsOf(text)).rows, rows);
  for (let cut = 0; cut < text.length; cut += 1) {
    assert.deepEqual((await rowsOf(text.slice(0, cut), text.slice(cut))).rows, rows);
  }
});

test("rows know their line, empty lines and line ends inside cells counted", async () => {
  const { lines } = await rowsOf('a,b\n\n"x\ny",z\nlast');
  assert.deepEqual(lines, [1, 3, 5]);
});

test("a quotation mark that is not closed is an error with its line", async () => {
  await assert.rejects(rowsOf('a\nb,"c\nd'), /line 2: a quotation mark/);
});

test("another separator leaves commas to the cells", async () => {
  const { rows } = await rowsBy(";", 'at;"a;b";1,5\r\n;;\r\n');
  assert.deepEqual(rows, [
    ["at", "a;b", "1,5"],
    ["", "", ""],
  ]);
});

test("a row that does not end is an error, and not a memory full of it", async () => {
  const piece = "x".repeat(1024 * 1024);
  await assert.rejects(rowsOf("a\n", piece, piece, piece, piece, piece), /line 2: a row that/);
});

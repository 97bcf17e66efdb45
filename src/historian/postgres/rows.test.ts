import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf, everyKind, row, rowsOf } from "../tale.ts";
import { decodeRows, encodeRows } from "./rows.ts";

const rows = [...everyKind(), row(1, 100, "a text with a \0 in it"), row(9, -1e9, -0)];
const samples = batchOf(rows);
const inOrder = Uint32Array.from(rows.keys());

test("every kind of value is a row of its own, and comes back bit by bit", () => {
  const bytes = encodeRows(samples, inOrder);
  assert.deepEqual(rowsOf(decodeRows(Buffer.from(bytes))), rowsOf(samples));
});

test("some rows are written in the order that is asked for", () => {
  const some = Uint32Array.of(3, 0, rows.length - 1);
  const bytes = encodeRows(samples, some);
  const expected = Array.from(some, (index) => rowsOf(samples)[index]);
  assert.deepEqual(rowsOf(decodeRows(Buffer.from(bytes))), expected);
});

test("room that has been written into before is used again, if it is large enough", () => {
  const { buffer } = encodeRows(samples, inOrder);
  new Uint8Array(buffer).fill(0xff);
  const again = encodeRows(samples, inOrder.subarray(0, 5), buffer);
  assert.equal(again.buffer, buffer);
  assert.deepEqual(rowsOf(decodeRows(Buffer.from(again))), rowsOf(samples).slice(0, 5));
  assert.notEqual(encodeRows(samples, inOrder, new ArrayBuffer(9)).byteLength, 9);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { spanOf } from "./file-range.ts";

const FILE = { bytes: 10, etag: 3 };
const span = (range: string, version?: string) =>
  spanOf({ range, ...(version !== undefined && { "if-range": version }) }, FILE);

test("a range of bytes begins, ends, or is the last of them", () => {
  assert.deepEqual(span("bytes=0-0"), { start: 0, end: 0 });
  assert.deepEqual(span("bytes=2-5"), { start: 2, end: 5 });
  assert.deepEqual(span("bytes=2-"), { start: 2, end: 9 });
  assert.deepEqual(span("bytes=-3"), { start: 7, end: 9 });
  assert.deepEqual(span("bytes=5-99"), { start: 5, end: 9 });
  assert.deepEqual(span("bytes=-99"), { start: 0, end: 9 });
});

test("what the file does not have is none, what is no range is the whole file", () => {
  for (const range of ["bytes=10-", "bytes=10-12", "bytes=-0"]) assert.equal(span(range), "none");
  assert.equal(spanOf({ range: "bytes=0-" }, { bytes: 0, etag: 0 }), "none");
  for (const range of ["", "bytes=-", "bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=a-b"]) {
    assert.equal(span(range), undefined, range);
  }
});

test("of another version than the caller has the whole file is wanted", () => {
  assert.deepEqual(span("bytes=2-5", '"3"'), { start: 2, end: 5 });
  assert.equal(span("bytes=2-5", '"2"'), undefined);
});

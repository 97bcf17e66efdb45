import assert from "node:assert/strict";
import { test } from "node:test";
import { chunksOf } from "./chunks.ts";
import { boundaryOf, partsOf } from "./multipart.ts";

const texts = (body: string, boundary = "b") =>
  partsOf(Buffer.from(body), boundary).map(({ headers, content }) => [
    ...headers.values(),
    content.toString(),
  ]);

test("parts are read with CRLF and with LF, and keep every byte that is theirs", () => {
  const crlf = "--b\r\nContent-Type: a\r\n\r\none\r\n\r\n--b\r\n\r\ntwo\r\n--b--\r\n";
  assert.deepEqual(texts(crlf), [["a", "one\r\n"], ["two"]]);
  const lf = "--b\nContent-Type:a\n\none\n\n--b\n\ntwo\n--b--\n";
  assert.deepEqual(texts(lf), [["a", "one\n"], ["two"]]);
  const bytes = Buffer.concat([
    Buffer.from("--b\n\n"),
    Buffer.from([0, 255, 13, 10, 7]),
    Buffer.from("\n--b--"),
  ]);
  assert.deepEqual(partsOf(bytes, "b")[0]?.content, Buffer.from([0, 255, 13, 10, 7]));
});

test("a preamble, a stray line end and a missing last delimiter do no harm", () => {
  assert.deepEqual(texts("preamble\r\n--b\n\none\n\r\n--b--\nepilogue"), [["one\n"]]);
  assert.deepEqual(texts("--b\n\none"), [["one"]]);
  assert.deepEqual(texts("--b\n\none --b in text\n--bc\nstill\n--b--"), [
    ["one --b in text\n--bc\nstill"],
  ]);
  assert.deepEqual(texts(""), []);
  assert.deepEqual(texts("--b--"), []);
});

test("a content type names its boundary, quoted or bare", () => {
  assert.equal(boundaryOf("multipart/mixed; boundary=abc"), "abc");
  assert.equal(boundaryOf('multipart/related;charset=x; BOUNDARY="a b"'), "a b");
  assert.equal(boundaryOf("application/json; boundary=abc"), undefined);
});

test("an array is cut between its elements, and numbers stay as they were written", () => {
  const text = '[ {"a":"],[\\"","b":[1,2]} ,9007199254740993, "x,y" ]';
  assert.deepEqual(chunksOf(text, 1), [
    ' {"a":"],[\\"","b":[1,2]} ',
    "9007199254740993",
    ' "x,y" ',
  ]);
  assert.equal(chunksOf(text, 1_000)?.length, 1);
  assert.deepEqual(chunksOf("[]", 10), []);
  assert.equal(chunksOf('{"a":1}', 10), undefined);
});

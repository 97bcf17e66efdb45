import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExactJson } from "./exact-json.ts";
import { readExactJson } from "./read-json.ts";

function read(text: string) {
  const json = readExactJson(Buffer.from(text), { bytes: 1_024, depth: 8 }, { warning() {} });
  return json.ok ? json.value : json.problem.code;
}

test("an integer of more than 15 digits keeps them all, however deep it lies", () => {
  const text = '{"a":[{"b":9007199254740993}],"c":-9223372036854775808,"d":[1,[1234567890123456]]}';
  assert.deepEqual(read(text), {
    a: [{ b: 9_007_199_254_740_993n }],
    c: -9_223_372_036_854_775_808n,
    d: [1, [1_234_567_890_123_456n]],
  });
  assert.equal(read("9007199254740993"), 9_007_199_254_740_993n);
});

test("everything else is what it was, digits in texts and keys too", () => {
  const text =
    '{"9007199254740993":"9007199254740993","e":1e25,"f":1234567890123456.5,"g":0.12345678901234567,' +
    '"h":"\\\\","i":"\\" 9007199254740993","j":9007199254740993,"10":2,"__proto":true}';
  assert.deepEqual(read(text), {
    ...JSON.parse(text),
    j: 9_007_199_254_740_993n,
  });
});

test("oddities that pass elsewhere pass here, in the digits of a text too", () => {
  const json = '\ufeff{"a": 9007199254740993, "b": "\\u0039007199254740993",}\0';
  assert.deepEqual(read(json), { a: 9_007_199_254_740_993n, b: "9007199254740993" });
});

test("what is no JSON does not become good by its long integers", () => {
  const long = "9007199254740993";
  const bad = [`{${long}:1}`, `{"a":0${long}}`, `[${long} 1]`, `[.${long}]`, `[0x${long}]`];
  for (const text of bad) assert.equal(read(text), "E_JSON", text);
});

test("a text that an escape begins with half a character stays a text", () => {
  const json = parseExactJson('["\\udc009007199254740993", 9007199254740993]', 8);
  assert.deepEqual(json, ["\ufffd9007199254740993", 9_007_199_254_740_993n]);
});

test("what nests deeper than the limit is refused with long integers too", () => {
  const text = `${"[".repeat(100)}9007199254740993${"]".repeat(100)}`;
  assert.equal(read(text), "E_DEPTH");
});

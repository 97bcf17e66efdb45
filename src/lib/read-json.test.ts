import assert from "node:assert/strict";
import { test } from "node:test";
import { chances } from "./chance.ts";
import { encodeJson, type Json, parseJson } from "./json.ts";
import { readJson } from "./read-json.ts";

const LIMITS = { bytes: 1024, depth: 8 };

test("good JSON is read as it is, without a warning", () => {
  assert.deepEqual(read('{"a":[1,true,null,"é"],"b":{"c":-1.5e3}}'), {
    json: { a: [1, true, null, "é"], b: { c: -1500 } },
    warnings: [],
  });
});

test("a trailing comma, as in the specifications' own examples, passes with a warning", () => {
  assert.deepEqual(read('{"mode": 0,\n}'), { json: { mode: 0 }, warnings: ["W_TRAILING_COMMA"] });
  assert.deepEqual(read('[{"a,}":",]",},2,]'), {
    json: [{ "a,}": ",]" }, 2],
    warnings: ["W_TRAILING_COMMA"],
  });
});

test("a byte order mark and a trailing NUL pass with a warning", () => {
  assert.deepEqual(read('\uFEFF{"a":1}\0\0\n'), {
    json: { a: 1 },
    warnings: ["W_BOM", "W_TRAILING_NUL"],
  });
});

test("a letter that only begins like a byte order mark is no byte order mark", () => {
  assert.deepEqual(read("\uFF01"), { fault: "E_JSON" });
});

test("what else is not JSON is refused, and the fault says where", () => {
  for (const text of ["", "{", "{'a':1}", "{a:1}", "// c\n{}", "[1,,2]", "[,]", "[NaN]", "[01]"]) {
    assert.deepEqual(read(text), { fault: "E_JSON" }, text);
  }
  const refused = readJson(encodeText('{"a": nope}'), LIMITS, { warning() {} });
  assert.deepEqual(refused, {
    ok: false,
    problem: { code: "E_JSON", detail: "offset 6: invalid symbol" },
  });
});

test("a comment does not become good by a trailing comma beside it", () => {
  assert.deepEqual(read('{"a":1,/* c */}'), { fault: "E_JSON" });
});

test("bytes that are not UTF-8 are refused", () => {
  assert.deepEqual(readBytes(Uint8Array.of(0x22, 0xc3, 0x28, 0x22)), { fault: "E_UTF8" });
});

test("more bytes than the limit are not looked at", () => {
  assert.deepEqual(read(`"${"x".repeat(1022)}"`).fault, undefined);
  assert.deepEqual(read(`"${"x".repeat(1023)}"`), { fault: "E_SIZE" });
});

test("what nests deeper than the limit is refused, valid or not", () => {
  const nested = (depth: number) => `${"[".repeat(depth)}1${"]".repeat(depth)}`;
  assert.equal(read(nested(8)).fault, undefined);
  assert.deepEqual(read(nested(9)), { fault: "E_DEPTH" });
  assert.deepEqual(read("[".repeat(1000)), { fault: "E_DEPTH" });
  assert.deepEqual(read(`"\n${"[".repeat(1000)}`), { fault: "E_DEPTH" });
  assert.equal(read(`[${"[1],".repeat(20)}"[[[[[[[[["]`).fault, undefined);
});

test("keys that reach an object's prototype are dropped, however they are spelt", () => {
  const warnings = ["W_KEY_DROPPED"];
  assert.deepEqual(read('{"a":{"__proto__":{"b":1}}}'), { json: { a: {} }, warnings });
  assert.deepEqual(read('{"__\\u0070roto__":1}'), { json: {}, warnings });
  assert.deepEqual(read('[{"constructor":1,"c":2}]'), { json: [{ c: 2 }], warnings });
  assert.deepEqual(read('{"__proto__":{"b":1},}'), {
    json: {},
    warnings: ["W_TRAILING_COMMA", ...warnings],
  });
  assert.deepEqual(read('["constructor"]'), { json: ["constructor"], warnings: [] });
});

test("of a key given twice the last wins, and the tolerant reader says so", () => {
  assert.deepEqual(read('{"a":1,"a":2,}'), {
    json: { a: 2 },
    warnings: ["W_TRAILING_COMMA", "W_DUPLICATE_KEY"],
  });
});

test("what is written is read back", () => {
  const json = { "": [0, -0.5, "\u0000\u{1F600}"], nested: { deep: [[], {}] } };
  assert.deepEqual(readBytes(encodeJson(json)), { json, warnings: [] });
});

test("of 20,000 broken texts none reads as other than JSON.parse, but for its trailing commas", () => {
  const example = '{"a":[1,-2.5e3,"x,]\\n\\u00e9"],"b":{"c":null,"d":[{},[]]},"e":true}';
  const chance = chances(20221201);
  const pick = (text: string) => text.charAt(Math.floor(chance() * text.length));
  let tolerated = 0;
  for (let round = 0; round < 20_000; round += 1) {
    let text = example;
    for (let strike = 0; strike < 1 + 3 * chance(); strike += 1) {
      const at = Math.floor(chance() * text.length);
      text = text.slice(0, at) + pick(',,,]}[{":\\ 1x\n\0') + text.slice(at + Math.round(chance()));
    }
    const strict = parseJson(text);
    const found = read(text);
    if (strict !== undefined) assert.deepEqual(found, { json: strict, warnings: [] }, text);
    else if (!found.fault) {
      assert.ok(/,\s*[\]}]|\0[\0\s]*$/.test(text), text);
      tolerated += 1;
    }
  }
  assert.ok(tolerated > 10, `${tolerated}`);
});

type Read = { json?: Json; warnings?: string[]; fault?: string };

function read(text: string): Read {
  return readBytes(encodeText(text));
}

function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function readBytes(bytes: Uint8Array): Read {
  const warnings: string[] = [];
  const result = readJson(bytes, LIMITS, { warning: (code) => warnings.push(code) });
  return result.ok ? { json: result.value, warnings } : { fault: result.problem.code };
}

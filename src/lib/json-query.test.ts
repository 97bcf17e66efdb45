import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExactJson } from "./json.ts";
import { compileJsonQuery } from "./json-query.ts";

/** In the manner of Siemens' page on custom topics, whose expression has the form of the first below. */
const PLANT = {
  machines: [
    {
      id: "m1",
      sources: [
        {
          items: [
            { Key: "moisture", Values: [11.5, 12.5] },
            { Key: "heat", Values: [80] },
          ],
        },
      ],
    },
    { id: "m2", sources: [{ items: [{ Key: "moisture", Values: [9] }] }, { items: [] }] },
  ],
  count: 9007199254740993n,
  nested: { "a name": { deep: [1, [2, [3]]] }, empty: "", none: null, zero: 0 },
  rows: [
    { v: 1, ok: true },
    { v: 2, ok: false },
    { v: 3, ok: true },
  ],
};

function find(expression: string, json: ExactJson = PLANT): ExactJson {
  const query = compileJsonQuery(expression);
  assert.ok(query.ok, query.ok ? "" : `${expression}: ${query.problem}`);
  return query.value(json);
}

const CASES: readonly [string, ExactJson][] = [
  ["machines[].sources[].items[?Key == 'moisture'].Values[][0]", [11.5, 9]],
  ["machines[].sources[].items[?Key == 'moisture'].Values[]", [[11.5, 12.5], [9]]],
  ["machines[].sources[].items[?Key == 'moisture'].Values[] | []", [11.5, 12.5, 9]],
  ["machines[0].id", "m1"],
  ["machines[-1].id", "m2"],
  ["machines[7].id", null],
  ["machines[*].id", ["m1", "m2"]],
  ["machines[*].sources[0].items[0].Key", ["moisture", "moisture"]],
  ["machines[?id == 'm2'] | [0].id", "m2"],
  ["count", 9007199254740993n],
  ['nested."a name".deep[]', [1, 2, [3]]],
  ["nested.none", null],
  ["nested.constructor", null],
  ["nested.zero && 'there'", "there"],
  ["nested.empty || 'other'", "other"],
  ["missing.field[0].of[*].nothing", null],
  ["rows[?ok].v", [1, 3]],
  ["rows[?!ok].v", [2]],
  ["rows[?v > `1` && v <= `3`].v", [2, 3]],
  ["rows[?(v < `2` || v >= `3`) && ok != `false`].v", [1, 3]],
  ["rows[?v > 'text'].v", []],
  ["rows[*] | [-1].v", 3],
  ["@.rows[1].v", 2],
  ['rows[?@ == `{"ok": false, "v": 2}`].v', [2]],
  ["machines[?sources[0].items[0].Values == `[9]`].id", ["m2"]],
];

test("an expression finds what JMESPath's specification says", () => {
  for (const [expression, expected] of CASES) {
    assert.deepEqual(find(expression), expected, expression);
  }
});

test("the list itself may be what is asked", () => {
  assert.deepEqual(find("[].v", [{ v: 1 }, { w: 2 }, { v: 3 }]), [1, 3]);
  assert.equal(find("[1]", ["a", "b"]), "b");
  assert.deepEqual(find("[?@ > `1`]", [1, 2]), [2]);
});

test("what is no expression is refused with its place", () => {
  for (const [expression, reason] of [
    ["", /the end is not expected at character 1/],
    ["a.", /the end is not expected at character 3/],
    ["a b", /b is not expected at character 3/],
    ["a[", /the end is not expected/],
    ["a[0:2]", /: is not known at character 4/],
    ["a.*", /\* is not expected/],
    ["[a, b]", /, is not known/],
    ["{a: b}", /\{ is not known/],
    ["length(a)", /functions are not known here: length/],
    ["a[?b == `{`]", /is not expected/],
    ["a $ b", /\$ is not known at character 3/],
    ["'open", /' is not known at character 1/],
  ] as const) {
    const query = compileJsonQuery(expression);
    assert.equal(query.ok, false, expression);
    assert.match(query.ok ? "" : query.problem, reason, expression);
  }
});

test("no noise makes it throw", () => {
  const parts = [
    "a",
    ".",
    "[",
    "]",
    "[]",
    "[?",
    "|",
    "||",
    "&&",
    "==",
    "@",
    "'x'",
    "`1`",
    "0",
    "(",
  ];
  for (let seed = 1; seed < 3_000; seed += 1) {
    const words = Array.from({ length: seed % 9 }, (_, index) => parts[(seed * (index + 7)) % 15]);
    const query = compileJsonQuery(words.join(""));
    if (query.ok) query.value(PLANT);
    else assert.notEqual(query.problem, "");
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { DataType } from "./catalogue.ts";
import { coerce, isWithin, roundedFrom } from "./coerce.ts";
import type { Value } from "./reading.ts";

const REFUSED = Symbol("refused");
type Row = readonly [given: Value | null, type: DataType, kept: Value | null | typeof REFUSED];

function check(rows: readonly Row[]): void {
  for (const [given, type, kept] of rows) {
    const outcome = coerce(given, type);
    const found = outcome.ok ? outcome.value : REFUSED;
    assert.ok(Object.is(found, kept), `${String(given)} as ${type} gave ${String(found)}`);
  }
}

test("a number is read from a text, whichever way it is printed", () => {
  check([
    [605, "number", 605],
    ["605", "number", 605],
    ["1.3", "number", 1.3],
    ["  21.50", "number", 21.5],
    ["-4.", "number", -4],
    [".5", "number", 0.5],
    ["6e2", "number", 600],
    ["1.3 bar", "number", REFUSED],
    ["1,3", "number", REFUSED],
    ["0x10", "number", REFUSED],
    ["1e999", "number", REFUSED],
    ["Infinity", "number", REFUSED],
    [Number.POSITIVE_INFINITY, "number", REFUSED], // what JSON.parse makes of 1e999
    [true, "number", REFUSED],
  ]);
});

test("an integer has no fraction, no exponent and no other base", () => {
  check([
    [605, "integer", 605],
    ["605", "integer", 605],
    ["-87", "integer", -87],
    ["+87", "integer", 87],
    [605.5, "integer", REFUSED],
    ["605.0", "integer", REFUSED],
    ["0x10", "integer", REFUSED],
    ["6e2", "integer", REFUSED],
    [true, "integer", REFUSED],
  ]);
});

test("an integer of up to 64 bits is kept to its last digit", () => {
  check([
    ["9223372036854775807", "integer", 2n ** 63n - 1n],
    ["-9223372036854775808", "integer", -(2n ** 63n)],
    [2n ** 53n + 1n, "integer", 2n ** 53n + 1n],
    ["9007199254740991", "integer", 2 ** 53 - 1],
    ["0000000000000000000007", "integer", 7],
    ["9223372036854775808", "integer", REFUSED],
    [2n ** 64n, "integer", REFUSED],
    [2n ** 53n + 1n, "number", 2 ** 53],
    [2n ** 53n + 1n, "string", "9007199254740993"],
    [2n ** 53n + 1n, "boolean", REFUSED],
  ]);
});

test("an integer that a number cannot hold is told apart from one that it can", () => {
  const doubles = [2n ** 53n, 2n ** 60n, "1e19", "12345678901234567000", 0.5, "605", null, true];
  for (const said of doubles) {
    const read = coerce(said, "number");
    if (read.ok) assert.equal(roundedFrom(said, read.value), undefined, String(said));
  }
  for (const said of [
    2n ** 53n + 1n,
    -(2n ** 63n) + 1n,
    " 9007199254740993",
    "+9007199254740993",
  ]) {
    const read = coerce(said, "number");
    assert.ok(read.ok);
    assert.equal(roundedFrom(said, read.value), BigInt(said), String(said));
  }
  assert.ok(!coerce(10n ** 400n, "number").ok, "it is no infinity");
});

test("no value stays none and never becomes 0", () => {
  check([
    ["", "number", null],
    [" ", "integer", null],
    ["", "boolean", null],
    ["nan", "number", null],
    ["NaN", "integer", null],
    [null, "number", null],
    [null, "string", null],
    ["", "string", ""],
  ]);
});

test("true and false are read in any case, and as 1 and 0", () => {
  check([
    ["true", "boolean", true],
    ["FALSE", "boolean", false],
    [true, "boolean", true],
    [1, "boolean", true],
    [0, "boolean", false],
    [2, "boolean", REFUSED],
    ["yes", "boolean", REFUSED],
  ]);
});

test("anything has a text", () => {
  check([
    ["open", "string", "open"],
    [605, "string", "605"],
    [false, "string", "false"],
  ]);
});

test("a refusal names what was found, shortened, and what was expected", () => {
  assert.deepEqual(coerce("0x10", "integer"), {
    ok: false,
    problem: 'found "0x10", expected an integer',
  });
  const long = coerce("x".repeat(1000), "number");
  assert.ok(!long.ok && long.problem.length < 80);
});

test("what needs more than 32 bits does not fit a variable of 32", () => {
  assert.ok(isWithin(2 ** 31 - 1, { int32: true }) && isWithin(null, { int32: true }));
  assert.ok(!isWithin(2 ** 31, { int32: true }) && !isWithin(2n ** 60n, { int32: true }));
  assert.ok(isWithin(2n ** 60n, {}));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { compileSchema } from "./schema.ts";

const ledRing = {
  type: "object",
  properties: {
    colors: { type: "array", items: { type: "string", pattern: "^#[0-9a-f]{6}$" } },
    duration: { type: "number", minimum: 0 },
    mode: { enum: ["steady", "blink"] },
    until: { type: "string", format: "date-time" },
  },
  required: ["duration"],
  additionalProperties: false,
};

function told(value: unknown): string | undefined {
  const checked = compileSchema(ledRing)(value);
  return checked.ok ? undefined : checked.problem;
}

test("what fits the schema passes", () => {
  assert.equal(
    told({ duration: 0, colors: ["#ff0000"], until: "2026-02-28T12:00:00Z" }),
    undefined,
  );
});

test("what does not fit is told with its place", () => {
  assert.equal(told({ duration: -1 }), "/duration must be >= 0");
  assert.equal(
    told({ duration: 1, colors: ["#ff0000", "red"] }),
    '/colors/1 must match pattern "^#[0-9a-f]{6}$"',
  );
  assert.equal(told({}), "must have required property 'duration'");
  assert.equal(told({ duration: 1, "__proto__ ": 1 }), "must not have '__proto__ '");
  assert.equal(told({ duration: 1, mode: "off" }), '/mode must be one of ["steady","blink"]');
  assert.equal(told(null), "must be object");
});

test("every place that is wrong is told, each once", () => {
  assert.equal(
    told({ duration: "x", colors: "red" }),
    "/colors must be array; /duration must be number",
  );
});

test("a date-time is one of RFC 3339 that exists", () => {
  for (const until of ["2026-13-01T00:00:00Z", "yesterday", "2026-01-01", "2026-01-01T00:00:00"]) {
    assert.equal(told({ duration: 1, until }), '/until must match format "date-time"');
  }
});

test("an own __proto__ is an additional property like any other", () => {
  assert.equal(told(JSON.parse('{"duration":1,"__proto__":{}}')), "must not have '__proto__'");
});

test("equal schemas share one check, a wrong schema throws", () => {
  assert.equal(compileSchema(ledRing), compileSchema(structuredClone(ledRing)));
  assert.throws(() => compileSchema({ type: "nonsense" }), /schema is invalid/);
});

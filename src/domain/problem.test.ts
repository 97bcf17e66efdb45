import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PROBLEMS } from "./problem.ts";

const documented = readFileSync(new URL("../../docs/problems.md", import.meta.url), "utf8");
const rows = [...documented.matchAll(/^\| `(\w+)` \| (\d+) \| (.+?) \| (.*?) \|$/gm)];

test("docs/problems.md lists every problem with its status and meaning, and no other", () => {
  const known = Object.entries(PROBLEMS).map(([code, { status, meaning }]) => ({
    code,
    status,
    meaning,
  }));
  const listed = rows.map(([, code, status, meaning]) => ({
    code,
    status: Number(status),
    meaning,
  }));
  assert.deepEqual(listed, known);
});

test("for every problem there is something that a person can do", () => {
  for (const [, code = "", , , advice = ""] of rows) assert.match(advice, /\w.*\./, code);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonLog } from "./log.ts";

function written(level: "debug" | "warn") {
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    level,
    () => Date.UTC(2026, 0, 2),
  );
  return { log, lines };
}

test("one happening is one line of JSON: when, how grave, where, what, and its fields", () => {
  const { log, lines } = written("debug");
  log.child("broker").info("client refused", { clientId: "a\nb\u2028", code: 5 });
  assert.deepEqual(lines, [
    '{"at":"2026-01-02T00:00:00.000Z","level":"info","room":"broker","text":"client refused",' +
      '"clientId":"a\\nb\u2028","code":5}\n',
  ]);
});

test("what is below the threshold is not written", () => {
  const { log, lines } = written("warn");
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).text),
    ["c", "d"],
  );
});

test("no field takes the place of the text, and what JSON does not know is still readable", () => {
  const { log, lines } = written("debug");
  log.error("it failed", {
    text: "other",
    level: "info",
    reason: new Error("full"),
    size: 2n ** 64n,
  });
  assert.deepEqual(JSON.parse(lines[0] ?? ""), {
    at: "2026-01-02T00:00:00.000Z",
    level: "error",
    text: "it failed",
    reason: "Error: full",
    size: "18446744073709551616",
  });
});

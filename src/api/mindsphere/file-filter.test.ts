import assert from "node:assert/strict";
import { test } from "node:test";
import { fileTestOf } from "./file-filter.ts";

const FILES = [
  { name: "a.txt", path: "", timestamp: "2026-01-01T00:00:00.000Z" },
  { name: "b.txt", path: "logs/pump/", timestamp: "2026-01-02T00:00:00.000Z" },
  { name: "b 2.log", path: "logs/", timestamp: "2026-01-03T00:00:00.000Z" },
];

function found(filter: string): string {
  const outcome = fileTestOf(filter);
  if (!outcome.ok) return outcome.problem.code;
  return FILES.filter(outcome.value)
    .map(({ name }) => name)
    .join();
}

test("the command line asks for one file by its name and folder", () => {
  assert.equal(found("name eq a.txt"), "a.txt");
  assert.equal(found("name eq b.txt and path eq logs/pump/"), "b.txt");
  assert.equal(found("name eq b.txt and path eq /logs/pump"), "b.txt");
  assert.equal(found("name eq b.txt and path eq logs"), "");
  assert.equal(found("name = b 2.log"), "b 2.log");
});

test("a star stands for anything", () => {
  assert.equal(found("path=logs*"), "b.txt,b 2.log");
  assert.equal(found("name eq *.txt"), "a.txt,b.txt");
  assert.equal(found("name=b*2*g"), "b 2.log");
  assert.equal(found("name=a.txt*a.txt"), "");
});

test("files are found by when they changed", () => {
  assert.equal(found("timestamp gt 2026-01-01T00:00:00Z"), "b.txt,b 2.log");
  assert.equal(
    found("timestamp>=2026-01-02T00:00:00Z and timestamp<2026-01-03T00:00:00Z"),
    "b.txt",
  );
  assert.equal(found("timestamp lte 2026-01-01T00:00:00Z"), "a.txt");
  assert.equal(found("timestamp = 2026-01-01T01:00:00+01:00"), "a.txt");
});

test("what is not understood lets nothing through", () => {
  for (const filter of [
    "size gt 5",
    "name",
    "name eq",
    "name gt a",
    "name neq a",
    "x",
    "timestamp eq now",
  ]) {
    assert.equal(found(filter), "request_invalid", filter);
  }
});

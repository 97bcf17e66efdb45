import assert from "node:assert/strict";
import { test } from "node:test";
import { Repeated } from "./repeated.ts";

test("each short text is read once, and what comes in between does not change it", () => {
  const read: string[] = [];
  const lengths = new Repeated((text) => read.push(text) && text.length);
  const long = "x".repeat(1_000);
  const said = ["one", "one", "two", "one", "", long, "three", long, "ö", "ö"];
  const given = said.map((text) =>
    lengths.at(Buffer.from(`-${text}`), 1, Buffer.byteLength(text) + 1),
  );
  assert.deepEqual(
    given,
    said.map((text) => text.length),
  );
  assert.deepEqual(read, ["one", "two", "", long, "three", long, "ö"]);
});

test("what cannot be read is an error each time, and nothing is known of it", () => {
  const never = new Repeated(() => {
    throw new Error("no");
  });
  for (let round = 0; round < 2; round += 1) assert.throws(() => never.at(Buffer.from("a"), 0, 1));
});

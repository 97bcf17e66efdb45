import assert from "node:assert/strict";
import { test } from "node:test";
import { diskFiles } from "./files.ts";
import { promptFiles } from "./prompt-files.ts";

test("a disk that answers at once is waited for, a slow one is left to another thread", async () => {
  let tookMs = 0.1;
  let now = 0;
  const asked: string[] = [];
  const files = promptFiles(
    {
      ...diskFiles,
      syncContents() {
        now += tookMs;
        asked.push("here");
      },
      async sync() {
        asked.push("elsewhere");
      },
    },
    () => now,
  );
  for (let turn = 0; turn < 3; turn += 1) await files.sync(1);
  assert.deepEqual(asked.splice(0), ["here", "here", "here"]);
  tookMs = 5;
  for (let turn = 0; turn < 7; turn += 1) await files.sync(1);
  const once = ["here", "elsewhere"];
  assert.deepEqual(asked.splice(0), [
    ...once,
    "here",
    "elsewhere",
    "elsewhere",
    "here",
    "elsewhere",
  ]);
  for (let turn = 0; turn < 10_000; turn += 1) await files.sync(1);
  const tried = asked.splice(0).filter((where) => where === "here").length;
  assert.ok(tried >= 99 && tried < 110, `it is tried again once in a hundred: ${tried}`);
  tookMs = 0.1;
  for (let turn = 0; turn < 102; turn += 1) await files.sync(1);
  asked.splice(0);
  tookMs = 5;
  for (let turn = 0; turn < 3; turn += 1) await files.sync(1);
  assert.deepEqual(asked, ["here", "elsewhere", "here"], "one that was slow once is forgiven");
});

test("what the disk refuses is refused in either way", async () => {
  let now = 0;
  const fail = () => {
    now += 5;
    throw new Error("EIO");
  };
  const files = promptFiles(
    { ...diskFiles, syncContents: fail, sync: async () => fail() },
    () => now,
  );
  for (let turn = 0; turn < 3; turn += 1) await assert.rejects(files.sync(1), /EIO/);
});

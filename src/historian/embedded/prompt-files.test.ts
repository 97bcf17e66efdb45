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
  for (let turn = 0; turn < 102; turn += 1) await files.sync(1);
  assert.equal(asked.filter((where) => where === "here").length, 2, "it is tried again");
  assert.equal(asked.filter((where) => where === "elsewhere").length, 100);
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

// From the first buffer on that a thread transfers, V8 asks at each access to any typed array whether
// its memory is still there. The history's threads do little else than such accesses: what crosses
// between them is copied, or lies in memory that both have.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { inFolder } from "../src/historian/tale.ts";
import { ownProgram } from "./own-program.ts";

const PROGRAM = ownProgram(import.meta.url, "what-crosses");
/** What V8 says when a thread transfers its first buffer. */
const TRANSFERRED = /ArrayBufferDetaching/;

for (const profile of ["server", "gateway"] as const) {
  test(`a ${profile}'s history transfers nothing between its threads`, () =>
    inFolder(async (folder) => {
      const said = await whatCrosses(folder, profile);
      assert.match(said, /all was asked/);
      assert.doesNotMatch(said, TRANSFERRED);
    }));
}

test("a thread that does transfer something is seen here", () =>
  inFolder(async (folder) => {
    assert.match(await whatCrosses(folder, "server", "transfer"), TRANSFERRED);
  }));

async function whatCrosses(folder: string, ...wishes: readonly string[]): Promise<string> {
  const program = [...PROGRAM, join(folder, "live"), ...wishes];
  const { stdout } = await promisify(execFile)(process.execPath, program);
  return stdout;
}

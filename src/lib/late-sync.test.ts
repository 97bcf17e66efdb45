import assert from "node:assert/strict";
import { test } from "node:test";
import { LateSync } from "./late-sync.ts";

test("nobody waits, and what was written meanwhile goes with the next sync", async () => {
  const disk = new Disk();
  const late = new LateSync(disk.sync);
  await late.ask("a");
  await late.ask("a");
  await late.ask("a");
  assert.deepEqual(disk.begun, ["a"]);
  await disk.answer();
  assert.deepEqual(disk.begun, ["a", "a"], "two more writes, one more sync");
  await disk.answer();
  assert.equal(late.forget("a"), false);
  assert.deepEqual(disk.begun, ["a", "a"]);
});

test("a file is not whole on the disk while a sync is due, under way or has failed", async () => {
  const disk = new Disk();
  const late = new LateSync(disk.sync);
  await late.ask("a");
  await late.ask("b");
  assert.ok(late.forget("b"), "due");
  assert.ok(late.forget("a"), "under way");
  await disk.answer();
  assert.deepEqual(disk.begun, ["a"], "b is closed: it is not asked for any more");

  await late.ask("c");
  await disk.answer(new Error("no disk"));
  await assert.rejects(late.ask("c"), /no disk/);
  assert.ok(late.forget("c"), "failed");
  await late.ask("c");
  assert.deepEqual(disk.begun, ["a", "c", "c"], "another file of the same name begins anew");
});

class Disk {
  readonly begun: string[] = [];
  #settle: ((failed?: Error) => void)[] = [];

  readonly sync = (file: string): Promise<void> => {
    this.begun.push(file);
    return new Promise((resolve, reject) => {
      this.#settle.push((failed) => (failed ? reject(failed) : resolve()));
    });
  };

  async answer(failed?: Error): Promise<void> {
    this.#settle.shift()?.(failed);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

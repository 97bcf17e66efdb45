import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, afterEach, beforeEach, test } from "node:test";
import type { Timestamp } from "../domain/brand.ts";
import { THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { KeptFile } from "../domain/records.ts";
import { silentLog } from "../lib/log.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";
import { type Files, openFiles } from "./file.ts";

const root = mkdtempSync(join(tmpdir(), "fieldline-files-"));
const LOG = { subject: "device:1", path: "Daily Execution Log : 1f", by: THE_HOUSE };
let folders = 0;
let now = 1_000;
let folder: string;
let store: Store;
let files: Files;

beforeEach(async () => {
  folders += 1;
  folder = join(root, String(folders));
  const opened = await openSqliteStore({ file: `${folder}.db` }, { log: silentLog });
  assert.ok(opened.ok);
  store = opened.value;
  files = await open();
});
afterEach(() => store.close());
after(() => rmSync(root, { recursive: true }));

test("a file comes back as it was handed in, also after a restart", async () => {
  const { id } = await put("hello", { type: "text/plain", madeAt: 5 as Timestamp });
  const again = await open();
  const [file] = await again.list("device:1");
  assert.ok(file);
  assert.deepEqual(file, {
    ...{ id, ...LOG, type: "text/plain", description: "", bytes: 5, madeAt: 5 },
    ...{ createdAt: 1_000, updatedAt: 1_000, etag: 0 },
  });
  assert.equal(await text(again.read(file)), "hello");
});

test("the same name again is the same file with another content", async () => {
  const first = await put("hello");
  const reader = files.read(first);
  await new Promise((resolve) => reader.once("open", resolve));
  now = 2_000;
  const second = await put("good bye");
  assert.equal(await text(reader), "hello");
  assert.equal(second.etag, 1);
  assert.deepEqual([second.createdAt, second.updatedAt], [1_000, 2_000]);
  assert.deepEqual(await files.list("device:1"), [second]);
  assert.deepEqual(readdirSync(folder), [second.id]);
});

test("the same name elsewhere is another file", async () => {
  const [first, second] = [await put("1"), await put("2", { subject: "asset:1" })];
  assert.deepEqual(await files.find("device:1", LOG.path), first);
  assert.deepEqual(await files.find("asset:1", LOG.path), second);
});

test("what is removed leaves nothing behind", async () => {
  const file = await put("hello");
  await files.remove(file);
  assert.deepEqual([await files.get(file.id), readdirSync(folder)], [undefined, []]);
});

test("what a power cut left behind is swept away", async () => {
  const { id } = await put("hello");
  writeFileSync(join(folder, `${id}x.0f`), "half");
  await open();
  assert.deepEqual(readdirSync(folder), [id]);
});

test("a name that leads out of its place is refused", async () => {
  for (const path of ["", "..", "../a", "a/../b", "a//b", "/a", "a/", "a\\b", "a\nb", "."]) {
    const refused = await files.put({ ...LOG, path }, Buffer.from("x"));
    assert.ok(!refused.ok && refused.problem.code === "file_refused", path);
  }
  assert.ok((await files.put({ ...LOG, path: "a/b.c/..d" }, Buffer.from("x"))).ok);
});

test("a file that is too large is refused while it comes", async () => {
  let given = 0;
  async function* endless() {
    for (;;) {
      given += 1;
      yield new Uint8Array(LIMIT.fileBytes / 4);
    }
  }
  const refused = await files.put(LOG, endless());
  assert.ok(!refused.ok && refused.problem.code === "file_refused");
  assert.equal(given, 5);
  assert.deepEqual([readdirSync(folder), await files.list("device:1")], [[], []]);
});

function open(): Promise<Files> {
  return openFiles({ store, folder, now: () => now });
}

async function put(content: string, rest: Partial<typeof LOG & KeptFile> = {}): Promise<KeptFile> {
  const outcome = await files.put({ ...LOG, ...rest }, Buffer.from(content));
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.problem.detail);
  return outcome.value;
}

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readTarHeader, TAR_BLOCK, tarHeader, tarPadding } from "./tar.ts";

const hasTar = spawnSync("tar", ["--version"]).status === 0;

test("what a header says is read again, small and above 8 GiB", () => {
  for (const bytes of [0, 1, 511, 8 ** 11 - 1, 8 ** 11, 2 ** 45]) {
    const member = { name: "history/log/0000000001.log", bytes };
    assert.deepEqual(readTarHeader(tarHeader(member, 0)), member);
  }
  assert.equal(readTarHeader(Buffer.alloc(TAR_BLOCK)), undefined);
});

test("a header with a wrong bit is refused", () => {
  const block = tarHeader({ name: "a", bytes: 5 }, 0);
  block.writeUInt8(block.readUInt8(130) ^ 1, 130);
  assert.throws(() => readTarHeader(block), /not the header/);
});

test("the tar of the machine reads it", { skip: !hasTar }, () => {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-tar-"));
  const body = Buffer.from("twelve bytes");
  const large = tarHeader({ name: "large", bytes: 2 ** 34 }, 0);
  const member = tarHeader({ name: "a/b.txt", bytes: body.length }, Date.UTC(2026, 0, 2));
  const end = Buffer.alloc(tarPadding(body.length) + 2 * TAR_BLOCK);
  writeFileSync(join(folder, "one.tar"), Buffer.concat([member, body, end]));
  const listed = spawnSync("tar", ["-tvf", join(folder, "one.tar")], { env: { TZ: "UTC" } });
  assert.match(listed.stdout.toString(), /^-rw-------.* 12 2026-01-02 00:00 a\/b\.txt\n$/);
  assert.equal(listed.status, 0);
  writeFileSync(join(folder, "large.tar"), large);
  const size = spawnSync("tar", ["-tvf", join(folder, "large.tar")], { env: { TZ: "UTC" } });
  assert.match(size.stdout.toString(), / 17179869184 /);
  rmSync(folder, { recursive: true });
});

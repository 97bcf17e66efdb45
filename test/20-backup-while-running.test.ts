import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { MAIN, run } from "./command.ts";
import { hallPoint } from "./hall.ts";
import { House, until } from "./house.ts";

const START = Date.parse("2026-01-01T00:00:00Z");
const BATCH = 500;

const folder = mkdtempSync(join(tmpdir(), "fieldline-backup-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const house = await (await House.open()).signIn();
after(() => house.close());
const file = join(folder, "all.tar");
const restored = join(folder, "restored");

async function pushed(point: string, batch: number): Promise<void> {
  const samples = Array.from({ length: BATCH }, (_, index) => {
    const row = batch * BATCH + index;
    return { at: START + row * 1_000, value: (row * 7) % 101, toldAfterwards: row % 3 === 0 };
  });
  await house.call("POST", `/points/${point}/samples`, { samples });
}

const historyOf = (from: House, point: string) =>
  from.call("GET", `/points/${point}/history?from=${START}&to=${START + 1e9}`);

test("a backup of a running server has all that was acknowledged before it began", async () => {
  const point = await hallPoint(house);
  const token = (await house.call("POST", "/tokens", { name: "backup", role: "admin" })).token;
  let batches = 0;
  for (; batches < 40; batches += 1) await pushed(point, batches);
  const before = await historyOf(house, point);
  let isDone = false;
  const load = (async () => {
    for (; !isDone; batches += 1) await pushed(point, batches);
  })();
  const made = await run(["backup", file, "--url", house.url], { FIELDLINE_TOKEN: token });
  isDone = true;
  await load;
  assert.equal(made.status, 0, made.complained);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual((await house.call("GET", "/backups")).items, [], "it is here, not there");
  const later = await historyOf(house, point);

  const back = await run(["restore", file, "--data", restored]);
  assert.equal(back.status, 0, back.complained);
  const checked = await run(["check", "--data", restored]);
  assert.equal(checked.status, 0, checked.complained);
  const copy = await House.open([], restored);
  after(() => copy.stop());
  await copy.signIn();
  const kept = await historyOf(copy, point);
  const { length } = kept.at;
  assert.ok(length >= before.at.length && length <= later.at.length, `${length} samples`);
  for (const column of ["at", "value", "quality", "toldAfterwards"]) {
    assert.deepEqual(kept[column], later[column].slice(0, length));
  }
  assert.equal((await copy.call("GET", "/journal/verify")).brokenAt, null);
  const namesOf = async (from: House) =>
    (await from.call("GET", "/agents")).items.map(({ id, name }: { id: string; name: string }) => ({
      id,
      name,
    }));
  assert.deepEqual(await namesOf(copy), await namesOf(house));
  await copy.stop();
});

test("the server tells how far a backup is, and gives it to administrators", async () => {
  const { id } = await house.call("POST", "/backups");
  const done = await until("it is done", async () => {
    const [newest] = (await house.call("GET", "/backups")).items;
    return newest?.id === id && newest.state === "done" && newest;
  });
  const response = await house.request("GET", `/backups/${id}/file`);
  assert.equal((await response.arrayBuffer()).byteLength, done.bytes);
  await house.call("DELETE", `/backups/${id}`);
  assert.equal((await house.request("GET", `/backups/${id}/file`)).status, 404);
});

test("a folder that nobody has open is backed up without a server; one in use is not", async () => {
  const busy = await run(["backup", join(folder, "busy.tar"), "--data", house.folder]);
  assert.equal(busy.status, 2);
  assert.match(busy.complained, /^folder_in_use: .*FIELDLINE_TOKEN/);
  const closed = await run(["backup", join(folder, "closed.tar"), "--data", restored]);
  assert.equal(closed.status, 0, closed.complained);
  const again = join(folder, "again");
  assert.equal((await run(["restore", join(folder, "closed.tar"), "--data", again])).status, 0);
  for (const name of ["history/history.db", "fieldline.db"]) {
    assert.ok(readFileSync(join(again, name)).equals(readFileSync(join(restored, name))), name);
  }
});

test("a damaged backup is refused before anything is written, and so is a folder in use", async () => {
  const full = await run(["restore", file, "--data", restored]);
  assert.match(full.complained, /^folder_in_use: .*not empty/);
  for (const place of [600, Math.floor(statSync(file).size / 2)]) {
    const bad = join(folder, "bad.tar");
    cpSync(file, bad);
    const bytes = readFileSync(bad);
    bytes.writeUInt8(bytes.readUInt8(place) ^ 4, place);
    writeFileSync(bad, bytes);
    const refused = await run(["restore", bad, "--data", join(folder, "empty")]);
    assert.equal(refused.status, 2);
    assert.match(refused.complained, /^backup_damaged: .* is damaged/);
  }
  const cut = join(folder, "cut.tar");
  writeFileSync(cut, readFileSync(file).subarray(0, statSync(file).size - 8_192));
  assert.match((await run(["check", cut])).complained, /^backup_damaged: /);
  assert.equal((await run(["check", file])).status, 0);
});

test("a restore that was broken off is not taken for a data folder", () => {
  const folderOfPart = mkdtempSync(join(folder, "part"));
  writeFileSync(join(folderOfPart, "RESTORING"), "");
  const { status, stderr } = spawnSync(process.execPath, [MAIN, "server", "--data", folderOfPart]);
  assert.equal(status, 2);
  assert.match(stderr.toString(), /not restored to its end/);
});

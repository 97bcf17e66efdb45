import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { THE_HOUSE } from "../domain/event.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import { openJournal } from "../journal/journal.ts";
import { systemClock } from "../lib/clock.ts";
import { Closer } from "../lib/closer.ts";
import { silentLog } from "../lib/log.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import { ServerBackups } from "./backups.ts";

const data = mkdtempSync(join(tmpdir(), "fieldline-backups-"));
const closer = new Closer();
after(async () => {
  await closer.closeAll();
  rmSync(data, { recursive: true });
});
const log = silentLog;
const historian = await openEmbeddedHistorian({ folder: join(data, "history") }, { log });
const store = await openSqliteStore({ file: join(data, "fieldline.db") }, { log });
assert.ok(historian.ok && store.ok);
closer.add("historian", () => historian.value.close());
closer.add("store", () => store.value.close());
const journal = await openJournal({ store: store.value, clock: systemClock });
const clock = systemClock;
const disk = { left: Number.POSITIVE_INFINITY };
const rooms = { historian: historian.value, store: store.value, journal };

const codeOf = async (backups: ServerBackups) => {
  const started = await backups.start(THE_HOUSE);
  return started.ok ? "" : started.problem.code;
};

test("one is made at a time, and one that is stopped leaves nothing behind", async () => {
  const backups = new ServerBackups({ data, ...rooms, disk, clock, log });
  const [first, second] = await Promise.all([codeOf(backups), codeOf(backups)]);
  assert.deepEqual([first, second], ["", "backup_running"]);
  await backups.close();
  const names = readdirSync(join(data, "backups"));
  assert.ok(names.every((name) => name.endsWith(".tar")));
  assert.equal(await codeOf(backups), "backup_running", "a server that stops begins none");
});

test("a backup that has no room, or is one too many, is refused before it is written", async () => {
  const tight = new ServerBackups({ data, ...rooms, disk: { left: 1_000 }, clock, log });
  assert.equal(await codeOf(tight), "disk_full");
  for (let second = 10; second < 30; second += 1) {
    writeFileSync(join(data, "backups", `fieldline-20260101T0000${second}000Z.tar`), "");
  }
  const backups = new ServerBackups({ data, ...rooms, disk, clock, log });
  assert.equal(await codeOf(backups), "backup_limit");
  const [newest] = await backups.list();
  assert.ok(newest && (await backups.remove(newest.id, THE_HOUSE)).ok);
  const file = await backups.file(newest.id);
  assert.equal(!file.ok && file.problem.code, "backup_unknown");
});

test("a history that is not in files of this server is not backed up in part", async () => {
  const empty = mkdtempSync(join(tmpdir(), "fieldline-elsewhere-"));
  const backups = new ServerBackups({ ...rooms, data: empty, historian: {}, disk, clock, log });
  assert.equal(await codeOf(backups), "backup_unsupported");
  rmSync(empty, { recursive: true });
});

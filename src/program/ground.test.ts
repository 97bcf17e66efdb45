import assert from "node:assert/strict";
import {
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { allOf, batchOf, ramp, START } from "../historian/tale.ts";
import { Closer } from "../lib/closer.ts";
import { silentLog } from "../lib/log.ts";
import { asset, point } from "../store/example.ts";
import { type Config, readConfig } from "./config.ts";
import { openGround } from "./ground.ts";

for (const profile of ["server", "gateway"]) {
  test(`that the disk failed a ${profile}'s history, and that this is over, is in the journal`, () =>
    failsAndHeals(profile));
}

async function failsAndHeals(profile: string): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), "fieldline-ground-"));
  const closer = new Closer();
  const ground = await openGround(configOf(data, profile), silentLog, closer);
  assert.ok(ground.ok, JSON.stringify(ground));
  const { historian, journal } = ground.value;
  const told = async () => {
    const events = await journal.list({});
    return events.filter(({ kind }) => kind.startsWith("history."));
  };
  await historian.append(batchOf(ramp(100)));

  // A file that is not there can no more be synced than one on a disk that fails.
  const log = join(data, "history", "history.db-wal");
  renameSync(log, `${log}.elsewhere`);
  const range = { series: 1, from: START, to: START + 10 };
  await assert.rejects(historian.deleteRange(range), /the disk failed/);
  assert.match(historian.trouble ?? "", /the disk failed the history/);
  await historian.append(batchOf(ramp(120).slice(100)));
  renameSync(`${log}.elsewhere`, log);
  while (historian.trouble !== undefined || (await told()).length < 2) await setTimeout(20);

  const [failed, fine, ...others] = await told();
  assert.deepEqual(
    [failed?.kind, fine?.kind, others.length, failed?.actor, fine?.detail],
    ["history.failed", "history.fine", 0, fine?.actor, {}],
  );
  assert.match(String(failed?.detail["detail"]), /its log keeps what comes/);
  await historian.deleteRange(range);
  assert.deepEqual(await allOf(historian, 1), ramp(120).slice(10));
  await closer.closeAll();
  rmSync(data, { recursive: true });
}

test("that a history lost its database beside its log is told once, and the house is not well", async () => {
  const data = mkdtempSync(join(tmpdir(), "fieldline-ground-"));
  const first = await started(data);
  assert.deepEqual(first.reasons, []);
  await first.historian.append(batchOf(ramp(100)));
  // What memory held is in chunks behind a deletion, and its log is let go.
  await first.historian.deleteRange({ series: 1, from: START, to: START + 10 });
  await first.historian.append(batchOf(ramp(120).slice(100)));
  await first.close();

  for (const end of ["", "-wal", "-shm"]) {
    rmSync(join(data, "history", `history.db${end}`), { force: true });
  }
  const second = await started(data);
  assert.deepEqual(
    second.told.map(({ detail }) => detail),
    [{ places: 1, file: "history.db" }],
  );
  assert.match(second.reasons.join(), /history.db was gone at the start, with all that it held/);
  assert.match(second.reasons.join(), /stored samples are missing, places in its log: 1/);
  assert.deepEqual(await allOf(second.historian, 1), ramp(120).slice(100));
  await second.close();

  const third = await started(data);
  assert.equal(third.told.length, 1, "and not again by the next start");
  assert.deepEqual(third.reasons, []);
  assert.deepEqual(await allOf(third.historian, 1), ramp(120).slice(100));
  await third.close();
  rmSync(data, { recursive: true });
});

test("the same where nothing is in the log behind what the database held", async () => {
  const data = mkdtempSync(join(tmpdir(), "fieldline-ground-"));
  const first = await started(data);
  assert.deepEqual(first.reasons, []);
  await first.close();
  const history = join(data, "history");
  truncateSync(join(history, "history.db"), 0);
  writeFileSync(join(history, "history.db-wal"), "the newest chunks");

  const second = await started(data);
  assert.deepEqual(
    second.told.map(({ detail }) => detail),
    [{ places: 0, file: "history.db" }],
  );
  assert.match(second.reasons.join(), /^history: history.db was gone at the start/);
  await second.close();
  assert.equal(
    readFileSync(join(history, "history.db-wal.damaged"), "utf8"),
    "the newest chunks",
    "which is of use where the database is found again",
  );

  const third = await started(data);
  assert.deepEqual([third.told.length, third.reasons], [1, []], "and not again by the next start");
  await third.close();
  rmSync(data, { recursive: true });
});

test("a history without its model is not opened: its series would be given to other points", async () => {
  const data = mkdtempSync(join(tmpdir(), "fieldline-ground-"));
  const first = await started(data);
  await first.historian.append(batchOf(ramp(10)));
  await first.close();
  for (const end of ["", "-wal", "-shm"]) rmSync(join(data, `fieldline.db${end}`), { force: true });
  const closer = new Closer();
  const ground = await openGround(configOf(data), silentLog, closer);
  await closer.closeAll();
  assert.ok(!ground.ok && ground.problem.code === "folder_unreadable");
  assert.match(ground.problem.detail, /fieldline.db is missing beside its history: restore/);
  rmSync(data, { recursive: true });
});

test("a model whose whole history is gone is told, and one that never had points is not", async () => {
  const data = mkdtempSync(join(tmpdir(), "fieldline-ground-"));
  const first = await started(data);
  await first.close();
  rmSync(join(data, "history"), { recursive: true });
  const second = await started(data);
  assert.deepEqual([second.told.length, second.reasons], [0, []]);
  await second.store.assets.put(asset("1"));
  await second.store.points.put(point("p1"));
  await second.close();
  rmSync(join(data, "history"), { recursive: true });
  const third = await started(data);
  assert.deepEqual(
    third.told.map(({ detail }) => detail),
    [{ places: 0, file: "history/" }],
  );
  assert.match(third.reasons.join(), /history: history\/ was gone at the start/);
  await third.close();
  rmSync(data, { recursive: true });
});

/** A house's ground, and what was told of losses by then. */
async function started(data: string) {
  const closer = new Closer();
  const ground = await openGround(configOf(data), silentLog, closer);
  assert.ok(ground.ok, JSON.stringify(ground));
  const { historian, store, journal, losses } = ground.value;
  const events = await journal.list({});
  const told = events.filter(({ kind }) => kind === "history.missing");
  return { historian, store, reasons: losses.reasons, told, close: () => closer.closeAll() };
}

function configOf(data: string, profile = "server"): Config {
  const options = { data, profile, "commit-ms": "0" };
  const config = readConfig({ options, environment: {}, file: {} });
  assert.ok(config.ok);
  return config.value;
}

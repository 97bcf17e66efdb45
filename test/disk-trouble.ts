import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { checkEmbeddedHistory } from "../src/historian/embedded/embedded.ts";
import { chances } from "../src/lib/chance.ts";
import { batch, missing } from "./batches.ts";
import { ownProgram } from "./own-program.ts";
import { openFolder } from "./read-folder.ts";

const CHILD = ownProgram(import.meta.url, "append-for-ever");
const SEED = 8;
const BATCHES = 150;
/** Some generations: most of it in the database, the end in the log. */
const DAMAGED_BATCHES = 400;
/** As many appends as that wait at the same time. */
const LANES = 4;
const hasStrace = spawnSync("strace", ["-V"]).status === 0;

/** A call of the disk that fails once, for a while, or from then on. */
const FAULTS = [
  "pwrite64:error=ENOSPC",
  "pwrite64:error=EIO",
  "fdatasync:error=EIO",
  "fsync:error=EIO",
];
const SPANS = [
  (from: number) => `${from}`,
  (from: number) => `${from}..${from + 20}`,
  (from: number) => `${from}+`,
];
/** Of the calls of one thread that the first fault meets. */
const CALLS_MAX = 250;

type Told = {
  readonly acknowledged: Set<number>;
  readonly refused: Set<number>;
  /** How often it was said that a failure of the disk is over. */
  heals: number;
  /** What it said on its standard error: why it did not start, for one. */
  complaints: string;
};

/** A disk that is full or fails never makes a false promise, and what heals is used again. */
export function survivesFailingDisk({ faults }: { readonly faults: number }): void {
  test("what a failing disk refuses is not acknowledged", { skip: !hasStrace }, async (context) => {
    const random = chances(SEED);
    const sum = { acknowledged: 0, refused: 0, healed: 0 };
    for (let round = 0; round < faults; round += 1) {
      const fault = FAULTS[round % FAULTS.length] ?? "";
      const span = SPANS[Math.floor(round / FAULTS.length) % SPANS.length];
      const when = span?.(1 + Math.floor(random() ** 2 * CALLS_MAX)) ?? "1";
      await inFolder(async (folder) => {
        const told = await appended(folder, ["-e", `inject=${fault}:when=${when}`]);
        const live = join(folder, "live");
        const after = await read(live, told.acknowledged);
        assert.equal(after.lost, 0, `${fault} when ${when}`);
        assert.equal((await read(live, told.refused)).found, 0, `refused at ${fault} when ${when}`);
        sum.acknowledged += told.acknowledged.size;
        sum.refused += told.refused.size;
        if (told.refused.size > 0 && isHealed(told)) sum.healed += 1;
      });
    }
    assert.ok(sum.acknowledged > 0 && sum.refused > 0, "faults were met");
    context.diagnostic(
      `${faults} faults: ${JSON.stringify(sum)}, 0 lost, none of the refused there`,
    );
  });
}

/**
 * What the disk does to one file of the database, by the call that it refuses: one of `more` from
 * `from` on. Those before make the tables: a folder that does not open has nothing to lose. A
 * server has seconds between two that sync what SQLite's log has.
 */
const FIRST = { file: "history.db-wal", fault: "fdatasync:error=EIO", from: 4, more: 8 };
const FAULTS_OF_DATABASE = [
  FIRST,
  { file: "history.db-wal", fault: "fsync:error=EIO", from: 2, more: 2 },
  { file: "history.db-wal", fault: "pwrite64:error=EIO", from: 200, more: 8 },
  { file: "history.db", fault: "fsync,fdatasync:error=EIO", from: 3, more: 2 },
  { file: "history.db", fault: "pwrite64:error=ENOSPC", from: 200, more: 8 },
  { file: "history.db", fault: "pwrite64:error=EIO", from: 200, more: 8 },
];
/** Calls are counted by the thread: the one that took over meets the fault as well. */
const HEALS = { server: 2, gateway: 1 };

type Heals = { readonly faults: number; readonly profile: keyof typeof HEALS };

/** A database that its disk failed is opened anew by the running process, which loses nothing. */
export function healsWhileRunning({ faults, profile }: Heals): void {
  test(`a ${profile}'s database that the disk failed heals while running`, {
    skip: !hasStrace,
  }, async (context) => {
    const random = chances(SEED);
    for (let round = 0; round < faults; round += 1) {
      const meant = FAULTS_OF_DATABASE[round % FAULTS_OF_DATABASE.length] ?? FIRST;
      const { file, fault } = meant;
      const from = meant.from + Math.floor(random() * meant.more);
      const when = random() < 0.5 ? `${from}` : `${from}..${from + 2}`;
      const what = `${file}: ${fault} when ${when}`;
      await inFolder(async (folder) => {
        const live = join(folder, "live");
        const only = ["-P", join(live, file), "-e", `inject=${fault}:when=${when}`];
        const isEnough = ({ heals }: Told) => heals === HEALS[profile];
        const told = await appended(folder, only, { mood: "lasting", profile, isEnough });
        assert.equal(told.heals, HEALS[profile], what);
        assert.equal((await read(live, told.acknowledged)).lost, 0, what);
        context.diagnostic(`${what}: healed, ${told.acknowledged.size} acknowledged, 0 lost`);
      });
    }
  });
}

/** Nothing that a bit on the disk changed is shown, nothing is missing without a word. */
export function findsDamage({ flips }: { readonly flips: number }): void {
  test("a bit that flips in any file is found and told, and the rest is readable", (context) =>
    inFolder(async (folder) => {
      const isEnough = ({ acknowledged }: Told) => acknowledged.size === DAMAGED_BATCHES;
      const { acknowledged, complaints } = await appended(folder, [], {
        mood: "lasting",
        isEnough,
      });
      assert.ok(acknowledged.size >= DAMAGED_BATCHES, complaints);
      const live = join(folder, "live");
      const random = chances(SEED);
      for (const path of filesIn(live)) {
        const sum = { harmless: 0, told: 0, lostMost: 0 };
        for (let round = 0; round < flips; round += 1) {
          const { lost, isTold } = await afterFlip({ live, path, chance: random() }, acknowledged);
          sum[isTold ? "told" : "harmless"] += 1;
          sum.lostMost = Math.max(sum.lostMost, lost);
        }
        context.diagnostic(`${path}: ${JSON.stringify(sum)}`);
      }
    }));
}

type Flip = { readonly live: string; readonly path: string; readonly chance: number };

async function afterFlip({ live, path, chance }: Flip, acknowledged: ReadonlySet<number>) {
  const copy = `${live}-damaged`;
  const bit = Math.floor(chance * statSync(join(live, path)).size * 8);
  flip(live, path, copy, bit);
  const { lost, isTold } = await read(copy, acknowledged);
  const isFound = isTold || isFaulty(live, path, copy, bit);
  assert.ok(lost === 0 || isFound, `${path}, bit ${bit}: ${lost} lost without a word`);
  rmSync(copy, { recursive: true });
  return { lost, isTold: isFound };
}

type Process = {
  readonly mood: "patient" | "lasting";
  readonly profile?: keyof typeof HEALS;
  readonly isEnough: (told: Told) => boolean;
};
const TO_ITS_END: Process = { mood: "patient", isEnough: () => false };

/** Ends by itself, or is killed when it has said enough. */
async function appended(
  folder: string,
  strace: readonly string[],
  { mood, profile = "server", isEnough } = TO_ITS_END,
): Promise<Told> {
  const mine = [process.execPath, ...CHILD, join(folder, "live"), "1"];
  const child = [...mine, String(BATCHES), mood, profile];
  const watched = [
    "strace",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    "trace=pwrite64,fsync,fdatasync",
  ];
  const [command = "", ...args] = strace.length > 0 ? [...watched, ...strace, ...child] : child;
  const env = { ...process.env, UV_USE_IO_URING: "0" };
  const own = { env, detached: true } as const; // A group of its own.
  const running = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...own });
  const told: Told = { acknowledged: new Set(), refused: new Set(), heals: 0, complaints: "" };
  running.stderr.on("data", (data) => {
    told.complaints += data;
  });
  for await (const line of createInterface(running.stdout)) {
    hear(line, told);
    if (isEnough(told)) killWhole(running);
  }
  return told;
}

function hear(line: string, told: Told): void {
  const [, refused, number] = /^(refused )?(\d+)$/.exec(line) ?? [];
  if (number) told[refused ? "refused" : "acknowledged"].add(Number(number));
  if (line === "fine") told.heals += 1;
}

/** The process itself, too, where strace runs it. */
function killWhole({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, "SIGKILL");
}

function isHealed({ acknowledged, refused }: Told): boolean {
  return Math.max(...acknowledged) > Math.max(...refused);
}

/** What is there of these batches, and whether anything was said to be wrong. */
async function read(folder: string, numbers: ReadonlySet<number>) {
  const total = [...numbers].reduce((sum, number) => sum + batch(number).count, 0);
  const opened = openFolder(folder);
  if (!opened) return { lost: total, found: 0, isTold: true };
  const highest = [...numbers].reduce((most, number) => Math.max(most, number), 0);
  const last = Math.max(DAMAGED_BATCHES * 2, highest) + LANES;
  const lost = await missing(opened, numbers, last);
  await opened.close();
  return { lost, found: total - lost, isTold: opened.said.length > 0 };
}

function filesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => /\.(log|db|db-wal)$/.test(name)).toSorted();
}

/** A copy of the folder with one bit changed in this file. */
function flip(live: string, path: string, copy: string, bit: number): void {
  cpSync(live, copy, { recursive: true });
  const bytes = readFileSync(join(copy, path));
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  writeFileSync(join(copy, path), bytes);
}

/** `fieldline check` on a fresh copy: opening one may mend it. */
function isFaulty(live: string, path: string, copy: string, bit: number): boolean {
  rmSync(copy, { recursive: true });
  flip(live, path, copy, bit);
  const checked = checkEmbeddedHistory(copy);
  return !checked.ok || checked.value.faults.length > 0;
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { chances } from "../src/lib/chance.ts";
import { batch, missing, rangesOf } from "./batches.ts";
import { ownProgram } from "./own-program.ts";
import { CALLS, Playback } from "./power-cut.ts";
import { openFolder } from "./read-folder.ts";

const CHILD = ownProgram(import.meta.url, "append-for-ever");
const SEED = 6;

const hasStrace = spawnSync("strace", ["-V"]).status === 0;

/** How often each kind of trouble is met. */
type Rounds = { readonly kills: number; readonly cuts: number };

/** What is acknowledged is there, whatever happens: the same tests in a short and in a long form. */
export function keepsItsWord({ kills, cuts }: Rounds): void {
  test("a killed process loses nothing that it acknowledged, and frees its folder", (context) =>
    inFolder(async (folder) => {
      const random = chances(SEED);
      const acknowledged = new Set<number>();
      for (let round = 0; round < kills; round += 1) {
        const first = Math.max(0, ...acknowledged) + 1;
        const enough = 1 + Math.floor(random() * 150);
        const numbers = await heard(process.execPath, childArguments(folder, first), enough);
        for (const number of numbers) acknowledged.add(number);
      }
      assert.ok(acknowledged.size > kills * 10, "it was at work");
      assert.equal(await lost(join(folder, "live"), acknowledged), 0);
      context.diagnostic(`${kills} kills, ${samplesOf(acknowledged)} samples acknowledged, 0 lost`);
    }));

  for (const { claim, mood } of MOODS) {
    test(claim, { skip: !hasStrace }, (context) =>
      inFolder(async (folder) => {
        const playback = await recorded(folder, mood);
        const random = chances(SEED);
        for (let round = 0; round < cuts; round += 1) {
          const cut = Math.floor(playback.length * (0.05 + 0.95 * random()));
          const into = join(folder, `${round}`);
          assert.equal(await lostAfter(playback, cut, into, true), 0, `after ${cut} calls`);
          rmSync(into, { recursive: true });
        }
        context.diagnostic(`${cuts} cuts, each after some of ${playback.length} calls, 0 lost`);
      }),
    );
  }

  test(
    "with --mqtt-ack written one takes the newest alone, and leaves the rest readable",
    {
      skip: !hasStrace,
    },
    (context) =>
      inFolder(async (folder) => {
        const playback = await recorded(folder, ["written"]);
        const random = chances(SEED);
        const isLog = (path: string) => /\/log\/[^/]+$/.test(path);
        let taken = 0;
        for (let round = 0; round < cuts; round += 1) {
          const cut = Math.floor(playback.length * (0.05 + 0.95 * random()));
          const into = join(folder, `${round}`);
          playback.restore(cut, into, { random: chances(cut), keepsPromises: true });
          const promised = numbersIn(playback.saidBeforeSync(cut, isLog));
          const said = numbersIn(playback.said(cut));
          const last = Math.max(0, ...said);
          assert.equal(await lost(into, promised, last), 0, `after ${cut} calls`);
          taken += said.size - promised.size;
          rmSync(into, { recursive: true });
        }
        context.diagnostic(
          `${cuts} cuts, ${taken} batches in them not promised, of the others 0 lost`,
        );
      }),
  );

  test("nor does one bring back what was deleted", { skip: !hasStrace }, (context) =>
    inFolder(async (folder) => {
      const playback = await recorded(folder, ["forgetful"]);
      const deleted = playback.said(playback.length).match(/^deleted/gm)?.length ?? 0;
      assert.ok(deleted >= 5, `${deleted} batches were deleted`);
      const random = chances(SEED);
      for (let round = 0; round < cuts; round += 1) {
        const cut = Math.floor(playback.length * (0.1 + 0.9 * random()));
        const into = join(folder, `${round}`);
        playback.restore(cut, into, { random: chances(cut), keepsPromises: true });
        assert.deepEqual(await returned(into, playback.said(cut)), [], `after ${cut} calls`);
        rmSync(into, { recursive: true });
      }
      context.diagnostic(`${cuts} cuts, ${deleted} batches deleted, none returned, 0 lost`);
    }),
  );

  test(
    "the playback would show a loss: without syncs there is one",
    { skip: !hasStrace },
    (context) =>
      inFolder(async (folder) => {
        const playback = await recorded(folder);
        let losses = 0;
        for (let round = 0; round < Math.ceil(cuts / 10); round += 1) {
          const cut = playback.length - round;
          if ((await lostAfter(playback, cut, join(folder, `${round}`), false)) > 0) losses += 1;
        }
        assert.ok(losses > 0);
        context.diagnostic(
          `${losses} of ${Math.ceil(cuts / 10)} cuts without syncs lost something`,
        );
      }),
  );
}

const MOODS = [
  { claim: "a power cut loses nothing that was acknowledged", mood: [] },
  { claim: "nor does one when there was never a quiet moment before", mood: ["hurried"] },
];

/** Enough to fill memory and log several times over. */
const BATCHES = 400;

function childArguments(folder: string, first: number, mood: readonly string[] = []): string[] {
  const live = join(folder, "live");
  return [...CHILD, live, String(first), String(BATCHES), ...mood];
}

/** What the process says until it ends, or until it has said so many numbers and is killed. */
async function heard(command: string, args: readonly string[], enough: number): Promise<number[]> {
  const env = { ...process.env, UV_USE_IO_URING: "0" };
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], env });
  const numbers: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (/^\d+$/.test(line)) numbers.push(Number(line));
    if (numbers.length === enough) child.kill("SIGKILL");
  }
  return numbers;
}

async function recorded(folder: string, mood: readonly string[] = []): Promise<Playback> {
  const trace = join(folder, "trace");
  const watch = ["-f", "-y", "-xx", "-s", "1000000", "-o", trace, "-e", `trace=${CALLS}`];
  const args = [...watch, process.execPath, ...childArguments(folder, 1, mood)];
  await heard("strace", args, Number.POSITIVE_INFINITY);
  const playback = new Playback(readFileSync(trace, "latin1"), join(folder, "live"));
  const said = numbersIn(playback.said(playback.length));
  assert.ok(said.size > BATCHES / 2, `it was at work: ${said.size} batches are acknowledged`);
  return playback;
}

async function lostAfter(
  playback: Playback,
  cut: number,
  into: string,
  keepsPromises: boolean,
): Promise<number> {
  playback.restore(cut, into, { random: chances(cut), keepsPromises });
  return await lost(into, numbersIn(playback.said(cut)));
}

function numbersIn(said: string): ReadonlySet<number> {
  const lines = said.split("\n").slice(0, -1);
  return new Set(lines.filter((line) => line !== "open").map(Number));
}

function samplesOf(numbers: ReadonlySet<number>): number {
  return [...numbers].reduce((sum, number) => sum + batch(number).count, 0);
}

/** Batches that were deleted and have samples again, and those that were not and miss some. */
async function returned(folder: string, said: string): Promise<number[]> {
  const saidOf = (word: RegExp) => [...said.matchAll(word)].map(([, number]) => Number(number));
  const deleted = saidOf(/^deleted (\d+)\n/gm);
  const begun = saidOf(/^deleting (\d+)\n/gm);
  const left = new Set(saidOf(/^(\d+)\n/gm).filter((number) => !begun.includes(number)));
  const opened = openFolder(folder);
  if (!opened) return [...left];
  const missed = await missing(opened, left);
  const wrong: number[] = missed > 0 ? [-missed] : [];
  for (const number of deleted) {
    const ranges = rangesOf(number).map((range) => opened.range({ ...range, limit: 1_000 }));
    const rows = (await Promise.all(ranges)).flatMap((samples) => Array.from(samples.at));
    if (rows.some((at) => at % 2 === 0)) wrong.push(number);
  }
  await opened.close();
  return wrong;
}

/** Samples of these batches that are not in the folder; all of them if it cannot be opened. */
async function lost(
  folder: string,
  acknowledged: ReadonlySet<number>,
  last?: number,
): Promise<number> {
  const opened = openFolder(folder);
  if (!opened) return Number.POSITIVE_INFINITY;
  const count = await missing(opened, acknowledged, last);
  await opened.close();
  return count;
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "fieldline-")));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

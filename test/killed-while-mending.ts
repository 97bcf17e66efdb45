import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { loseNewestPage } from "../src/historian/embedded/database/pages-tale.ts";
import { inFolder, START } from "../src/historian/tale.ts";
import { chances } from "../src/lib/chance.ts";
import { LATER, type Model, missingIn, open, patiently, store } from "./lost-pages.ts";
import { ownProgram } from "./own-program.ts";

const CHILD = ownProgram(import.meta.url, "mend-and-append");
/** A mending begins a second after the damage was met. */
const LONGEST_MS = 6_000;

/** A process that mends is killed at any moment: what was acknowledged is there, and the rest. */
export function survivesKillsWhileMending({ kills }: { readonly kills: number }): void {
  test("a process that is killed while it mends leaves the old history or the new one", (context) =>
    inFolder(async (home) => {
      const chance = chances(7);
      const whole = join(home, "whole");
      const model = await store(whole);
      loseNewestPage(whole);
      const lost = new Set<number>();
      let mended = 0;
      for (let round = 0; round < kills; round += 1) {
        const folder = join(home, String(round));
        cpSync(whole, folder, { recursive: true });
        const numbers = await killed(folder, chance() * LONGEST_MS);
        if (existsSync(join(folder, "history.db.1.damaged"))) mended += 1;
        lost.add(await missingBehind(folder, model, numbers));
        rmSync(folder, { recursive: true });
      }
      assert.equal(lost.size, 1, "the same, whenever it was killed");
      context.diagnostic(`${kills} kills, ${mended} behind the mending, ${[...lost]} samples lost`);
    }));
}

/** What it has acknowledged until then. */
async function killed(folder: string, afterMs: number): Promise<number[]> {
  const child = spawn(process.execPath, [...CHILD, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const numbers: number[] = [];
  const lines = createInterface(child.stdout).on("line", (line) => numbers.push(Number(line)));
  await once(lines, "line");
  await setTimeout(afterMs);
  child.kill("SIGKILL");
  await Promise.all([once(child, "exit"), once(lines, "close")]);
  return numbers;
}

async function missingBehind(folder: string, model: Model, numbers: number[]): Promise<number> {
  const [historian] = await open(folder, false);
  const rows = new Map(numbers.map((number) => [START + LATER + number, number] as const));
  // One more may be stored, and was not told any more.
  const next = (numbers.at(-1) ?? -1) + 1;
  const range = { series: 30, from: START + LATER + next, to: START + LATER + next + 1 };
  await patiently(() => historian.deleteRange(range));
  const missing = await missingIn(historian, model, new Map([[30, rows]]));
  await historian.close();
  return missing;
}

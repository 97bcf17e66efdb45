// What a profile takes of memory over a whole workload: memory.ts '{"file":"…","profile":"gateway"}'.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepHeapSmall } from "../../src/lib/heap.ts";
import { residentMegabytes } from "../measure.ts";
import { openOurs } from "./ours.ts";
import { arrivalsOf, openWorkload } from "./workload.ts";

export type MemoryOptions = { readonly file: string; readonly profile: "server" | "gateway" };
export type MemoryResult = {
  /** Node and this script, before the historian is there. */
  readonly beforeMb: number;
  /** The highest in each quarter of the run. */
  readonly quartersMb: readonly number[];
};

const COMMIT_ROWS = 2_000;
const QUARTERS = 4;

const { file, profile }: MemoryOptions = JSON.parse(process.argv[2] ?? "{}");
const folder = mkdtempSync(join(tmpdir(), "fieldline-bench-"));
try {
  console.log(JSON.stringify(await measured()));
} finally {
  rmSync(folder, { recursive: true });
}

async function measured(): Promise<MemoryResult> {
  if (profile === "gateway") keepHeapSmall();
  const workload = openWorkload(file);
  const beforeMb = residentMegabytes(process.pid);
  // Commits are not waited for a second each here: that would take hours.
  const historian = await openOurs({ folder, profile, commitEveryMs: 0 });
  const commits = (workload.batches * 10_000) / COMMIT_ROWS;
  const quartersMb = Array.from({ length: QUARTERS }, () => 0);
  let commit = 0;
  for (const samples of arrivalsOf(workload, COMMIT_ROWS)) {
    await historian.append(samples);
    const quarter = Math.floor((commit * QUARTERS) / commits);
    if (commit % 20 === 0) {
      quartersMb[quarter] = Math.max(quartersMb[quarter] ?? 0, residentMegabytes(process.pid));
    }
    commit += 1;
  }
  await historian.close();
  return { beforeMb, quartersMb };
}

import { existsSync } from "node:fs";
import { type Problem, problem } from "../../domain/problem.ts";
import { AssertionError } from "../../lib/assert.ts";
import { failure, type Outcome } from "../../lib/outcome.ts";
import type { Files } from "./files.ts";
import { RecordVersionError } from "./record.ts";

/** What the folder does not allow is for a person to mend, so it is said as a problem. */
export function withFolder<T>(
  folder: string,
  work: () => Outcome<T, Problem>,
): Outcome<T, Problem> {
  try {
    return work();
  } catch (reason) {
    if (reason instanceof AssertionError || !(reason instanceof Error)) throw reason;
    const code = reason instanceof RecordVersionError ? "folder_newer" : "folder_unreadable";
    return failure(problem(code, `${folder}: ${reason.message}`));
  }
}

/** A process that was killed may have left commits that are not on the disk yet. */
export function syncLeftover(path: string, files: Files): void {
  if (!existsSync(path)) return;
  const file = files.open(path, "r+");
  files.syncNow(file);
  files.close(file);
}

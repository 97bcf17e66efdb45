import { statSync } from "node:fs";
import { type Problem, problem } from "../../../domain/problem.ts";
import { AssertionError } from "../../../lib/assert.ts";
import { failure, type Outcome } from "../../../lib/outcome.ts";
import type { Files } from "../log/files.ts";
import { RecordVersionError } from "../log/record.ts";

/*
 * The folder and its files as such: what is in the way of opening them, what they take, and when
 * they outlive a power cut.
 */

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

/** Settles when what was written to the file survives a power cut. */
export async function syncFile(path: string, files: Files): Promise<void> {
  const file = files.open(path, "r+");
  try {
    await files.sync(file);
  } finally {
    files.close(file);
  }
}

/** What these files take; nothing where they are missing. */
export function bytesOf(paths: readonly string[]): number {
  const sizes = paths.map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0);
}

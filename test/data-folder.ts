import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/** Of one file of tests, and gone after it. */
const root = mkdtempSync(join(tmpdir(), "fieldline-data-"));
after(() => rmSync(root, { recursive: true, force: true }));

export function newFolder(): string {
  return mkdtempSync(join(root, "data-"));
}

/** The folder as a power cut would leave it. */
export function copied(folder: string): string {
  const copy = newFolder();
  cpSync(folder, copy, { recursive: true });
  return copy;
}

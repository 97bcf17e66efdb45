import type { Durability } from "../../../domain/durability.ts";
import type { Log } from "../../../lib/log.ts";
import type { Files } from "./files.ts";
import { lateFiles } from "./late-files.ts";
import { promptFiles } from "./prompt-files.ts";

/** The disk as the log uses it: who appends waits for it, or does not. */
export function logFiles(
  { files, log, monotonic }: Parts,
  durability: Durability = "synced",
): Files {
  return durability === "written" ? lateFiles(files, log) : promptFiles(files, monotonic);
}

type Parts = { readonly files: Files; readonly log: Log; readonly monotonic: () => number };

import type { Durability } from "../../domain/durability.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { Files } from "./files.ts";
import { lateFiles } from "./late-files.ts";
import { promptFiles } from "./prompt-files.ts";

/** The disk as the log uses it: who appends waits for it, or does not. */
export function logFiles(
  { files, log, monotonic }: Pick<EngineParts, "files" | "log" | "monotonic">,
  durability: Durability = "synced",
): Files {
  return durability === "written" ? lateFiles(files, log) : promptFiles(files, monotonic);
}

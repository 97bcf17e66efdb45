import { statSync } from "node:fs";
import { join } from "node:path";
import { checkEmbeddedHistory } from "../historian/embedded/embedded.ts";
import { verifyArchive } from "./archive.ts";
import { configOf, type ExitCode, type Io } from "./io.ts";

/** `fieldline check [FILE]`: reads a whole backup, or the folder that no server has open. */
export async function runCheck(args: readonly string[], io: Io): Promise<ExitCode> {
  const [file = "--", ...more] = args;
  if (!file.startsWith("--") && more.length === 0 && !isFolder(file)) {
    return checkArchive(file, io);
  }
  const config = configOf(file.startsWith("--") ? args : ["--data", ...args], io);
  return config ? checkFolder(config.data, io) : 2;
}

async function checkArchive(file: string, io: Io): Promise<ExitCode> {
  const verified = await verifyArchive(file);
  if (!verified.ok) {
    io.complain(`${verified.problem.code}: ${verified.problem.detail}`);
    return 2;
  }
  const { at, madeBy, files } = verified.value;
  io.print(`a backup of ${at} by Fieldline ${madeBy}, ${files.length} files, all of them sound`);
  return 0;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function checkFolder(data: string, io: Io): ExitCode {
  const checked = checkEmbeddedHistory(join(data, "history"));
  if (!checked.ok) {
    io.complain(`${checked.problem.code}: ${checked.problem.detail}`);
    return 2;
  }
  const { chunks, samples, records, faults } = checked.value;
  for (const fault of faults) io.complain(fault);
  io.print(`${chunks} chunks, ${samples} samples, ${records} records in the log`);
  io.print(faults.length === 0 ? "all of it can be read" : `${faults.length} faults`);
  return faults.length === 0 ? 0 : 2;
}

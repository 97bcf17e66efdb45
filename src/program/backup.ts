import { existsSync, statSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Problem, problem } from "../domain/problem.ts";
import { lockEmbeddedHistory } from "../historian/embedded/embedded.ts";
import { holdFolder } from "../lib/held.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { syncFolder } from "../lib/sync-folder.ts";
import {
  extractArchive,
  isArchivable,
  type Manifest,
  verifyArchive,
  writeArchive,
} from "./archive.ts";
import { BESIDE_DATABASE, isBesideDatabase } from "./history.ts";
import { configOf, type ExitCode, type Io } from "./io.ts";
import { bytesProgress } from "./progress.ts";
import { fetchBackup } from "./remote-backup.ts";
import { usageOf } from "./usage.ts";
import { VERSION } from "./version.ts";

/** Lies in a folder that is being restored: what is there is not whole. */
export const RESTORING = "RESTORING";

/** `fieldline backup FILE`: of a folder that nobody has open, or of a running server by its API. */
export async function runBackup(args: readonly string[], io: Io): Promise<ExitCode> {
  const [file, ...options] = args;
  if (!file || file.startsWith("--")) {
    io.complain(usageOf("backup"));
    return 2;
  }
  if (existsSync(file)) return failed(io, problem("folder_unreadable", `${file} exists already`));
  const [word, url, ...more] = options;
  if (word === "--url" && url && more.length === 0) {
    return ended(io, await fetchBackup(file, url, io), `backup of ${url} is in ${file}`);
  }
  const config = configOf(options, io);
  if (!config) return 2;
  return ended(io, await backUp(config.data, file, io), `backup of ${config.data} is in ${file}`);
}

/** `fieldline restore FILE`: into an empty data folder, after all of it was verified. */
export async function runRestore(args: readonly string[], io: Io): Promise<ExitCode> {
  const [file, ...options] = args;
  if (!file || file.startsWith("--")) {
    io.complain(usageOf("restore"));
    return 2;
  }
  const config = configOf(options, io);
  if (!config) return 2;
  return ended(io, await restore(file, config.data, io), `${config.data} is restored from ${file}`);
}

async function backUp(data: string, file: string, io: Io): Promise<Outcome<Manifest, Problem>> {
  const history = join(data, "history");
  if (!existsSync(history)) return failure(problem("folder_unreadable", `no data in ${data}`));
  const lock = lockEmbeddedHistory(history);
  if (!lock.ok && lock.problem.code === "folder_in_use") {
    const hint = "its server runs: say --url and set FIELDLINE_TOKEN to an administrator's token";
    return failure(problem("folder_in_use", `${data}: ${hint}`));
  }
  if (!lock.ok) return lock;
  const held = await holdFolder(data, isKept);
  try {
    const bytes = held.files.reduce((sum, one) => sum + one.bytes, 0);
    const onProgress = bytesProgress(io, "written", bytes);
    const options = { at: Date.now(), madeBy: VERSION, onProgress };
    return success(await writeArchive(file, held.files, options));
  } finally {
    await held.release();
    lock.value.release();
  }
}

async function restore(file: string, data: string, io: Io): Promise<Outcome<Manifest, Problem>> {
  const folder = resolve(data);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) {
    return failure(problem("folder_in_use", `${folder} is not empty: choose another with --data`));
  }
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const verified = await verifyArchive(file, bytesProgress(io, "verified", bytes));
  if (!verified.ok) return verified;
  const mark = join(folder, RESTORING);
  await writeFile(mark, "", { flush: true });
  await syncFolder(folder);
  const extracted = await extractArchive(file, folder, bytesProgress(io, "restored", bytes));
  if (!extracted.ok) return extracted;
  await rm(mark);
  await syncFolder(folder);
  return extracted;
}

/** All but the lock, what SQLite makes anew, and other backups. */
function isKept(name: string): boolean {
  return isArchivable(name) && !/^(history\/LOCK|backups\/|.*-shm$|.*\.part$)/.test(name);
}

function ended(io: Io, done: Outcome<Manifest, Problem>, sentence: string): ExitCode {
  if (!done.ok) return failed(io, done.problem);
  const { files } = done.value;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  io.print(`${sentence}: ${files.length} files, ${bytes} bytes`);
  if (isBesideDatabase(files.map(({ name }) => name))) io.print(BESIDE_DATABASE);
  return 0;
}

function failed(io: Io, { code, detail }: Problem): ExitCode {
  io.complain(`${code}: ${detail}`);
  return 2;
}

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkEmbeddedBroker } from "../broker/embedded/embedded.ts";
import { checkEmbeddedHistory } from "../historian/embedded/embedded.ts";
import { openJournal } from "../journal/journal.ts";
import { systemClock } from "../lib/clock.ts";
import { checkSqliteStore, readSqliteStore } from "../store/sqlite/sqlite.ts";
import { verifyArchive } from "./archive.ts";
import { BESIDE_DATABASE, BOND, isBesideDatabase } from "./history.ts";
import { configOf, type ExitCode, type Io } from "./io.ts";
import { bytesProgress, progressOf } from "./progress.ts";

const TORN =
  "history: the log ends in a record that is not whole, as after a crash; it was not acknowledged";

const MISSING =
  "is missing, with the model, users, agents and the journal: restore a backup; the server does " +
  "not start on the history alone";

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
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const verified = await verifyArchive(file, bytesProgress(io, "read", bytes));
  if (!verified.ok) {
    io.complain(`${verified.problem.code}: ${verified.problem.detail}`);
    return 2;
  }
  const { at, madeBy, files } = verified.value;
  io.print(`a backup of ${at} by Fieldline ${madeBy}, ${files.length} files, all of them sound`);
  if (isBesideDatabase(files.map(({ name }) => name))) io.print(BESIDE_DATABASE);
  return 0;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The history's lock says whether anybody has the folder open, so it comes first. */
async function checkFolder(data: string, io: Io): Promise<ExitCode> {
  const folder = join(data, "history");
  if (!existsSync(folder)) {
    io.complain(`folder_unreadable: there is no history in ${data}`);
    return 2;
  }
  const tell = progressOf(io);
  const history = checkEmbeddedHistory(folder, (done, all) =>
    tell(() => `history: ${done} of ${all} series are read`),
  );
  if (!history.ok) {
    io.complain(`${history.problem.code}: ${history.problem.detail}`);
    return 2;
  }
  const { chunks, samples, records, isTorn } = history.value;
  io.print(`history: ${chunks} chunks, ${samples} samples, ${records} records in the log`);
  if (isTorn) io.print(TORN);
  if (existsSync(join(folder, BOND))) io.print(BESIDE_DATABASE);
  const faults = [
    ...history.value.faults.map((fault) => `history: ${fault}`),
    ...(await storeFaults(join(data, "fieldline.db"), io)).map((fault) => `fieldline.db: ${fault}`),
    ...(await checkEmbeddedBroker(join(data, "broker"))).map((fault) => `broker: ${fault}`),
  ];
  for (const fault of faults) io.complain(fault);
  const rest = "; all that is not named can be read, and nothing was changed";
  io.print(faults.length === 0 ? "all of it is sound" : `${faults.length} faults${rest}`);
  return faults.length === 0 ? 0 : 2;
}

async function storeFaults(file: string, io: Io): Promise<readonly string[]> {
  if (!existsSync(file)) return [MISSING];
  const faults = checkSqliteStore(file);
  if (faults.length > 0) return faults;
  const store = readSqliteStore(file);
  try {
    const journal = await openJournal({ store, clock: systemClock });
    const { events, brokenAt } = await journal.verify();
    io.print(`fieldline.db: ${events} events in the journal`);
    return brokenAt === null ? [] : [`the journal's chain is broken at event ${brokenAt}`];
  } finally {
    await store.close();
  }
}

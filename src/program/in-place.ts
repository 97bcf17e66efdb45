import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Problem, problem } from "../domain/problem.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import { Closer } from "../lib/closer.ts";
import { jsonLog } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import { BOND } from "./history.ts";
import { configOf, type ExitCode, type Io, optionsOf } from "./io.ts";
import { remoteOf } from "./remote.ts";
import { remotePlace } from "./remote-table.ts";
import { folderPlace, type TablePlace, troubleOf } from "./table-place.ts";

/** What is done with the samples of a folder or of a server. */
type Work = {
  readonly run: (place: TablePlace) => Promise<Outcome<string, Problem>>;
  /** Who only reads a folder needs no threads for that, nor their memory. */
  readonly isReading: boolean;
};

/** Does work on the samples of a folder, or of a running server, as the options say. */
export async function inPlace(options: readonly string[], io: Io, work: Work): Promise<ExitCode> {
  const { url, ...rest } = optionsOf(options);
  if (url === undefined) return inFolder(options, io, work);
  if (Object.keys(rest).length > 0) {
    io.complain(`--url goes without --${Object.keys(rest)}`);
    return 2;
  }
  const remote = remoteOf(url, io);
  if (!remote.ok) return ended(io, remote);
  return ended(io, await guarded(() => work.run(remotePlace(remote.value))));
}

async function inFolder(options: readonly string[], io: Io, work: Work): Promise<ExitCode> {
  const config = configOf(options, io);
  if (!config) return 2;
  const log = jsonLog(io.log, config["log-level"], Date.now);
  const closer = new Closer();
  const opened = await openFolder({ data: config.data, isSmall: work.isReading }, log, closer);
  const done = opened.ok
    ? await guarded(() => work.run(opened.value)).finally(() => closer.closeAll())
    : await closer.closeAll().then(() => opened);
  return ended(io, done);
}

async function openFolder(
  { data, isSmall }: { readonly data: string; readonly isSmall: boolean },
  log: ReturnType<typeof jsonLog>,
  closer: Closer,
): Promise<Outcome<TablePlace, Problem>> {
  const missing = notHere(data);
  if (missing) return failure(missing);
  const folder = join(data, "history");
  const historian = await openEmbeddedHistorian({ folder, isSmall }, { log });
  if (!historian.ok) return historian;
  closer.add("historian", () => historian.value.close());
  const store = await openSqliteStore({ file: join(data, "fieldline.db") }, { log });
  if (!store.ok) return store;
  closer.add("store", () => store.value.close());
  return success(await folderPlace(store.value, historian.value));
}

/** Why the samples of a house are not in this folder, or not all of them. */
function notHere(data: string): Problem | undefined {
  if (!existsSync(join(data, "fieldline.db"))) {
    return problem("folder_unreadable", `there is no data folder ${data}`);
  }
  if (!existsSync(join(data, "history", BOND))) return undefined;
  const detail = `the history of ${data} is in a database: start its server, and say --url`;
  return problem("database_other", detail);
}

async function guarded(
  work: () => Promise<Outcome<string, Problem>>,
): Promise<Outcome<string, Problem>> {
  try {
    return await work();
  } catch (reason) {
    const trouble = troubleOf(reason);
    if (!trouble) throw reason;
    return failure(trouble);
  }
}

function ended(io: Io, done: Outcome<string, Problem>): ExitCode {
  if (done.ok) io.print(done.value);
  else io.complain(`${done.problem.code}: ${done.problem.detail}`);
  return done.ok ? 0 : 2;
}

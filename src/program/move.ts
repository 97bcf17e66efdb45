import { existsSync } from "node:fs";
import { join } from "node:path";
import { moveIntoDatabase, moveOutOfDatabase } from "../historian/buffered/buffered.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import { openPostgresHistorian } from "../historian/postgres/postgres.ts";
import { systemClock } from "../lib/clock.ts";
import { jsonLog } from "../lib/log.ts";
import { BOND } from "./history.ts";
import { configOf, type ExitCode, type Io } from "./io.ts";
import { progressOf } from "./progress.ts";
import { usageOf } from "./usage.ts";

const WAY = /^--(to|from)(?==|$)/;

/** `fieldline move`: a folder's history into a database, or back; the server must be stopped. */
export async function runMove(args: readonly string[], io: Io): Promise<ExitCode> {
  const config = configOf(
    args.map((word) => word.replace(WAY, "--database")),
    io,
  );
  if (!config) return 2;
  const ways = args.filter((word) => WAY.test(word));
  const { data, database: url } = config;
  const folder = join(data, "history");
  if (url === null || ways.length !== 1 || !existsSync(folder)) {
    const isClear = url !== null && ways.length === 1;
    io.complain(isClear ? `folder_unreadable: there is no history in ${data}` : usageOf("move"));
    return 2;
  }
  const log = jsonLog(io.log, config["log-level"], systemClock.now);
  const connect = () => openPostgresHistorian(url, { log });
  const open = () => openEmbeddedHistorian({ folder }, { log });
  const parts = { open, connect, file: join(folder, BOND), clock: systemClock, log };
  return ways[0]?.startsWith("--to") ? into(parts, io) : outOf(parts, io);
}

type Parts = Omit<Parameters<typeof moveOutOfDatabase>[0], "chance">;

async function into({ open, ...parts }: Parts, io: Io): Promise<ExitCode> {
  const local = await open();
  if (!local.ok) return failed(io, local.problem);
  const moved = await moveIntoDatabase({ ...parts, local: local.value }, teller(io));
  await local.value.close();
  if (!moved.ok) return failed(io, moved.problem);
  const { series, samples, sums } = moved.value;
  io.print(`${samples} samples of ${series} points are in the database, each compared`);
  if (sums > 0) io.print(`${sums} hours and days of samples that were let go, too`);
  io.print("start the server with --database from now on");
  return 0;
}

async function outOf(parts: Parts, io: Io): Promise<ExitCode> {
  const moved = await moveOutOfDatabase({ ...parts, chance: Math.random }, teller(io));
  if (!moved.ok) return failed(io, moved.problem);
  const { series, samples } = moved.value;
  io.print(`${samples} samples came back, all of ${series} points are compared`);
  io.print("start the server without --database from now on");
  return 0;
}

type Moved = Parameters<Parameters<typeof moveIntoDatabase>[1]>[0];

function teller(io: Io): (moved: Moved) => void {
  const tell = progressOf(io);
  return ({ series, seriesInAll, samples }) =>
    tell(() => `${series} of ${seriesInAll} points, ${samples} samples`);
}

function failed(io: Io, { code, detail }: { readonly code: string; readonly detail: string }) {
  io.complain(`${code}: ${detail}`);
  return 2 as const;
}

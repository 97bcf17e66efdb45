#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { AssertionError } from "../lib/assert.ts";
import { keepHeapSmall, letAllBeginYoung } from "../lib/heap.ts";
import { settingsHelp } from "./config.ts";
import type { ExitCode, Io } from "./io.ts";
import { helpOf } from "./usage.ts";

const HELP = `fieldline <program> [options]

  server                     broker, historian, screens and APIs in one process
  gateway                    the same at the edge; all samples go up to the server of --uplink
  simulator viasens|meter|plant   devices as their makers wrote them, against any broker
  backup FILE                everything in one file; of a running server with --url URL
  restore FILE               into an empty data folder
  export --out FILE          samples, or sums, as CSV or Parquet; of a running server with --url URL
  import FILE                samples back in, also with --url URL; the same again changes nothing
  move --to URL              brings the history of a folder into a PostgreSQL database
  move --from URL            brings it back from there
  status                     how a running house is, and what waits in a gateway; with --url URL
  check                      reads the whole history of a folder that no server has open
  agent create KIND TENANT/NAME --out DIR   a certificate bundle from the built-in CA
  owner create NAME          the first account; the password is read from standard input
  user create NAME ROLE      an account; the password is read from standard input
  token create NAME ROLE     an API token; prints only the token

Each program takes --help. Options of the server:
${settingsHelp()}
`;

type Program = (args: readonly string[], io: Io) => Promise<ExitCode>;

/** Each brings its own part of the house: what a program does not need is not in its memory. */
const PROGRAMS: Readonly<Record<string, () => Promise<Program>>> = {
  server: async () => {
    letAllBeginYoung();
    return (await import("./server.ts")).runServer;
  },
  gateway: async () => {
    keepHeapSmall();
    return (await import("./gateway.ts")).runGateway;
  },
  simulator: async () => (await import("./simulator.ts")).runSimulator,
  backup: async () => (await import("./backup.ts")).runBackup,
  export: async () => (await import("./table.ts")).runExport,
  import: async () => (await import("./table-in.ts")).runImport,
  restore: async () => (await import("./backup.ts")).runRestore,
  move: async () => (await import("./move.ts")).runMove,
  check: async () => (await import("./check.ts")).runCheck,
  status: async () => (await import("./status.ts")).runStatus,
  "agent create": async () => (await import("./setup.ts")).runAgentCreate,
  "owner create": async () => (await import("./setup.ts")).runOwnerCreate,
  "user create": async () => (await import("./setup.ts")).runUserCreate,
  "token create": async () => (await import("./setup.ts")).runTokenCreate,
};

async function main(args: readonly string[], io: Io): Promise<ExitCode> {
  const [first = "", second = ""] = args;
  const help = args.slice(1).some(isHelp) ? helpOfCall(first, second) : undefined;
  if (help !== undefined) {
    io.print(help);
    return 0;
  }
  const two = PROGRAMS[`${first} ${second}`];
  if (two) return (await two())(args.slice(2), io);
  const one = PROGRAMS[first];
  if (one) return (await one())(args.slice(1), io);
  const wantsHelp = isHelp(first) || first === "help";
  (wantsHelp ? io.print : io.complain)(
    first && !wantsHelp ? `no program '${first}'\n\n${HELP}` : HELP,
  );
  return wantsHelp ? 0 : 2;
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

/** Of a program, or of all whose name begins with this word, as `token --help` asks. */
function helpOfCall(first: string, second: string): string | undefined {
  return helpOf(`${first} ${second}`) ?? helpOf(first);
}

/** What the machine refuses a command, a full disk or a missing folder, is no bug of ours. */
function refused(reason: unknown): ExitCode {
  if (!(reason instanceof Error && "syscall" in reason && "code" in reason)) throw reason;
  const code = reason.code === "ENOSPC" ? "disk_full" : "folder_unreadable";
  io.complain(`${code}: ${reason.message}`);
  return 2;
}

/** A wrong program must not go on: one line for the operator; its supervisor restarts it. */
function endOnBug(reason: unknown): never {
  const name = reason instanceof AssertionError ? "assertion failed" : "unexpected error";
  const detail = reason instanceof Error ? reason.stack : String(reason);
  process.stderr.write(`${JSON.stringify({ level: "error", text: name, detail })}\n`);
  process.exit(70);
}

process.on("uncaughtException", endOnBug);
process.on("unhandledRejection", endOnBug);
const io: Io = {
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
  log: (line) => process.stderr.write(line),
  readInput: () => readFileSync(0, "utf8").trim(),
  environment: process.env,
  onStop: (call) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, call);
  },
  onLine: (call) => {
    const lines = createInterface({ input: process.stdin });
    lines.on("line", call);
    return () => {
      lines.close();
      process.stdin.destroy();
    };
  },
};
process.exitCode = await main(process.argv.slice(2), io).catch(refused);

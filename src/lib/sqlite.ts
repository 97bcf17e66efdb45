import { statSync } from "node:fs";
import {
  DatabaseSync,
  type DatabaseSyncInstance,
  type StatementSyncInstance,
} from "@photostructure/sqlite";
import { assert } from "./assert.ts";

/**
 * What a column holds. Integers beyond 2^53 are refused on reading rather than rounded. A NaN is
 * kept as NULL and -0 as 0: where that matters, use a blob.
 */
export type SqlValue = number | string | Uint8Array | null;
export type SqlRow = readonly SqlValue[];

/** A compiled statement; `?` in its text are filled in order. Rows are arrays, in column order. */
export interface Statement {
  /** How many rows it changed. */
  run(...values: readonly SqlValue[]): number;
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): SqlRow[];
}

/** One connection. Its calls return when the work is done, so keep long ones off the main loop. */
export interface Sqlite {
  /** Runs statements without values: tables, pragmas. */
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** What statements may ask of texts; the same texts always have the same answer. */
  define(name: string, isSo: (...texts: readonly string[]) => boolean): void;
  /** All of `work` or nothing of it; work must not be asynchronous, nor nest another. */
  transaction<T>(work: () => T): T;
  /** All of its reads see one moment, and none of them has to look for the newest by itself. */
  snapshot<T>(work: () => T): T;
  close(): void;
  /** Closes it and leaves the write-ahead log as it is, as `keepsLog` does. */
  leave(): void;
}

type SqliteOptions = {
  readonly readOnly?: boolean;
  /** How long to wait for another connection's lock. Fallback: 5 s. */
  readonly busyMs?: number;
  /** Closing leaves the write-ahead log as it is: somebody else sees to it. */
  readonly keepsLog?: boolean;
};

/**
 * Opens or creates a database. This is the only place that knows which SQLite package is used; it
 * has the form of Node's own `node:sqlite`, which can take its place once Node 22 is the floor.
 * Throws where the file cannot be opened.
 */
export function openSqlite(file: string, options: SqliteOptions = {}): Sqlite {
  const { readOnly = false, keepsLog = readOnly } = options;
  const database = new DatabaseSync(file, {
    readOnly,
    timeout: options.busyMs ?? 5_000,
    returnArrays: true,
  });
  const exec = (sql: string) => database.exec(sql);
  const compiled = new Map<string, Compiled>();
  const leave = () => {
    letGoOf(compiled.values(), file);
    database.close();
  };
  return {
    exec,
    prepare: (sql) => prepared(database, sql, compiled),
    define(name, isSo) {
      const answer = (...texts: readonly unknown[]) => Number(isSo(...texts.map(String)));
      database.function(name, { deterministic: true, varargs: true }, answer);
    },
    transaction: (work) => inTransaction(exec, "BEGIN IMMEDIATE", work),
    snapshot: (work) => inTransaction(exec, "BEGIN", work),
    close() {
      if (!keepsLog) emptyLog(exec);
      leave();
    },
    leave,
  };
}

/**
 * Whether SQLite has a file still open in this thread, of a connection that was closed: this
 * package keeps it until the statements made with it are collected as garbage.
 */
export function isLeftOpen(file: string): boolean {
  const rest = statementsOf(file);
  if (rest.length > 0) left.set(file, rest);
  else left.delete(file);
  return rest.length > 0;
}

/** Of closed connections, by file. */
const left = new Map<string, readonly WeakRef<object>[]>();

function statementsOf(file: string): readonly WeakRef<object>[] {
  return (left.get(file) ?? []).filter((statement) => statement.deref() !== undefined);
}

/** The package's own statement, until the connection is closed: nobody else holds on to it. */
type Compiled = { own: StatementSyncInstance | undefined };

function letGoOf(statements: Iterable<Compiled>, file: string): void {
  const refs = [...statementsOf(file)];
  for (const one of statements) {
    if (one.own !== undefined) refs.push(new WeakRef(one.own));
    one.own = undefined;
  }
  if (refs.length > 0) left.set(file, refs);
}

const EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)";

/** What the last close of a file does by itself, were it not for what `isLeftOpen` tells of. */
function emptyLog(exec: (sql: string) => void): void {
  try {
    exec(EMPTY_LOG);
  } catch {
    // The disk is full, or somebody writes: the log is whole, and the next to open reads it.
  }
}

/**
 * Keeps the file of a database with a write-ahead log as it is, whole without that log, until the
 * returned function is called. Others may write meanwhile: no checkpoint touches the file as long
 * as somebody reads who began when the log was empty. Undefined where the log cannot be emptied
 * now, because somebody reads or writes. Throws where the disk fails.
 */
export function holdDatabase(file: string): (() => void) | undefined {
  const emptier = openSqlite(file, { busyMs: 0, keepsLog: true });
  try {
    emptier.exec(EMPTY_LOG);
  } finally {
    emptier.close();
  }
  const reader = openSqlite(file, { readOnly: true, busyMs: 0 });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM sqlite_schema").get();
  const release = () => {
    reader.exec("ROLLBACK");
    reader.close();
  };
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) return release;
  release();
  return undefined;
}

/** Whether it failed because another connection holds a lock. */
export function isBusy(reason: unknown): boolean {
  return reason instanceof Error && "errcode" in reason && reason.errcode === SQLITE_BUSY;
}

/** Whether there was no room for what was written. What `all` meets comes without a code. */
export function isDiskFull(reason: unknown): boolean {
  return reason instanceof Error && reason.message === "database or disk is full";
}

/**
 * Whether the disk refused something: what exactly is not known. What `all` meets comes without a
 * code, but in the same words.
 */
export function isDiskFailure(reason: unknown): boolean {
  if (!(reason instanceof Error)) return false;
  if (!("errcode" in reason)) return reason.message === "disk I/O error";
  return (Number(reason.errcode) & PRIMARY) === SQLITE_IOERR;
}

/** Whether pages of the file are not what SQLite wrote. What `all` meets comes without a code. */
export function isMalformed(reason: unknown): reason is Error {
  if (reason instanceof MalformedError) return true;
  return reason instanceof Error && MALFORMED.has(reason.message);
}

/** Rows are not what was written, and SQLite has not noticed. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}

const MALFORMED = new Set(["database disk image is malformed", "file is not a database"]);
const SQLITE_BUSY = 5;
const SQLITE_IOERR = 10;
/** Codes have more to say in their higher bits. */
const PRIMARY = 0xff;

/** Each text is compiled once: they come from our code, and are few. */
function prepared(
  database: DatabaseSyncInstance,
  sql: string,
  compiled: Map<string, Compiled>,
): Statement {
  const statement = compiled.get(sql) ?? { own: database.prepare(sql) };
  compiled.set(sql, statement);
  const own = () => {
    assert(statement.own, "the database is open");
    return statement.own;
  };
  return {
    run: (...values) => own().run(...values).changes,
    get: (...values) => own().get(...values),
    all: (...values) => own().all(...values),
  };
}

function inTransaction<T>(exec: (sql: string) => void, begin: string, work: () => T): T {
  exec(begin);
  try {
    const result = work();
    exec("COMMIT");
    return result;
  } catch (reason) {
    undo(exec);
    throw reason;
  }
}

/** SQLite has undone the transaction itself after some failures, a full disk among them. */
function undo(exec: (sql: string) => void): void {
  try {
    exec("ROLLBACK");
  } catch {
    // Nothing is open any more; the failure that led here is the one to report.
  }
}

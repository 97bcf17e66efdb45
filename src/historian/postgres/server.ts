import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Log } from "../../lib/log.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { urlsOfHosts } from "../../lib/url-hosts.ts";
import type { Beside, Database, Session, Step } from "./database.ts";
import { runScript } from "./script.ts";

/*
 * Connections to a PostgreSQL: one that writes, and keeps other writers away, a second one for half
 * of what is much, and a few that read.
 */

/** "fieldline" in eight letters' bytes: who holds this lock may write. */
const WRITER_LOCK = "7379531087905681765";
/** What the second one of a writer that died still does is done before the next one begins. */
const SECOND_LOCK = "7379531087905681766";
const READERS_MAX = 4;
const CONNECT_MS = 10_000;
const WRITE_MS = 90_000;
const BEGIN = "BEGIN; SET LOCAL synchronous_commit = on";

/**
 * What every session needs. A connection whose other end is gone is noticed within half a minute,
 * by either side, so that the lock of a machine that died is free for the next. Compiling a query
 * would take longer than most of ours run.
 */
const SESSION = `
  SET TimeZone = 'UTC'; SET jit = off; SET statement_timeout = '60s';
  SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3`;

/** What a host is, of those that are asked: only one that takes writes is of use. */
const WHERE = `
  SELECT pg_is_in_recovery(), CASE WHEN pg_is_in_recovery() THEN NULL
    ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END`;

type Candidate = { readonly url: string; readonly writer: pg.Client; readonly timeline: number };

/**
 * Connects, and keeps other writers away as long as the connection lasts. Of several hosts it takes
 * the one that was promoted last: one that was the primary before may still take writes, and what
 * it takes is lost.
 */
export async function connect(url: string, log: Log): Promise<Outcome<Database, Problem>> {
  const urls = urlsOfHosts(url) ?? [url];
  const asked = await Promise.all(urls.map((one) => tryOne(one, log)));
  const [newest, ...others] = asked
    .flatMap((one) => (one.ok ? one.value : []))
    .toSorted((one, other) => other.timeline - one.timeline);
  await Promise.allSettled(others.map(({ writer }) => writer.end()));
  if (newest) return keepOthersAway(newest, log);
  const reasons = asked.flatMap((one) => (one.ok ? [] : one.problem));
  return failure(problem("database_unreachable", reasons.join("; ")));
}

function clientOf(url: string, log: Log): pg.Client {
  const client = new pg.Client(optionsOf(url));
  client.on("error", (reason) => log.warn("the database's connection broke", toldOf(reason)));
  return client;
}

async function tryOne(url: string, log: Log): Promise<Outcome<Candidate, string>> {
  const writer = clientOf(url, log);
  try {
    await writer.connect();
    await writer.query(SESSION);
    const { rows } = await writer.query<unknown[]>({ text: WHERE, rowMode: "array" });
    const [isStandby, timeline] = rows[0] ?? [];
    if (isStandby === false) return success({ url, writer, timeline: Number(timeline) });
    await writer.end();
    return failure(`${shownUrl(url)} is a standby, which takes no writes`);
  } catch (reason) {
    await writer.end().catch(() => {}); // It never was.
    return failure(`${shownUrl(url)}: ${toldOf(reason).reason}`);
  }
}

async function keepOthersAway(
  { url, writer }: Candidate,
  log: Log,
): Promise<Outcome<Database, Problem>> {
  const second = clientOf(url, log);
  const end = () => Promise.allSettled([writer.end(), second.end()]);
  try {
    const isFirst = await says(writer, `pg_try_advisory_lock(${WRITER_LOCK})`);
    if (isFirst) await second.connect();
    if (isFirst && (await isBeside(second))) {
      await second.query(SESSION);
      return success(new Server({ writer, second }, url, log));
    }
    await end();
    return failure(problem("database_in_use", `${shownUrl(url)} has another writer`));
  } catch (reason) {
    await end(); // It broke off.
    return failure(problem("database_unreachable", `${shownUrl(url)}: ${toldOf(reason).reason}`));
  }
}

/** Whether it finds the writer's lock taken, as on the same server, and nobody beside it. */
async function isBeside(second: pg.Client): Promise<boolean> {
  if (await says(second, `pg_try_advisory_lock(${WRITER_LOCK})`)) return false;
  return says(second, `pg_try_advisory_lock(${SECOND_LOCK})`);
}

async function says(client: pg.Client, expression: string): Promise<boolean> {
  const { rows } = await client.query(`SELECT ${expression} AS said`);
  return rows[0]?.said === true;
}

/** Without what is secret in it. */
function shownUrl(url: string): string {
  try {
    const { protocol, hostname, port, pathname } = new URL(url);
    return `${protocol}//${hostname}${port && `:${port}`}${pathname}`;
  } catch {
    return "the database"; // Whatever it is, it may hold a password.
  }
}

type Writers = { readonly writer: pg.Client; readonly second: pg.Client };

class Server implements Database {
  readonly lost: Promise<void>;
  readonly #writer: pg.Client;
  readonly #second: pg.Client;
  readonly #readers: pg.Pool;
  #last: Promise<unknown> = Promise.resolve();
  /** The last of what is beside, and what the next of it has to wait for. */
  #lastBeside: Promise<unknown> = this.#last;
  #before: Promise<unknown> = this.#last;
  #isClosed = false;

  constructor({ writer, second }: Writers, url: string, log: Log) {
    [this.#writer, this.#second] = [writer, second];
    this.lost = new Promise((resolve) => writer.once("end", resolve));
    writer.once("end", () => this.#breakOff(second));
    second.once("end", () => this.#breakOff(writer));
    this.#readers = new pg.Pool({ ...optionsOf(url), max: READERS_MAX });
    this.#readers.on("error", (reason) => log.info("a reader's connection broke", toldOf(reason)));
  }

  write<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#alone(() => inTransaction(this.#writer, BEGIN, work));
  }

  writeAll(steps: readonly Step[], beside?: Beside): Promise<void> {
    if (!beside || beside.steps.length === 0) {
      return this.#alone(() => inOneGo(this.#writer, [BEGIN, ...steps, "COMMIT"]));
    }
    const previous = this.#last;
    const safe = this.#besides(beside.steps, beside.isAhead ? this.#before : previous);
    this.#before = previous;
    return this.#inTurn(() => this.#behind(steps, safe));
  }

  /** What comes beside others is not done before this. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#inTurn(work);
    this.#before = done;
    return done;
  }

  /** One behind the other, too; each at most one call ahead of what it is beside. */
  #besides(steps: readonly Step[], before: Promise<unknown>): Promise<void> {
    const safe = Promise.all([this.#lastBeside, before]).then(() =>
      inOneGo(this.#second, [BEGIN, ...steps, "COMMIT"]),
    );
    this.#lastBeside = safe;
    safe.catch(() => {}); // Whoever is behind it is told.
    return safe;
  }

  /** What is beside is safe before the rest is: both are sent again where the rest is not. */
  async #behind(steps: readonly Step[], safe: Promise<void>): Promise<void> {
    const done = await Promise.allSettled([inOneGo(this.#writer, [BEGIN, ...steps]), safe]);
    const failed = done.find((one) => one.status === "rejected");
    if (!failed) return void (await this.#writer.query("COMMIT"));
    await this.#writer.query("ROLLBACK").catch(() => {}); // Of a connection that is gone.
    throw failed.reason;
  }

  async read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const reader = await this.#readers.connect();
    // Its queries are told as well; without a listener a connection that breaks ends the process.
    const onBroken = () => {};
    reader.on("error", onBroken);
    let isSound = false;
    try {
      const begin = `${SESSION}; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`;
      const found = await inTransaction(reader, begin, work);
      isSound = true;
      return found;
    } finally {
      reader.release(!isSound);
      if (isSound) reader.off("error", onBroken);
    }
  }

  async close(): Promise<void> {
    await this.#last.catch(() => {}); // Whoever asked was told.
    this.#isClosed = true;
    await Promise.allSettled([this.#writer.end(), this.#second.end(), this.#readers.end()]);
  }

  /** The one is of no use without the other. Both are asked to end when this is closed. */
  #breakOff(client: pg.Client): void {
    if (!this.#isClosed) breakOff(client);
  }

  /** Behind one that failed, all fail: nothing overtakes what it may have left undone. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(() => this.#inTime(work));
    this.#last = done;
    done.catch(() => {}); // Whoever asked is told.
    return done;
  }

  /** What takes too long is broken off: a network that swallows everything says nothing. */
  async #inTime<T>(work: () => Promise<T>): Promise<T> {
    const deadline = setTimeout(() => breakOff(this.#writer), WRITE_MS);
    try {
      return await work();
    } finally {
      clearTimeout(deadline);
    }
  }
}

/** At once, and without a word to the server. */
function breakOff(client: pg.Client): void {
  const { connection } = client as unknown as { readonly connection: pg.Connection };
  connection.stream.destroy();
}

async function inTransaction<T>(
  client: pg.ClientBase,
  begin: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  await client.query(begin);
  try {
    const done = await work(new ClientSession(client));
    await client.query("COMMIT");
    return done;
  } catch (reason) {
    await client.query("ROLLBACK").catch(() => {}); // Of a connection that is gone.
    throw reason;
  }
}

async function inOneGo(client: pg.ClientBase, steps: readonly Step[]): Promise<void> {
  try {
    await runScript(client, steps);
  } catch (reason) {
    await client.query("ROLLBACK").catch(() => {}); // Of a connection that is gone.
    throw reason;
  }
}

class ClientSession implements Session {
  readonly #client: pg.ClientBase;

  constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  async run(sql: string, values?: readonly unknown[]): Promise<number> {
    const { rowCount } = await this.#client.query(sql, values && [...values]);
    return rowCount ?? 0;
  }

  async rows(sql: string, values?: readonly unknown[]): Promise<readonly (readonly unknown[])[]> {
    const asked = { text: sql, rowMode: "array" as const, ...(values && { values: [...values] }) };
    return (await this.#client.query<unknown[]>(asked)).rows;
  }

  async copyOut(query: string): Promise<Buffer> {
    const stream = this.#client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT binary)`));
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part);
    return Buffer.concat(parts);
  }
}

function optionsOf(url: string): pg.ClientConfig {
  const kept = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };
  const fallback_application_name = "fieldline";
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    ...kept,
    fallback_application_name,
  };
}

function toldOf(reason: unknown): { readonly reason: string } {
  const { code, message } = reason as { readonly code?: string; readonly message?: string };
  return { reason: [code, message].filter(Boolean).join(": ") };
}

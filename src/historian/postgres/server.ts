import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { Log } from "../../lib/log.ts";
import { AwayError } from "../historian.ts";
import {
  breakOff,
  END_MS,
  end,
  inTime,
  isTroubleOfServer,
  optionsOf,
  SESSION,
  toldOf,
} from "./client.ts";
import type { Beside, Database, Session, Step } from "./database.ts";
import { runScript } from "./script.ts";

/*
 * Connections to a PostgreSQL: one that writes, and keeps other writers away, a second one for half
 * of what is much, and a few that read.
 */

const READERS_MAX = 4;
/** For one transaction, of any kind. */
const WORK_MS = 90_000;
const BEGIN = "BEGIN; SET LOCAL synchronous_commit = on";

type Writers = { readonly writer: pg.Client; readonly second: pg.Client };

/** Over two connections that are there already. */
export class Server implements Database {
  readonly lost: Promise<void>;
  readonly #writer: pg.Client;
  readonly #second: pg.Client;
  readonly #readers: pg.Pool;
  readonly #reading = new Set<pg.ClientBase>();
  #last: Promise<unknown> = Promise.resolve();
  /** The last of what is beside, and what the next of it has to wait for. */
  #lastBeside: Promise<unknown> = this.#last;
  #before: Promise<unknown> = this.#last;
  #isClosed = false;

  constructor({ writer, second }: Writers, url: string, log: Log) {
    [this.#writer, this.#second] = [writer, second];
    this.lost = new Promise((resolve) => writer.once("end", resolve));
    writer.once("end", () => this.#lose());
    second.once("end", () => this.#lose());
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
    const reader = await this.#readers.connect().catch((reason) => {
      throw unanswered(reason);
    });
    let [isBroken, isSound] = [false, false];
    // Its queries are told as well; without a listener a connection that breaks ends the process.
    const onBroken = () => {
      isBroken = true;
    };
    reader.on("error", onBroken);
    this.#reading.add(reader);
    try {
      const begin = `${SESSION}; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`;
      const found = await inTime(reader, WORK_MS, () => inTransaction(reader, begin, work));
      isSound = true;
      return found;
    } catch (reason) {
      throw isBroken || isTroubleOfServer(reason) ? unanswered(reason) : reason;
    } finally {
      this.#reading.delete(reader);
      reader.release(!isSound);
      if (isSound) reader.off("error", onBroken);
    }
  }

  async close(): Promise<void> {
    await this.#last.catch(() => {}); // Whoever asked was told.
    this.#isClosed = true;
    const deadline = setTimeout(() => this.#breakOffReaders(), END_MS);
    await Promise.allSettled([end(this.#writer), end(this.#second), this.#readers.end()]);
    clearTimeout(deadline);
  }

  /**
   * The one is of no use without the other, and whoever reads must not be in the way of the next
   * try: it may be that nobody ever answers. When this is closed, all are asked to end.
   */
  #lose(): void {
    if (this.#isClosed) return;
    for (const client of [this.#writer, this.#second]) breakOff(client);
    this.#breakOffReaders();
  }

  #breakOffReaders(): void {
    for (const reader of this.#reading) breakOff(reader);
  }

  /** Behind one that failed, all fail: nothing overtakes what it may have left undone. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(() => inTime(this.#writer, WORK_MS, work));
    this.#last = done;
    done.catch(() => {}); // Whoever asked is told.
    return done;
  }
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

function unanswered(reason: unknown): AwayError {
  return new AwayError(`the database has not answered: ${toldOf(reason).reason}`);
}

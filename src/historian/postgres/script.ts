import type pg from "pg";
import type { CopyIn, Step } from "./database.ts";

/*
 * Statements and the rows that go with them, sent at once. PostgreSQL reads them one after the
 * other; what follows a statement that failed it leaves out (Frontend/Backend Protocol, 55.2.2 and
 * 55.2.6).
 *
 *   bytes
 *       1  "Q", a query
 *       4  how many bytes follow, these four included
 *          the statements, with ";" in between, then a NUL
 *          of each COPY among them:
 *       1  "d", its data
 *       4  how many bytes follow, these four included
 *          header, rows and end: see copy.ts
 *       1  "c", that was all
 *       4  4
 */
const COPY_DATA = 0x64;
const COPY_DONE = Buffer.from("c\0\0\0\u0004", "latin1");

/** Runs them over a connection on which nothing else waits. Rejects with the server's complaint. */
export function runScript(client: pg.ClientBase, steps: readonly Step[]): Promise<void> {
  return new Promise((resolve, reject) => client.query(new Script(steps, resolve, reject)));
}

/** What `pg` calls while the server answers. */
class Script implements pg.Submittable {
  readonly handleError: (reason: unknown) => void;
  readonly handleReadyForQuery: () => void;
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[], resolve: () => void, reject: (reason: unknown) => void) {
    this.#steps = steps;
    this.handleReadyForQuery = resolve;
    this.handleError = reject;
  }

  submit(connection: pg.Connection): void {
    const { stream } = connection;
    stream.cork();
    connection.query(this.#steps.map(statementOf).join(";"));
    for (const step of this.#steps) if (typeof step !== "string") sendRows(stream, step);
    stream.uncork();
  }

  handleCommandComplete(): void {}
  handleCopyInResponse(): void {}
}

function statementOf(step: Step): string {
  return typeof step === "string" ? step : `COPY ${step.table} FROM STDIN (FORMAT binary)`;
}

function sendRows(stream: pg.Connection["stream"], { bytes }: CopyIn): void {
  const head = Buffer.alloc(5);
  head.writeUInt8(COPY_DATA);
  head.writeUInt32BE(bytes.length + 4, 1);
  stream.write(head);
  stream.write(bytes);
  stream.write(COPY_DONE);
}

/**
 * What the historian needs of a PostgreSQL, so that another than a server can stand in for it.
 * Values come back by COPY in its binary format only (copy.ts): bit by bit, and fast.
 */
export interface Database {
  /** Settles when it can no longer be written to. */
  readonly lost: Promise<void>;

  /** One transaction after the other, over the connection that keeps other writers away. */
  write<T>(work: (session: Session) => Promise<T>): Promise<T>;

  /**
   * The same of steps whose answers nobody needs: it never waits for us in between. Those `beside`
   * them may be a transaction of their own, done at the same time and safe before `steps` are: no
   * row may be touched by both.
   */
  writeAll(steps: readonly Step[], beside?: Beside): Promise<void>;

  /** A transaction that sees one moment and changes nothing. */
  read<T>(work: (session: Session) => Promise<T>): Promise<T>;

  close(): Promise<void>;
}

export type Beside = {
  readonly steps: readonly Step[];
  /** Whether they may be safe before the steps of the call before: no row is touched by both. */
  readonly isAhead: boolean;
};

/** A statement; or `COPY table(columns) FROM STDIN` in the binary format, and what it takes in. */
export type Step = string | CopyIn;
export type CopyIn = { readonly table: string; readonly bytes: Uint8Array };

export interface Session {
  /** Statements without an answer that anyone needs; returns how many rows they touched. */
  run(sql: string, values?: readonly unknown[]): Promise<number>;

  /** Small answers: names, switches, sizes. */
  rows(sql: string, values?: readonly unknown[]): Promise<readonly (readonly unknown[])[]>;

  /** What the query selects, in the binary format. */
  copyOut(query: string): Promise<Buffer>;
}

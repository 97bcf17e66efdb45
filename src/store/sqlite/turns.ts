import { AsyncLocalStorage } from "node:async_hooks";
import type { Connection } from "./connection.ts";

/** A transaction, or at depth 0 the ground that all transactions stand on. */
type Scope = {
  readonly outer: Scope | undefined;
  readonly depth: number;
  /** What is written in this scope next waits for this: one change at a time. */
  tail: Promise<unknown>;
  isOpen: boolean;
  /** SQLite has undone the whole transaction itself, as it does on a full disk. */
  readonly fate: { isLost: boolean };
};

/**
 * Lets asynchronous transactions take turns on the one connection that writes.
 *
 * Work inside a transaction is told from work outside by its asynchronous context, so both use the
 * same store. Those outside wait for their turn to write, and read what was last committed on a
 * connection of their own. A transaction within a transaction is a savepoint of it.
 */
export class Turns {
  readonly #writer: Connection;
  readonly #reader: Connection;
  readonly #ground: Scope = newScope(undefined);
  readonly #context = new AsyncLocalStorage<Scope>();
  #waiting = 0;

  constructor(writer: Connection, reader: Connection) {
    this.#writer = writer;
    this.#reader = reader;
  }

  read<T>(work: (connection: Connection) => T): T {
    const isInside = this.#scope().depth > 0;
    return work(isInside ? this.#writer : this.#reader);
  }

  /** One change by itself, or as a part of the transaction that it is called in. */
  write<T>(work: (connection: Connection) => T): Promise<T> {
    return this.#inTransaction(() => work(this.#writer));
  }

  /** Between two changes, and a part of neither. */
  between<T>(work: () => T): Promise<T> {
    const turn = this.#ground.tail.then(work);
    this.#ground.tail = turn.catch(() => undefined); // Whoever asked is told.
    return turn;
  }

  async together<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    try {
      return await this.#inTransaction((scope) => this.#context.run(scope, work));
    } finally {
      this.#waiting -= 1;
      // While the context is followed, every promise of the process costs three times as much.
      if (this.#waiting === 0) this.#context.disable();
    }
  }

  async close(): Promise<void> {
    await this.#ground.tail;
    this.#reader.close();
    this.#writer.close();
  }

  #inTransaction<T>(work: (scope: Scope) => T | Promise<T>): Promise<T> {
    const outer = this.#scope();
    const turn = outer.tail.then(() => this.#transact(outer, work));
    outer.tail = turn.catch(() => undefined); // Whoever asked is told; the next turn comes anyway.
    return turn;
  }

  async #transact<T>(outer: Scope, work: (scope: Scope) => T | Promise<T>): Promise<T> {
    const scope = newScope(outer);
    this.#begin(scope);
    try {
      const value = await work(scope);
      await closed(scope);
      this.#commit(scope);
      return value;
    } catch (reason) {
      await closed(scope);
      this.#undo(scope);
      throw reason;
    }
  }

  #begin({ depth, fate }: Scope): void {
    if (fate.isLost) throw new Error("SQLite has undone the transaction: nothing more is written");
    this.#writer.exec(depth === 1 ? "BEGIN IMMEDIATE" : `SAVEPOINT depth_${depth}`);
  }

  #commit({ depth, fate }: Scope): void {
    if (fate.isLost) throw new Error("SQLite has undone the transaction: there is nothing to keep");
    this.#writer.exec(depth === 1 ? "COMMIT" : `RELEASE depth_${depth}`);
  }

  #undo({ depth, fate }: Scope): void {
    const savepoint = `depth_${depth}`;
    try {
      const toSavepoint = `ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`;
      this.#writer.exec(depth === 1 ? "ROLLBACK" : toSavepoint);
    } catch {
      // SQLite was quicker; the failure that led here is the one to report.
      fate.isLost = true;
    }
  }

  #scope(): Scope {
    let scope = this.#context.getStore();
    while (scope !== undefined && !scope.isOpen) scope = scope.outer;
    return scope ?? this.#ground;
  }
}

/** Also what nobody waited for belongs to the transaction in which it was asked. */
async function closed(scope: Scope): Promise<void> {
  for (let tail: unknown; tail !== scope.tail; ) {
    tail = scope.tail;
    await tail;
  }
  scope.isOpen = false;
}

function newScope(outer: Scope | undefined): Scope {
  const depth = outer === undefined ? 0 : outer.depth + 1;
  const fate = outer !== undefined && depth > 1 ? outer.fate : { isLost: false };
  return { outer, depth, tail: Promise.resolve(), isOpen: true, fate };
}

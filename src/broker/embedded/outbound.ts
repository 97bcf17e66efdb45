import type { Connection } from "./connection.ts";

/** Connections with something to send: each gets one write, when the running work is done. */
export class Outbound {
  #waiting: Connection[] = [];

  add(connection: Connection): void {
    if (this.#waiting.length === 0) queueMicrotask(() => this.#flush());
    this.#waiting.push(connection);
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const connection of waiting) connection.flush();
  }
}

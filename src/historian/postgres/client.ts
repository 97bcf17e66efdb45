import pg from "pg";
import type { Log } from "../../lib/log.ts";

/*
 * A connection to a PostgreSQL: how it is made, and how long it is waited for.
 */

const CONNECT_MS = 10_000;
/** A server that does not even take leave is left without. */
export const END_MS = 5_000;

/**
 * What every session needs. A connection whose other end is gone is noticed within half a minute,
 * by either side, so that the lock of a machine that died is free for the next. Compiling a query
 * would take longer than most of ours run.
 */
export const SESSION = `
  SET TimeZone = 'UTC'; SET jit = off; SET statement_timeout = '60s';
  SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3`;

export function clientOf(url: string, log: Log): pg.Client {
  const client = new pg.Client(optionsOf(url));
  client.on("error", (reason) => log.warn("the database's connection broke", toldOf(reason)));
  return client;
}

/** What takes longer is broken off: a network that swallows everything says nothing. */
export async function inTime<T>(
  client: pg.ClientBase,
  ms: number,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = setTimeout(() => breakOff(client), ms);
  try {
    return await work();
  } finally {
    clearTimeout(deadline);
  }
}

/** With a word to the server. One that was never connected, or is gone, has ended. */
export async function end(client: pg.Client): Promise<void> {
  await inTime(client, END_MS, () => client.end()).catch(() => {}); // It was gone.
}

/** At once, and without a word to the server. */
export function breakOff(client: pg.ClientBase): void {
  const { connection } = client as unknown as { readonly connection: pg.Connection };
  connection.stream.destroy();
}

export function optionsOf(url: string): pg.ClientConfig {
  const kept = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };
  const fallback_application_name = "fieldline";
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    ...kept,
    fallback_application_name,
  };
}

/** SQLSTATE's classes of what is the server's trouble, not that of what it was asked. */
const TROUBLES = /^(08|53|57|58)...$/;

/** Whether the server could not answer at all, whatever it had been asked. */
export function isTroubleOfServer(reason: unknown): boolean {
  return reason instanceof pg.DatabaseError && TROUBLES.test(reason.code ?? "");
}

export function toldOf(reason: unknown): { readonly reason: string } {
  const { code, message } = reason as { readonly code?: string; readonly message?: string };
  return { reason: [code, message].filter(Boolean).join(": ") };
}

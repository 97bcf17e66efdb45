import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { connect as connectTls } from "node:tls";
import { pathToFileURL } from "node:url";
import { generate } from "mqtt-packet";
import type { Account } from "./load.ts";

export type CrowdOptions = {
  readonly port: number;
  readonly tls: boolean;
  readonly clients: number;
  /** Seconds; fallback: none. */
  readonly keepalive?: number;
  /** Clients are shared out among them. */
  readonly accounts: readonly Account[];
};

/** What a crowd does all at once: come again, be reset, take itself over, say one more word. */
export type Feat = "again" | "reset" | "over" | "word";

/** Between tries of a client that was not let in. */
const RETRY_MS = 500;
const PING = Buffer.from([0xc0, 0]);

/**
 * Very many clients that say nothing. Says `all here` when all are connected; on a line of input
 * all do what it says at once, and `done` is said with the seconds it took.
 */
async function runCrowd(options: CrowdOptions): Promise<void> {
  let sockets = await Promise.all(each(options, (index) => arrive(options, index)));
  console.log("all here");
  for await (const line of createInterface({ input: process.stdin })) {
    const before = performance.now();
    for (const socket of sockets) leave(socket, line as Feat);
    if (line === "again" || line === "over") {
      sockets = await Promise.all(each(options, (index) => arrive(options, index)));
    }
    console.log(`done ${(performance.now() - before) / 1000}`);
  }
}

function leave(socket: Socket, feat: Feat): void {
  if (feat === "again") socket.destroy();
  else if (feat === "reset") socket.resetAndDestroy();
  else if (feat === "word") socket.write(PING);
}

function each<T>({ clients }: CrowdOptions, make: (index: number) => T): T[] {
  return Array.from({ length: clients }, (_, index) => make(index));
}

async function arrive(options: CrowdOptions, index: number): Promise<Socket> {
  for (;;) {
    const socket = await enter(options, index).catch(() => null);
    if (socket) return socket;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (1 + Math.random())));
  }
}

function enter(
  { port, tls, accounts, keepalive = 0 }: CrowdOptions,
  index: number,
): Promise<Socket> {
  const account = accounts[index % accounts.length];
  const { username = "", password = "" } = account ?? {};
  return new Promise((resolve, reject) => {
    const where = { host: "127.0.0.1", port, noDelay: true };
    const socket = tls ? connectTls({ ...where, rejectUnauthorized: false }) : connect(where);
    socket.on("error", reject);
    socket.once("close", reject);
    socket.once("data", (connack) => (connack[3] === 0 ? resolve(socket) : socket.destroy()));
    const login = { username, password: Buffer.from(password) };
    const clientId = `crowd-${index}`;
    socket.write(generate({ cmd: "connect", clientId, clean: true, keepalive, ...login }));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await runCrowd(JSON.parse(process.argv[2] ?? "{}"));
}

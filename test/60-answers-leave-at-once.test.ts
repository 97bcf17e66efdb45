import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect as connectPlain, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { type Ports, until } from "./house.ts";

const MAIN = fileURLToPath(new URL("../dist/program/main.js", import.meta.url));
const host = "127.0.0.1";
const skip = spawnSync("strace", ["-V"]).status !== 0;

/** What opens a connection to each door that speaks MQTT; over HTTP it speaks by WebSocket. */
const DOORS: Readonly<Record<"mqtt" | "mqtts" | "http", (port: number) => Promise<Socket>>> = {
  mqtt: plain,
  mqtts: encrypted,
  http: plain,
};

/** Else a small answer waits in the kernel until the one before it has arrived, up to 44 ms. */
test("answers leave at once: every connection is told TCP_NODELAY", { skip }, async (t) => {
  const { ports, calls } = await tracedHouse(t);
  const told: string[] = [];
  for (const [door, connect] of Object.entries(DOORS)) {
    const socket = await connect(ports[door as keyof typeof DOORS]);
    t.after(() => socket.destroy());
    const name = `${socket.remotePort}->${host}:${socket.localPort}]>`;
    await until(`${door} sends at once`, () => isToldNoDelay(calls(), name));
    told.push(door);
  }
  assert.deepEqual(told, Object.keys(DOORS));
});

async function plain(port: number): Promise<Socket> {
  const socket = connectPlain({ host, port });
  await once(socket, "connect");
  return socket;
}

async function encrypted(port: number): Promise<Socket> {
  const socket = connectTls({ host, port, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  return socket;
}

function isToldNoDelay(calls: string, name: string): boolean {
  const [, ofConnection = ""] = calls.split(`${name}, SOL_TCP, TCP_NODELAY, `);
  return ofConnection.startsWith("[1], 4) = 0");
}

/** The whole server, and what it has said to the kernel of its sockets. */
async function tracedHouse(t: TestContext): Promise<{ ports: Ports; calls: () => string }> {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-"));
  const trace = join(folder, "trace");
  const watch = ["-f", "-qq", "-yy", "-o", trace, "-e", "trace=setsockopt"];
  const doors = ["http", "mqtt", "mqtts"].flatMap((door) => [`--${door}`, `${host}:0`]);
  const server = ["server", "--data", join(folder, "data"), "--print-ports", ...doors];
  const child = spawn("strace", [...watch, process.execPath, MAIN, ...server], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true, // A group of its own: strace, and whom it watches.
  });
  const ended = once(child, "close"); // Both: they share its output.
  t.after(async () => {
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const [line] = await once(createInterface(child.stdout), "line");
  return { ports: JSON.parse(line), calls: () => readFileSync(trace, "latin1") };
}

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, untilOpen } from "../src/lib/port.ts";

/** Debian's brokers, where they are installed: somebody else's programs, on ports of their own. */
export const hasMosquittoBroker = isThere("mosquitto", "-h");
export const hasNats = isThere("nats-server", "--version");

/** A broker of somebody else's in a folder of its own; it can be killed and started again. */
export class Peer {
  readonly port: number;
  readonly folder: string;
  readonly #start: () => ChildProcess;
  #process: ChildProcess;

  static async open(port: number, folder: string, start: () => ChildProcess): Promise<Peer> {
    const peer = new Peer(port, folder, start);
    await untilOpen(port);
    return peer;
  }

  private constructor(port: number, folder: string, start: () => ChildProcess) {
    this.port = port;
    this.folder = folder;
    this.#start = start;
    this.#process = start();
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill(signal);
    await ended;
  }

  async start(): Promise<void> {
    this.#process = this.#start();
    await untilOpen(this.port);
  }

  async close(): Promise<void> {
    await this.stop("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** `lines` come behind those that make it listen; without any everybody may come in. */
export async function openMosquitto(
  lines: (folder: string) => readonly string[] = () => ["allow_anonymous true"],
): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), "fieldline-mosquitto-"));
  const port = await freePort();
  const file = join(folder, "mosquitto.conf");
  const own = [
    ...[`listener ${port} 127.0.0.1`, "user root", "set_tcp_nodelay true"],
    ...["max_inflight_messages 4096", "max_queued_messages 0", "sys_interval 0"],
  ];
  writeFileSync(file, `${[...own, ...lines(folder)].join("\n")}\n`);
  const start = () => spawn("mosquitto", ["-c", file], { stdio: "ignore" });
  return Peer.open(port, folder, start);
}

export async function openNats(): Promise<Peer> {
  const [peer] = await openNatsCluster(1);
  if (!peer) throw new Error("no node");
  return peer;
}

/** Nodes that keep each message as often as there are nodes, up to three times. */
export async function openNatsCluster(count: number): Promise<readonly Peer[]> {
  const ports = await Promise.all(Array.from({ length: count * 3 }, freePort));
  const routes = ports.slice(count * 2).map((port) => `nats-route://127.0.0.1:${port}`);
  const nodes = Array.from({ length: count }, (_, index) => {
    const folder = mkdtempSync(join(tmpdir(), "fieldline-nats-"));
    const file = join(folder, "nats.conf");
    const port = ports[index] ?? 0;
    const lines = [
      `server_name: node_${index}`,
      `listen: 127.0.0.1:${ports[count + index]}`,
      `jetstream { store_dir: "${folder}/jetstream", max_file: 1G }`,
      `mqtt { listen: 127.0.0.1:${port}, ack_wait: "5s", max_ack_pending: 1000,`,
      `  stream_replicas: ${Math.min(count, 3)} }`,
    ];
    const listen = `127.0.0.1:${ports[count * 2 + index]}`;
    const cluster = `cluster { name: c, listen: ${listen}, routes: [${routes.join(", ")}] }`;
    mkdirSync(join(folder, "jetstream"));
    writeFileSync(file, `${[...lines, ...(count > 1 ? [cluster] : [])].join("\n")}\n`);
    const start = () => spawn("nats-server", ["-c", file], { stdio: "ignore" });
    return Peer.open(port, folder, start);
  });
  return Promise.all(nodes);
}

function isThere(command: string, option: string): boolean {
  return spawnSync(command, [option], { stdio: "ignore" }).error === undefined;
}

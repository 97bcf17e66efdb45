import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerAddress } from "../src/broker/external/external.ts";
import { ownProgram } from "./own-program.ts";

const SCRIPT = ownProgram(import.meta.url, "external-worker");

/** Worker processes at one broker, each with its file of what it has kept. */
export class Workers {
  readonly #address: ServerAddress;
  readonly #share: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "fieldline-workers-"));
  readonly #processes = new Map<number, ChildProcess>();

  constructor(ports: readonly number[], share = "fieldline") {
    this.#share = share;
    const hosts = ports.map((port) => ({ host: "127.0.0.1", port }));
    this.#address = { hosts, username: null, password: null, tls: null };
  }

  /** Settles when the worker takes in. */
  async start(worker: number): Promise<void> {
    const options = {
      ...{ address: this.#address, share: this.#share },
      ...{ worker, folder: this.#folder },
    };
    const args = [...SCRIPT, JSON.stringify(options)];
    const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#processes.set(worker, child);
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on("data", (data) => {
        if (String(data).includes("ready")) resolve();
      });
      child.once("exit", (code) => reject(new Error(`the worker ended with ${code}`)));
    });
  }

  /** Tells a worker that it takes in where nothing is shared. */
  lead(worker: number): void {
    this.#processes.get(worker)?.stdin?.write("first\n");
  }

  async kill(worker: number): Promise<void> {
    const child = this.#processes.get(worker);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  /** What one of them has kept, message by message, repetitions included. */
  kept(worker: number): readonly string[] {
    const file = join(this.#folder, `kept-${worker}`);
    if (!existsSync(file)) return [];
    return readFileSync(file, "utf8").split("\n").slice(0, -1);
  }

  async close(): Promise<void> {
    for (const worker of this.#processes.keys()) await this.kill(worker);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

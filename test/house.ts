import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../dist/program/main.js", import.meta.url));
const OWNER = { name: "owner", password: "a long and quiet sentence" };

export type Ports = {
  readonly http: number;
  readonly mqtt: number;
  readonly mqtts: number;
  readonly setup: string | null;
};

/** A running Fieldline on free ports, in a folder of its own, and somebody signed in to it. */
export class House {
  readonly folder: string;
  #child: ChildProcess;
  #complaints = () => "";
  #cookie = "";
  ports: Ports;

  static async open(
    options: readonly string[] = [],
    folder?: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<House> {
    const place = folder ?? mkdtempSync(join(tmpdir(), "fieldline-"));
    const { child, ports, complaints } = await startServer(place, options, environment);
    const house = new House(place, child, ports);
    house.#complaints = complaints;
    return house;
  }

  private constructor(folder: string, child: ChildProcess, ports: Ports) {
    this.folder = folder;
    this.#child = child;
    this.ports = ports;
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  get cookie(): string {
    return this.#cookie;
  }

  /** All that it wrote to its log since it was opened first. */
  get complaints(): string {
    return this.#complaints();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Makes the owner with the one-time link, or signs in where one exists. */
  async signIn(wish: { demo?: boolean } = {}): Promise<this> {
    const token = this.ports.setup?.split("#")[1];
    const path = token ? "/setup" : "/session";
    const body = token ? { ...OWNER, token, ...wish } : OWNER;
    const response = await this.request("POST", path, body);
    assert.equal(response.status, 201, await response.clone().text());
    this.#cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    return this;
  }

  request(method: string, path: string, body?: unknown, more = {}): Promise<Response> {
    return fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(this.#cookie && { cookie: this.#cookie }),
        ...more,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** The reply's JSON; fails with the problem's own words. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects and fails where it is not.
  async call(method: string, path: string, body?: unknown): Promise<any> {
    const response = await this.request(method, path, body);
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** Ends the process at once, as a power cut would. */
  async kill(): Promise<void> {
    await ended(this.#child, "SIGKILL");
  }

  async killAndRestart(options: readonly string[] = []): Promise<void> {
    await this.kill();
    await this.restart(options);
  }

  /** Starts it again on the same folder; on the same ports only where the options say so. */
  async restart(options: readonly string[] = []): Promise<void> {
    const { child, ports, complaints } = await startServer(this.folder, options);
    const before = this.complaints;
    this.#complaints = () => before + complaints();
    this.#child = child;
    this.ports = ports;
  }

  async stop(): Promise<number | null> {
    return ended(this.#child, "SIGTERM");
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Asks again until it is so; a test waits for what happens, never for a time. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 20_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    assert.ok(Date.now() < end, `${what}: not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function startServer(
  folder: string,
  options: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  const anyPort = ["--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--mqtts", "127.0.0.1:0"];
  const [program, ...own] = options[0] === "gateway" ? options : ["server", ...options];
  const args = [program ?? "", "--data", folder, "--print-ports", ...anyPort, ...own];
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [MAIN, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let complained = "";
  child.stderr?.on("data", (data) => {
    complained += data;
  });
  const ports = await new Promise<Ports>((resolve, reject) => {
    child.stdout?.on("data", (data) => {
      said += data;
      if (said.includes("\n")) resolve(JSON.parse(said.slice(0, said.indexOf("\n"))));
    });
    child.once("exit", (code) => reject(new Error(`server ended with ${code}: ${complained}`)));
  });
  return { child, ports, complaints: () => complained };
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once("exit", (code) => resolve(code));
    child.kill(signal);
  });
}

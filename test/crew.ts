import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";

const MAIN = fileURLToPath(new URL("../dist/program/main.js", import.meta.url));
const SECRET = "a-secret-that-workers-show";
const START = Date.parse("2026-01-01T00:00:00Z");

/** A house that stores and shows, and the workers that take in for it from another broker. */
export class Crew {
  readonly house: House;
  readonly #options: readonly string[];
  readonly #common: readonly string[];
  readonly #workers = new Map<number, ChildProcess>();
  readonly #folder = mkdtempSync(join(tmpdir(), "fieldline-crew-"));

  static async open(brokers: readonly number[], workers: number, more: readonly string[] = []) {
    const [first, ...others] = brokers.map((port) => `127.0.0.1:${port}`);
    const broker = [`mqtt://${first}`, ...others].join(",");
    const common = ["--broker", broker, "--workers", `${workers}`, "--worker-secret", SECRET];
    const options = ["--role", "web", ...common, ...more];
    const house = await (await House.open(options)).signIn();
    return new Crew(house, common, [...options, "--http", `127.0.0.1:${house.ports.http}`]);
  }

  private constructor(house: House, common: readonly string[], options: readonly string[]) {
    this.house = house;
    this.#common = common;
    this.#options = options;
  }

  /** Settles when the worker runs; whether it takes in the house's health tells. */
  async start(worker: number): Promise<void> {
    const own = ["--role", "ingest", "--worker", `${worker}`, "--house", this.house.url];
    const data = ["--data", join(this.#folder, `${worker}`), "--print-ports"];
    const args = [MAIN, "server", ...own, ...this.#common, ...data];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.#workers.set(worker, child);
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once("data", () => resolve());
      child.once("exit", (code) => reject(new Error(`the worker ended with ${code}`)));
    });
  }

  async kill(worker: number): Promise<void> {
    await this.#end(worker, "SIGKILL");
  }

  /** The same folder and port, for that is where the workers look for it. */
  async killAndRestartHouse(): Promise<void> {
    await this.house.killAndRestart(this.#options);
  }

  /** `spoken` is trouble that has to be, for the broker cannot do better. */
  async ready(spoken?: RegExp): Promise<void> {
    const isReady = async () => {
      const { reasons } = await this.house.call("GET", "/health");
      return reasons.every((reason: string) => spoken?.test(reason));
    };
    await until("all workers take in", isReady, 120_000);
  }

  /** Agents, each with a device that says one value. */
  async enrol(count: number): Promise<readonly string[]> {
    const clientIds: string[] = [];
    for (let number = 0; number < count; number += 1) {
      const wish = { kind: "mindsphere", tenant: "acme", name: `pump${number}` } as const;
      clientIds.push((await enrol(this.house, wish)).clientId);
    }
    return clientIds;
  }

  /** Makes points of what the devices say; all of them must have been heard. */
  async adopt(devices: number): Promise<void> {
    const { items } = await until("the devices are known", async () => {
      const inbox = await this.house.call("GET", "/inbox");
      return inbox.items.length === devices && inbox;
    });
    for (const { id } of items) await this.house.call("POST", `/inbox/${id}/adopt`, {});
  }

  /** The numbers of all messages that are in the history, over all points, as the API tells. */
  async stored(): Promise<Set<number>> {
    const { items } = await this.house.call("GET", "/points");
    const numbers = new Set<number>();
    for (const { id } of items) {
      const span = `from=${START}&to=${START + 100_000_000}&limit=100000`;
      const { value } = await this.house.call("GET", `/points/${id}/history?${span}`);
      for (const number of value) numbers.add(Number(number));
    }
    return numbers;
  }

  async close(): Promise<void> {
    for (const worker of this.#workers.keys()) await this.#end(worker, "SIGTERM");
    await this.house.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(worker: number, signal: NodeJS.Signals): Promise<void> {
    const child = this.#workers.get(worker);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
    if (signal === "SIGTERM") assert.equal(child.exitCode, 0, "the worker stops when it is asked");
  }
}

/** Message n is of second n, and its value is n. */
export function pumpMessage(clientId: string, number: number) {
  const values = [{ dataPointId: "level", value: number, qualityCode: "0" }];
  const timestamp = new Date(START + number * 1_000);
  const payload = JSON.stringify({ timeseries: [{ timestamp, values }] });
  return { topic: `tc/acme/${clientId}/o/mc_v3/ts`, payload };
}

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { House } from "../test/house.ts";
import type { CrowdOptions, Feat } from "./crowd.ts";
import { end } from "./measure.ts";

/** Many silent clients in a process of their own. */
export class Crowd {
  readonly #child: ChildProcess;

  static async open(house: House, wish: Omit<CrowdOptions, "port">): Promise<Crowd> {
    const port = wish.tls ? house.ports.mqtts : house.ports.mqtt;
    const script = fileURLToPath(new URL("crowd.ts", import.meta.url));
    const args = ["--import", "tsx", script, JSON.stringify({ port, ...wish })];
    const crowd = new Crowd(spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] }));
    await crowd.#line();
    return crowd;
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Cuts all off; the seconds until all are back. */
  comeBack(): Promise<number> {
    return this.does("again");
  }

  /** The seconds that it took; see crowd.ts. */
  async does(what: Feat): Promise<number> {
    this.#child.stdin?.write(`${what}\n`);
    return Number((await this.#line()).split(" ").at(-1));
  }

  close(): Promise<void> {
    return end(this.#child);
  }

  #line(): Promise<string> {
    return new Promise((resolve) => {
      this.#child.stdout?.once("data", (data) => resolve(String(data).trim()));
    });
  }
}

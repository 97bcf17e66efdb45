import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cpuSecondsOf, end, freePort } from "./measure.ts";

export type Parsed = { readonly parsed: number; readonly seconds: number };

/** Debian's mosquitto on a free port, and one mqtt.js subscriber that parses JSON. */
export class MosquittoPeer {
  readonly port: number;
  readonly #folder: string;
  readonly #broker: ChildProcess;
  readonly #subscriber: ChildProcess;

  /** As it comes, it drops what a subscriber cannot take at once; unlimited, it keeps all. */
  static async open(queue: "as it comes" | "unlimited"): Promise<MosquittoPeer> {
    const folder = mkdtempSync(join(tmpdir(), "fieldline-peer-"));
    const port = await freePort();
    const file = join(folder, "mosquitto.conf");
    // Debian's own file: persistence on. The rest is what a listener needs to let anybody in.
    const lines = [
      ...[`listener ${port} 127.0.0.1`, "allow_anonymous true", "user root"],
      ...["persistence true", `persistence_location ${folder}/`],
      ...(queue === "unlimited" ? ["max_queued_messages 0"] : []),
    ];
    writeFileSync(file, `${lines.join("\n")}\n`);
    const broker = spawn("mosquitto", ["-c", file], { stdio: "ignore" });
    await answers(port);
    const script = fileURLToPath(new URL("json-subscriber.ts", import.meta.url));
    const args = ["--import", "tsx", script, `${port}`];
    const subscriber = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    const peer = new MosquittoPeer(port, folder, broker, subscriber);
    await peer.#line();
    return peer;
  }

  private constructor(
    port: number,
    folder: string,
    broker: ChildProcess,
    subscriber: ChildProcess,
  ) {
    this.port = port;
    this.#folder = folder;
    this.#broker = broker;
    this.#subscriber = subscriber;
  }

  get cpuSeconds(): number {
    return cpuSecondsOf(this.#broker.pid ?? 0) + cpuSecondsOf(this.#subscriber.pid ?? 0);
  }

  /** What the subscriber has parsed since this was asked before, once no more comes. */
  async parsed(): Promise<Parsed> {
    for (let before = -1; ; ) {
      const now = await this.#ask("so far");
      if (now.parsed === before) {
        await this.#ask("anew");
        return now;
      }
      before = now.parsed;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async close(): Promise<void> {
    await end(this.#subscriber);
    await end(this.#broker);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ask(what: string): Promise<Parsed> {
    this.#subscriber.stdin?.write(`${what}\n`);
    return JSON.parse(await this.#line());
  }

  #line(): Promise<string> {
    return new Promise((resolve) => {
      this.#subscriber.stdout?.once("data", (data) => resolve(String(data).trim()));
    });
  }
}

async function answers(port: number): Promise<void> {
  for (;;) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

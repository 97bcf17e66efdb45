import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cpuSecondsOf, end } from "./measure.ts";
import { Mosquitto } from "./mosquitto.ts";

type Parsed = { readonly parsed: number; readonly seconds: number };

/** A broker, and one mqtt.js subscriber that parses JSON: a process each. */
export class MosquittoPeer {
  readonly #broker: Mosquitto;
  readonly #subscriber: ChildProcess;

  /** As it comes, it drops what a subscriber cannot take at once; unlimited, it keeps all. */
  static async open(queue: "as it comes" | "unlimited"): Promise<MosquittoPeer> {
    const broker = await Mosquitto.open(queue === "unlimited" ? ["max_queued_messages 0"] : []);
    const script = fileURLToPath(new URL("json-subscriber.ts", import.meta.url));
    const args = ["--import", "tsx", script, `${broker.port}`];
    const subscriber = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    const peer = new MosquittoPeer(broker, subscriber);
    await peer.#line();
    return peer;
  }

  private constructor(broker: Mosquitto, subscriber: ChildProcess) {
    this.#broker = broker;
    this.#subscriber = subscriber;
  }

  get port(): number {
    return this.#broker.port;
  }

  get cpuSeconds(): number {
    return cpuSecondsOf(this.#broker.pid) + cpuSecondsOf(this.#subscriber.pid ?? 0);
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
    await this.#broker.close();
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

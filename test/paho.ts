import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { until } from "./house.ts";
import type { Where } from "./mosquitto.ts";

const PYTHON = "/usr/bin/python3";
const SCRIPT = fileURLToPath(new URL("paho-client.py", import.meta.url));

/** Eclipse Paho in Python: what the gateways of the seed projects are made of. */
export const hasPaho = spawnSync(PYTHON, ["-c", "import paho.mqtt.client"]).status === 0;

type PahoOptions = Omit<Where, "version"> & {
  readonly version?: 3 | 4 | 5;
  readonly clean?: boolean;
  readonly will?: {
    readonly topic: string;
    readonly qos: number;
    readonly retain: boolean;
  } & ({ readonly payload: string } | { readonly hex: string });
};

type PahoMessage = {
  readonly topic: string;
  readonly payload: string;
  /** The same, byte by byte. */
  readonly hex: string;
  readonly qos: number;
  readonly retain: boolean;
};

type Said =
  | { readonly event: "connected"; readonly code: number; readonly sessionPresent: boolean }
  | { readonly event: "refused"; readonly reason: string }
  | { readonly event: "begun"; readonly id: number }
  | { readonly event: "done"; readonly id: number; readonly codes: readonly number[] }
  | ({ readonly event: "message" } & PahoMessage)
  | { readonly event: "ended"; readonly code: number };

/** One connection of Paho's, in a process of its own. */
export class Paho {
  /** What came, in order. */
  readonly messages: PahoMessage[] = [];
  /** The code of CONNACK; -1 where not even TLS was agreed on. */
  code = -1;
  sessionPresent = false;
  /** The reason code with which the broker ended the connection; undefined while it lasts. */
  endedWith: number | undefined;
  readonly #child: ChildProcess;
  readonly #said: Said[] = [];
  #begun = 0;

  /** Settles when the broker has said yes or no. */
  static async open(options: PahoOptions): Promise<Paho> {
    const paho = new Paho(options);
    await until("paho hears an answer to CONNECT", () =>
      paho.#said.some(({ event }) => event === "connected" || event === "refused"),
    );
    return paho;
  }

  /** Opens, and asserts that the broker let it in. */
  static async enter(options: PahoOptions): Promise<Paho> {
    const paho = await Paho.open(options);
    assert.equal(paho.code, 0, "the client was not let in");
    return paho;
  }

  private constructor(options: PahoOptions) {
    const args = [SCRIPT, JSON.stringify(options)];
    this.#child = spawn(PYTHON, args, { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: this.#child.stdout ?? process.stdin });
    lines.on("line", (line) => this.#hear(JSON.parse(line)));
  }

  /** The codes of SUBACK. */
  async subscribe(filter: string, qos = 1): Promise<readonly number[]> {
    return this.#do({ do: "subscribe", filter, qos });
  }

  /** Settles when the broker has acknowledged it. */
  async publish(topic: string, payload: string, more: { qos?: number; retain?: boolean } = {}) {
    await this.#do({ do: "publish", topic, payload, qos: 1, retain: false, ...more });
  }

  /** The same with bytes that are no text. */
  async publishBytes(topic: string, bytes: Uint8Array, qos = 0): Promise<void> {
    const hex = Buffer.from(bytes).toString("hex");
    await this.#do({ do: "publish", topic, hex, qos, retain: false });
  }

  /** Says goodbye. */
  async leave(): Promise<void> {
    this.#write({ do: "leave" });
    await this.ended();
  }

  /** Is gone without a word. */
  async vanish(): Promise<void> {
    this.#write({ do: "vanish" });
    await this.ended();
  }

  async ended(withinMs?: number): Promise<void> {
    await until("paho ends", () => this.#child.exitCode !== null, withinMs);
  }

  async #do(command: object): Promise<readonly number[]> {
    this.#begun += 1;
    const nth = this.#begun;
    this.#write(command);
    return until(`paho is done with ${JSON.stringify(command)}`, () => {
      const begun = this.#said.filter(({ event }) => event === "begun")[nth - 1];
      const done = this.#said.find(
        (said) => said.event === "done" && begun?.event === "begun" && said.id === begun.id,
      );
      return done?.event === "done" ? done.codes : undefined;
    });
  }

  #write(command: object): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  #hear(said: Said): void {
    this.#said.push(said);
    if (said.event === "message") this.messages.push(said);
    if (said.event === "ended") this.endedWith = said.code;
    if (said.event !== "connected") return;
    this.code = said.code;
    this.sessionPresent = said.sessionPresent;
  }
}

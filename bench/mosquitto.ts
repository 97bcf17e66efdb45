import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, untilOpen } from "../src/lib/port.ts";
import { end } from "./measure.ts";

/** Debian's mosquitto on a free port, with its own file's settings. */
export class Mosquitto {
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;

  static async open(more: readonly string[] = []): Promise<Mosquitto> {
    const folder = mkdtempSync(join(tmpdir(), "fieldline-mosquitto-"));
    const port = await freePort();
    const file = join(folder, "mosquitto.conf");
    const lines = [
      ...[`listener ${port} 127.0.0.1`, "allow_anonymous true", "user root"],
      ...["persistence true", `persistence_location ${folder}/`, ...more],
    ];
    writeFileSync(file, `${lines.join("\n")}\n`);
    const broker = spawn("mosquitto", ["-c", file], { stdio: "ignore" });
    await untilOpen(port);
    return new Mosquitto(port, folder, broker);
  }

  private constructor(port: number, folder: string, broker: ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#process = broker;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async close(): Promise<void> {
    await end(this.#process);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

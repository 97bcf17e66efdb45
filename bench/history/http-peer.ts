import { type ChildProcess, spawn } from "node:child_process";
import { Agent, request } from "node:http";
import { KIND, type Samples } from "../../src/domain/samples.ts";
import { untilOpen } from "../../src/lib/port.ts";
import { end } from "../measure.ts";
import { SERIES_PER_ASSET } from "./workload.ts";

type Peer = { readonly command: string; readonly args: readonly string[]; readonly port: number };

/** A peer that listens for HTTP on a port of its own; its process ends with `close`. */
export class HttpPeer {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #agent = new Agent({ keepAlive: true });

  static async open({ command, args, port }: Peer): Promise<HttpPeer> {
    const process = spawn(command, args, { stdio: "ignore" });
    await untilOpen(port);
    return new HttpPeer(port, process);
  }

  private constructor(port: number, process: ChildProcess) {
    this.port = port;
    this.#process = process;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  post(path: string, body: string): Promise<string> {
    return this.#send({ method: "POST", path }, body);
  }

  get(path: string, query: Readonly<Record<string, string>> = {}): Promise<string> {
    return this.#send({ method: "GET", path: `${path}?${new URLSearchParams(query)}` });
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    await end(this.#process);
  }

  #send(head: { readonly method: string; readonly path: string }, body = ""): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { ...head, host: "127.0.0.1", port: this.port, agent: this.#agent };
      const sent = request(options, (answer) => {
        let said = "";
        answer.setEncoding("utf8");
        answer.on("data", (part) => {
          said += part;
        });
        answer.on("end", () => {
          if ((answer.statusCode ?? 500) < 300) resolve(said);
          else reject(new Error(`${head.path.slice(0, 80)}: ${said.slice(0, 200)}`));
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }
}

/**
 * Influx lines, the shortest that say it: `k` tells the counters from the others. Quality is only
 * said where it is not good.
 */
export function influxLines(samples: Samples, hasTexts: boolean): string {
  const { count, series, at, value, kind, quality, texts } = samples;
  let lines = "";
  for (let row = 0; row < count; row += 1) {
    const one = series[row] ?? 0;
    const held = value[row] ?? 0;
    const isText = kind[row] === KIND.text;
    if (isText && !hasTexts) continue;
    const field = isText ? `x="${texts[held]}"` : `v=${held}`;
    const more = hasTexts && quality[row] !== 0 ? `,q=${quality[row]}i` : "";
    lines += `p,k=${one % SERIES_PER_ASSET},s=${one} ${field}${more} ${at[row]}\n`;
  }
  return lines;
}

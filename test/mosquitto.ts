import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";

/** Debian's command-line clients: MQTT spoken by somebody who is not us. */
export const hasMosquitto = spawnSync("mosquitto_pub", ["--help"]).error === undefined;

export type Where = {
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly clientId?: string;
  /** Its session outlives its connection; it needs a client id of its own. */
  readonly isLasting?: boolean;
  /** PEM files, for TLS with a client certificate. */
  readonly tls?: {
    readonly ca: string;
    readonly certificate?: string;
    readonly key?: string;
    readonly version?: "tlsv1.2" | "tlsv1.3";
  };
  readonly version?: "mqttv31" | "mqttv311" | "mqttv5";
};

/** Publishes one message at QoS 1, its payload from here or by an option, and waits for its acknowledgement. */
export async function publish(
  where: Where,
  topic: string,
  payload: string | undefined,
  more: readonly string[] = [],
): Promise<void> {
  const message = payload === undefined ? [] : ["-m", payload];
  const args = [...argumentsOf(where), "-q", "1", "-t", topic, ...message, ...more];
  const { code, errors } = await run("mosquitto_pub", args);
  assert.equal(code, 0, `mosquitto_pub: ${errors}`);
}

/** Whether the broker lets this client in and takes its message. */
export async function isAccepted(where: Where, topic: string, payload: string): Promise<boolean> {
  const args = [...argumentsOf(where), "-q", "1", "-t", topic, "-m", payload];
  return (await run("mosquitto_pub", args)).code === 0;
}

export type Subscription = {
  /** Lines `topic payload`, as they come. */
  readonly lines: string[];
  close(): void;
};

/** Subscribes and settles once the broker has said yes. */
export async function subscribe(where: Where, filter: string): Promise<Subscription> {
  const args = [...argumentsOf(where), "-q", "1", "-t", filter, "-F", "%t %p", "-d"];
  // Into a pipe it would keep "Subscribed" to itself until the first message comes.
  const lineByLine = ["-oL", "mosquitto_sub", ...args];
  const child = spawn("stdbuf", lineByLine, { stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  let pending = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (data) => {
      pending += data;
      const rows = pending.split("\n");
      pending = rows.pop() ?? "";
      for (const row of rows) {
        if (/^Subscribed/.test(row)) resolve();
        else if (!/^(Client|Subscribed)/.test(row)) lines.push(row);
      }
    });
    child.once("exit", (code) => reject(new Error(`mosquitto_sub ended with ${code}`)));
  });
  return { lines, close: () => void child.kill("SIGTERM") };
}

function argumentsOf({ port, clientId, isLasting, tls, version, ...login }: Where): string[] {
  return [
    ...["-h", "localhost", "-p", String(port)],
    ...(login.username ? ["-u", login.username] : []),
    ...(login.password ? ["-P", login.password] : []),
    ...(clientId ? ["-i", clientId] : []),
    ...(isLasting ? ["-c"] : []),
    ...(version ? ["-V", version] : []),
    ...(tls ? ["--cafile", tls.ca] : []),
    ...(tls?.version ? ["--tls-version", tls.version] : []),
    ...(tls?.certificate ? ["--cert", tls.certificate] : []),
    ...(tls?.key ? ["--key", tls.key] : []),
  ];
}

function run(command: string, args: readonly string[]) {
  return new Promise<{ code: number | null; errors: string }>((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (data) => {
      errors += data;
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
    child.once("exit", (code) => {
      clearTimeout(timer);
      resolve({ code, errors });
    });
  });
}

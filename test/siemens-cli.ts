import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(
  new URL("../node_modules/@mindconnect/mindconnect-nodejs/bin/mc", import.meta.url),
);
export const PASSKEY = "a passkey";

export type Said = { readonly code: number | null; readonly text: string };

/** Siemens' own command line, in a home of its own, pointed at a house. */
export class SiemensCli {
  /** Where it works, and keeps what it knows of agents. */
  readonly folder = mkdtempSync(join(tmpdir(), "fieldline-mdsp-"));

  /** One command, to its end. */
  run(...args: readonly string[]): Promise<Said> {
    const { http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY, ...rest } = process.env;
    const own = { HOME: this.folder, MDSP_PASSKEY: PASSKEY, NO_UPDATE_NOTIFIER: "1", CI: "1" };
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: this.folder,
      env: { ...rest, ...own },
    });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk;
    });
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, text }));
    });
  }

  /** Has it sign in with these credentials from now on. */
  signIn(gateway: string, user: string, password: string): Promise<Said> {
    const mode = ["service-credentials", "--mode", "add", "--type", "SERVICE"];
    const who = ["--user", user, "--password", password, "--passkey", PASSKEY];
    return this.run(...mode, ...who, "--gateway", gateway, "--tenant", "house");
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

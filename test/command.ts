import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** The command as it is delivered. */
export const MAIN = fileURLToPath(new URL("../dist/program/main.js", import.meta.url));

/** Runs one of its programs beside this process, so that its requests are answered. */
export async function run(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
) {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });
  const ended = once(child, "exit");
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = await ended;
  return { status, said, complained };
}

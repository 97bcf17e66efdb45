import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Installed once, and kept for the next run. */
const INSTALLED = join(tmpdir(), "fieldline-bench-aedes");
const SCRIPT = `
import { createServer } from "node:net";
import { Aedes } from "aedes";
const aedes = await Aedes.createBroker();
const server = createServer({ noDelay: true }, aedes.handle);
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

/** The script that opens aedes and prints its port; undefined where it cannot be installed. */
export function aedesScript(): string | undefined {
  const script = join(INSTALLED, "broker.mjs");
  if (!existsSync(join(INSTALLED, "node_modules/aedes"))) {
    mkdirSync(INSTALLED, { recursive: true });
    writeFileSync(join(INSTALLED, "package.json"), "{}");
    const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "aedes@1.2.0"];
    if (spawnSync("npm", args, { cwd: INSTALLED }).status !== 0) return undefined;
  }
  writeFileSync(script, SCRIPT);
  return script;
}

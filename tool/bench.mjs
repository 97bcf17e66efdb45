// `npm run bench`: measures beside named peers and prints ratios. `npm run bench -- history` runs one.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { build } from "./build.mjs";
import { root } from "./prepare.mjs";

const [name, ...args] = process.argv.slice(2);
const all = readdirSync(`${root}bench`).filter((file) => file.endsWith(".bench.ts"));
const chosen = name && !name.startsWith("-") ? all.filter((file) => file.startsWith(name)) : all;
if (chosen.length === 0) {
  console.error(`no benchmark '${name}'; there are: ${all.join(", ")}`);
  process.exit(2);
}
build();
for (const file of chosen) {
  console.log(`\n== ${file}`);
  const command = ["--import", "tsx", `bench/${file}`, ...args];
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

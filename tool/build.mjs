// Builds the programs into dist/ and the screens into dist/ui, when a source is newer than them.
import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { onceNewer } from "./newer.mjs";
import { prepare, root, run } from "./prepare.mjs";

const SOURCES = ["src", "ui", "tsconfig.json", "tsconfig.build.json", "package-lock.json"];

const DATA = /\.(sql|txt)$/;

/** Migrations and other data that the compiler does not carry over; what was renamed goes. */
function copyData(from, to) {
  for (const name of existsSync(to) ? readdirSync(to) : []) {
    if (DATA.test(name) && !existsSync(`${from}/${name}`)) rmSync(`${to}/${name}`);
  }
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) copyData(`${from}/${entry.name}`, `${to}/${entry.name}`);
    else if (DATA.test(entry.name)) cpSync(`${from}/${entry.name}`, `${to}/${entry.name}`);
  }
}

export function build() {
  prepare();
  onceNewer(SOURCES, `${root}dist/.built`, () => {
    console.error("Building …");
    run("node_modules/.bin/tsc", ["-p", "tsconfig.build.json"]);
    copyData(`${root}src`, `${root}dist`);
    run("node_modules/.bin/vite", ["build", "ui", "--logLevel", "warn"]);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();

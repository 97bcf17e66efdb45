// Builds the programs into dist/ and the screens into dist/ui, when a source is newer than them.
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { onceNewer } from "./newer.mjs";
import { prepare, root, run } from "./prepare.mjs";

const SOURCES = ["src", "ui", "tsconfig.json", "tool/bundle.mjs", "package-lock.json"];

export function build() {
  prepare();
  onceNewer(SOURCES, `${root}dist/.built`, () => {
    console.error("Building …");
    rmSync(`${root}dist`, { recursive: true, force: true });
    run(process.execPath, [`${root}tool/bundle.mjs`]);
    run("node_modules/.bin/vite", ["build", "ui", "--logLevel", "warn"]);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();

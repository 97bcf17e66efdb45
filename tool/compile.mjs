// Compiles sources and tests into .compiled/, a likeness of this folder, when one is newer than it.
// What was compiled starts in plain Node: to transform its imports costs each process and each
// thread of a test half a second. Sources lie there, too, for some tests read them.
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { onceNewer } from "./newer.mjs";
import { root, run } from "./prepare.mjs";

const LIKENESS = `${root}.compiled`;
/** All else is there by a link, and so is what was built, once it is. */
const FOLDERS = ["src", "test", "ui"];
const SETTINGS = ["tsconfig.json", "tsconfig.compiled.json", "package-lock.json"];

export function compile() {
  onceNewer([...FOLDERS, ...SETTINGS], `${LIKENESS}/.stamp`, () => {
    console.error("Compiling …");
    rmSync(LIKENESS, { recursive: true, force: true });
    mkdirSync(LIKENESS);
    for (const name of new Set([...readdirSync(root), "dist"])) {
      if (!FOLDERS.includes(name)) link(name);
      else cpSync(`${root}${name}`, `${LIKENESS}/${name}`, { recursive: true });
    }
    run("node_modules/.bin/tsc", ["-p", "tsconfig.compiled.json"]);
  });
}

/** Hidden files are of no use there. */
function link(name) {
  if (!name.startsWith(".")) symlinkSync(`../${name}`, `${LIKENESS}/${name}`);
}

/** Where the compiled form of a test lies. */
export function compiled(file) {
  return `.compiled/${file.replace(/\.ts$/, ".js")}`;
}

// Puts the programs together in dist/program: a few dozen files instead of a thousand start sooner and
// take less memory. All lie side by side, for what a source asks for beside itself (a thread's
// file, a list) is looked for beside the file that it was put into. Of packages only typebox is put
// in: of its 370 files little is used.
import { cpSync } from "node:fs";
import { build } from "vite";
import { root } from "./prepare.mjs";

const OUT = `${root}dist/program`;
const DATA = ["access/common-passwords.txt", "store/sqlite/migration"];
/** What is started or opened by its name: the program, its threads, and the history by itself. */
const ENTRIES = [
  "program/main",
  "historian/embedded/door/worker",
  "historian/embedded/packing/packing-thread",
  "historian/embedded/door/mending-thread",
  "import/parquet-thread",
  "historian/embedded/embedded",
  "historian/embedded/engine/engine",
];
const input = ENTRIES.map((name) => [name.split("/").at(-1), `${root}src/${name}.ts`]);

await build({
  root: `${root}src`,
  configFile: false,
  logLevel: "warn",
  ssr: { noExternal: ["typebox"] },
  build: {
    ssr: true,
    outDir: OUT,
    emptyOutDir: true,
    target: "es2023",
    minify: false,
    sourcemap: true,
    rollupOptions: {
      input: Object.fromEntries(input),
      output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
    },
  },
});
for (const path of DATA) {
  cpSync(`${root}src/${path}`, `${OUT}/${path.split("/").at(-1)}`, { recursive: true });
}

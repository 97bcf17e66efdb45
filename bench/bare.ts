import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { runNode } from "./measure.ts";

/**
 * Runs one of our own scripts like `runScript`, made into plain JavaScript first: what reads
 * TypeScript takes some 25 MB, and here memory is measured. The script must not ask where it lies.
 */
export async function runBare<T>(file: string, options: object): Promise<T> {
  const outDir = fileURLToPath(new URL("../dist/bench/", import.meta.url));
  const name = `${basename(file, ".ts")}.mjs`;
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      ssr: fileURLToPath(new URL(file, import.meta.url)),
      outDir,
      emptyOutDir: false,
      target: "es2023",
      rollupOptions: { output: { entryFileNames: name } },
    },
  });
  return runNode([join(outDir, name), JSON.stringify(options)]);
}

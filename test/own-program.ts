import { fileURLToPath } from "node:url";

/**
 * Arguments for Node that run a file of ours in a process of its own; `beside` is the
 * `import.meta.url` of a file in the same folder. As with `startThread` it is known from `beside`
 * whether sources run or what was compiled.
 */
export function ownProgram(beside: string, name: string): readonly string[] {
  const ending = beside.endsWith(".ts") ? "ts" : "js";
  const file = fileURLToPath(new URL(`${name}.${ending}`, beside));
  return ending === "ts" ? ["--import", "tsx", file] : ["--enable-source-maps", file];
}

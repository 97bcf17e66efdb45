// `npm start`: installs and builds where needed, then runs `fieldline server` with what follows.
import { spawn } from "node:child_process";
import { build } from "./build.mjs";
import { root } from "./prepare.mjs";

build();
const args = process.argv.slice(2);
const program = args[0] && !args[0].startsWith("-") ? [] : ["server"];
const child = spawn(process.execPath, [`${root}dist/program/main.js`, ...program, ...args], {
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 0 : 1)));

// `npm start`: installs and builds where needed, then runs `fieldline server` with what follows.
import { spawn } from "node:child_process";
import { build } from "./build.mjs";
import { root } from "./prepare.mjs";

/** Under npm there is a shell between npm and us. */
const parent = process.ppid;
const PARENT_EVERY_MS = 500;

build();
const args = process.argv.slice(2);
const program = args[0] && !args[0].startsWith("-") ? [] : ["server"];
const child = spawn(process.execPath, [`${root}dist/program/main.js`, ...program, ...args], {
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
// npm passes a signal on to its shell alone: when that is gone, nobody else stops the server.
const isOrphan = () => process.env.npm_lifecycle_event !== undefined && process.ppid !== parent;
setInterval(() => isOrphan() && child.kill("SIGTERM"), PARENT_EVERY_MS).unref();
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 0 : 1)));

// `npm test`: everything that is true must still be. Ends with `N passed, N failed`.
// Options: --unit, --e2e, --long, or paths of test files.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { build } from "./build.mjs";
import { prepare, root } from "./prepare.mjs";

const args = process.argv.slice(2);
const named = args.filter((arg) => !arg.startsWith("--"));
const only = (name) => args.includes(`--${name}`);

function testsIn(folder, ending) {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending) && !file.includes("node_modules"))
    .map((file) => `${folder}/${file}`)
    .sort();
}

function chosen() {
  if (named.length > 0) return named;
  if (only("long")) return testsIn("test", ".long.ts");
  const unit = [...testsIn("src", ".test.ts"), ...testsIn("ui", ".test.ts")];
  const whole = testsIn("test", ".test.ts");
  if (only("unit")) return unit;
  return only("e2e") ? whole : [...unit, ...whole];
}

const isLong = (file) => file.endsWith(".long.ts");
const files = chosen();
if (files.some((file) => file.startsWith("test/"))) build();
else prepare();

const tally = `${tmpdir()}/fieldline-tally-${process.pid}`;
const reporters = ["spec", `file://${root}tool/tally.mjs`].flatMap((name, index) => [
  `--test-reporter=${name}`,
  `--test-reporter-destination=${index === 0 ? "stdout" : tally}`,
]);
const { status } = spawnSync(
  process.execPath,
  [
    "--import",
    "tsx",
    "--test",
    "--test-concurrency=2",
    `--test-timeout=${only("long") || named.some(isLong) ? 3_600_000 : 480_000}`,
    ...reporters,
    ...files,
  ],
  { cwd: root, stdio: "inherit" },
);
console.log(readFileSync(tally, "utf8").trim());
rmSync(tally);
process.exit(status ?? 1);

// `npm test`: everything that is true must still be. Ends with `N passed, N failed`.
// Options: --unit, --e2e, --long, or paths of test files. Those that are named run from their
// sources; else all is compiled first.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { build } from "./build.mjs";
import { compile, compiled } from "./compile.mjs";
import { prepare, root } from "./prepare.mjs";

const CONCURRENCY = 2;

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

const isNamed = named.length > 0;
const isScenario = (file) => file.startsWith("test/");
const isLong = (file) => file.endsWith(".long.ts");

/** After which time a file hangs. */
function limitMs(file) {
  return isLong(file) ? 3_600_000 : 480_000;
}

/** Runs files of one limit, and counts their tests. */
function run(files) {
  const counts = `${tmpdir()}/fieldline-tally-${process.pid}`;
  const { status } = spawnSync(
    process.execPath,
    [
      ...(isNamed ? ["--import", "tsx"] : ["--enable-source-maps"]),
      "--test",
      `--test-concurrency=${CONCURRENCY}`,
      `--test-timeout=${limitMs(files[0])}`,
      ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
      ...[`--test-reporter=file://${root}tool/tally.mjs`, `--test-reporter-destination=${counts}`],
      ...(isNamed ? files : files.map(compiled)),
    ],
    { cwd: root, stdio: "inherit" },
  );
  const tally = JSON.parse(readFileSync(counts, "utf8"));
  rmSync(counts);
  return { ...tally, status: status ?? 1 };
}

const files = chosen();
if (files.some(isScenario)) build();
else prepare();
if (!isNamed) compile();
const parts = [...new Set(files.map(limitMs))].map((limit) =>
  run(files.filter((file) => limitMs(file) === limit)),
);
const sum = (what) => parts.reduce((total, part) => total + part[what], 0);
const skipped = sum("skipped");
console.log(
  `${sum("passed")} passed, ${sum("failed")} failed${skipped ? `, ${skipped} skipped` : ""}`,
);
process.exit(Math.max(...parts.map(({ status }) => status)));

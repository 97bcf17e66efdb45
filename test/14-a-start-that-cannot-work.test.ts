import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openSqlite } from "../src/lib/sqlite.ts";
import { House } from "./house.ts";

const MAIN = fileURLToPath(new URL("../dist/program/main.js", import.meta.url));
const ANY_PORT = ["--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--mqtts", "off"];
const folder = mkdtempSync(join(tmpdir(), "fieldline-start-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function start(...args: readonly string[]) {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    timeout: 30_000,
  });
  return { status, lines: stderr.trim().split("\n") };
}

test("a data folder in use is refused with one line, and its owner goes on", async () => {
  const house = await House.open();
  const { status, lines } = start("server", "--data", house.folder, ...ANY_PORT);
  assert.equal(status, 2);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^folder_in_use: /);
  assert.equal((await house.request("GET", "/health")).status, 200);
  await house.close();
});

test("a data folder of a newer Fieldline is left as it is", async () => {
  const house = await House.open();
  await house.stop();
  const sqlite = openSqlite(join(house.folder, "fieldline.db"));
  sqlite.exec("PRAGMA user_version = 9999");
  sqlite.close();
  const before = bytesIn(house.folder);
  const { status, lines } = start("server", "--data", house.folder, ...ANY_PORT);
  assert.equal(status, 2);
  assert.match(lines.join(), /^folder_newer: .*newer Fieldline/);
  assert.deepEqual(bytesIn(house.folder), before);
  await house.close();
});

test("a data folder whose database is damaged is left as it is", async () => {
  const house = await House.open();
  await house.stop();
  const database = join(house.folder, "fieldline.db");
  // SQLite would mend the file from what it wrote last.
  for (const ending of ["-wal", "-shm"]) rmSync(database + ending, { force: true });
  writeFileSync(database, "no database at all".repeat(1_000));
  const before = bytesIn(house.folder);
  const { status, lines } = start("server", "--data", house.folder, ...ANY_PORT);
  assert.equal(status, 2);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^folder_unreadable: /);
  assert.deepEqual(bytesIn(house.folder), before);
  await house.close();
});

test("a data folder that is a file is unreadable", () => {
  const file = join(folder, "file");
  writeFileSync(file, "not a folder");
  const { status, lines } = start("server", "--data", file, ...ANY_PORT);
  assert.equal(status, 2);
  assert.match(lines.join(), /^folder_unreadable: .*--data/);
});

test("a taken port is named with its option", async () => {
  const taken = createServer();
  after(() => taken.close());
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  const port = typeof address === "object" && address ? address.port : 0;
  for (const option of ["--http", "--mqtt", "--mqtts"]) {
    const args = [
      "--data",
      join(folder, `port${option}`),
      ...ANY_PORT,
      option,
      `127.0.0.1:${port}`,
    ];
    const { status, lines } = start("server", ...args);
    assert.equal(status, 2, lines.join());
    assert.match(lines.join(), new RegExp(`^port_taken: (?=.*:${port}\\b).*${option}\\b`));
  }
});

test("wrong usage ends with 2 and says all that is wrong", () => {
  const { status, lines } = start("server", "--http", "nowhere", "--colour", "red");
  assert.equal(status, 2);
  assert.match(lines.join("\n"), /--http.*[\s\S]*--colour|--colour[\s\S]*--http/);
  assert.equal(start("no-such-program").status, 2);
  assert.equal(start("--help").status, 0);
});

test("each program of the command says with --help how it is called, and does nothing", () => {
  const { stdout } = spawnSync(process.execPath, [MAIN, "--help"], { encoding: "utf8" });
  const names = stdout.matchAll(/^ {2}([a-z]+(?: create)?) /gm);
  const programs = new Set(Array.from(names, ([, name = ""]) => name));
  assert.ok(programs.size > 10, [...programs].join());
  for (const program of [...programs, "token"]) {
    const args = [...program.split(" "), "--help"];
    const { status, stdout } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
    assert.equal(status, 0, program);
    assert.match(stdout, new RegExp(`fieldline ${program}`));
  }
});

test("a command that the machine refuses ends with 2 and says why", () => {
  const missing = join(folder, "missing");
  const data = join(folder, "told");
  assert.equal(start("token", "create", "nightly", "admin", "--data", data).status, 0);
  for (const [program, ...args] of [
    ["export", "--out", join(missing, "out.csv"), "--data", data],
    ["backup", join(missing, "out.tar"), "--data", data],
    ["check", "--data", missing],
    ["restore", join(missing, "out.tar"), "--data", join(folder, "new")],
  ] as const) {
    const { status, lines } = start(program, ...args);
    assert.equal(status, 2, lines.join());
    assert.equal(lines.length, 1, lines.join());
    assert.match(lines[0] ?? "", /^[a-z_]+: .*(missing|no data)/);
  }
});

/**
 * The content of every file in short, without locks and what SQLite keeps to work with. The history
 * is opened first, for its lock, and may take in what stood in its write-ahead log: the same content
 * at another place, so it is left out.
 */
function bytesIn(place: string): Map<string, string> {
  const files = readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && !/^LOCK|^history\.db$|-shm$|-wal$/.test(file.name))
    .map((file) => join(file.parentPath, file.name));
  return new Map(files.map((file) => [file, shortened(readFileSync(file))]));
}

function shortened(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

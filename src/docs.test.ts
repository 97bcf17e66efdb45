import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { PROBLEMS } from "./domain/problem.ts";
import { drivers } from "./driver/registry.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const BROKER = "src/broker/embedded";
const HISTORY = "src/historian/embedded";
const docs = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", ...inFolder("docs")];

test("every path that the docs name exists", () => {
  const missing = docs.flatMap((doc) => {
    const text = readFileSync(join(root, doc), "utf8");
    const named = text.matchAll(/`((?:src|ui|test|docs|tool|bench)\/[\w./-]*)`/g);
    return [...named].map(([, path = ""]) => path).filter((path) => !existsSync(join(root, path)));
  });
  assert.deepEqual(missing, []);
});

test("every link between the docs leads somewhere", () => {
  const broken = docs.flatMap((doc) => {
    const text = readFileSync(join(root, doc), "utf8");
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = ""]) => link);
    return links.filter((link) => !existsSync(join(root, dirname(doc), link)));
  });
  assert.deepEqual(broken, []);
});

test("every file that a folder's README names stands in it or in src", () => {
  const missing = inFolder("src").flatMap((doc) => {
    const places = [join(root, dirname(doc)), join(root, "src")];
    return filesIn(doc).filter((file) => !places.some((place) => existsSync(join(place, file))));
  });
  assert.deepEqual(missing, []);
});

for (const folder of [BROKER, HISTORY]) {
  test(`the README of ${folder} tells what each of its files is for`, () => {
    const told = filesIn(join(folder, "README.md"));
    assert.deepEqual(
      modulesIn(folder).filter((file) => !told.includes(file)),
      [],
    );
  });
}

test("each file of the history that lays out bytes opens with their table", () => {
  const laysOut = /\bout: ByteWriter\b|\bnew (ByteWriter|DataView)\b/;
  const table = /^ \* +(offset +)?bytes\b/m;
  // What varints are made of has no order of its own; the log is made of records.
  const rest = ["bytes.ts", "log.ts"];
  const files = modulesIn(HISTORY).filter((file) => !rest.includes(file));
  const texts = files.map((file) => [file, readFileSync(join(root, HISTORY, file), "utf8")]);
  const found = texts.filter(([, text = ""]) => laysOut.test(text));
  assert.ok(found.length > 5);
  assert.deepEqual(
    found.filter(([, text = ""]) => !table.test(text.split(/^export function/m)[0] ?? "")),
    [],
  );
});

test("docs/problems.md lists every problem code with its status, and no other", () => {
  const text = readFileSync(join(root, "docs/problems.md"), "utf8");
  const rows = [...text.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  const codes = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]);
  assert.deepEqual(new Map(rows as [string, number][]), new Map(codes as [string, number][]));
});

test("README.md names every program and every protocol", () => {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const programs = readFileSync(join(root, "src/program/main.ts"), "utf8").matchAll(
    /^ {2}"?([a-z ]+)"?: async \(\) =>/gm,
  );
  const named = [...programs].map(([, name]) => `\`${name}`);
  assert.ok(named.length > 10);
  const protocols = drivers.map(({ title }) => title);
  const missing = [...named, ...protocols].filter((name) => !text.includes(name));
  assert.deepEqual(missing, []);
});

/** Files of code that a text names. */
function filesIn(doc: string): string[] {
  const text = readFileSync(join(root, doc), "utf8");
  return [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, file = ""]) => file);
}

/** All but tests, and what is there for them alone. */
function modulesIn(folder: string): string[] {
  const files = readdirSync(join(root, folder)).filter((file) => /^[\w-]+\.ts$/.test(file));
  return files.filter((file) => !file.endsWith("-tale.ts"));
}

function inFolder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `${folder}/${file}`);
}

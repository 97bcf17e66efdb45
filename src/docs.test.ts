import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { PROBLEMS } from "./domain/problem.ts";
import { drivers } from "./driver/registry.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const BROKER = "src/broker/embedded";
const HISTORIAN = "src/historian";
const HISTORY = `${HISTORIAN}/embedded`;
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

test("each word of code that the README of the history says is said in its files", () => {
  const code = modulesIn(HISTORY).map((file) => readFileSync(join(root, HISTORY, file), "utf8"));
  const words = new Set(code.flatMap((text) => text.match(/\w+/g) ?? []));
  const readme = readFileSync(join(root, HISTORY, "README.md"), "utf8");
  const said = [...readme.matchAll(/`(\w+)`/g)].map(([, word = ""]) => word);
  assert.ok(said.length > 10);
  assert.deepEqual(
    said.filter((word) => !words.has(word)),
    [],
  );
});

test("each file that the glossary names for the historian's words is there", () => {
  const places = [HISTORY, HISTORIAN].map((folder) => join(root, folder));
  const named = filesIn("docs/glossary.md").filter((file) => !file.startsWith("src/"));
  assert.ok(named.length > 10);
  assert.deepEqual(
    named.filter((file) => !places.some((place) => existsSync(join(place, file)))),
    [],
  );
});

test("each file of the historian opens with what it is for, not with a detail", () => {
  const wrong = modulesIn(HISTORIAN).filter((file) => {
    const { comment, behind } = openingOf(`${HISTORIAN}/${file}`);
    const isOfConstant = comment.startsWith("/**") && /^(export )?(const|let) /.test(behind);
    return comment === "" || isOfConstant;
  });
  assert.deepEqual(wrong, []);
});

test("each file of the history that lays out bytes opens with their table", () => {
  const laysOut =
    /\b(Byte(Writer|Reader)|DataView|SharedArrayBuffer)\(|\bout: ByteWriter|\.write(UInt|Double)/;
  const table = /^ \* +((offset|form) +)?bytes$/m;
  // The log has records written, and lays out none itself.
  const files = modulesIn(HISTORY)
    .filter((file) => file !== "log/log.ts")
    .map((file) => `${HISTORY}/${file}`);
  const found = files.filter((file) => laysOut.test(openingOf(file).behind));
  assert.ok(found.length > 10);
  assert.deepEqual(
    found.filter((file) => !table.test(openingOf(file).comment)),
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

/** The comment that a file of the history begins with behind its imports, and what follows it. */
function openingOf(file: string): { readonly comment: string; readonly behind: string } {
  const text = readFileSync(join(root, file), "utf8");
  const body = text.replace(/^(import[^;]+;\n)+\n*/, "");
  const comment = /^\/\*.*?\*\/\n/s.exec(body)?.[0] ?? "";
  return { comment, behind: body.slice(comment.length) };
}

/** All but tests, and what is there for them alone. */
function modulesIn(folder: string): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return files.filter((file) => /^[\w/-]+\.ts$/.test(file) && !file.endsWith("-tale.ts"));
}

function inFolder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `${folder}/${file}`);
}

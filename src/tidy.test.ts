import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/** The house, from the ground up. A floor may use the floors below it. */
const FLOORS: readonly (readonly string[])[] = [
  ["lib"],
  ["domain"],
  ["broker", "driver", "historian", "store"],
  [
    ...[
      "access",
      "agent",
      "command",
      "event",
      "file",
      "import",
      "ingest",
      "journal",
      "live",
      "liveness",
    ],
    ...["relay", "settings", "simulator", "uplink"],
  ],
  ["api"],
  ["program"],
];
/** The folders of a large sub-room, from the ground up: each uses those before it. */
const STOREYS: Readonly<Record<string, readonly string[]>> = {
  "historian/embedded": [
    ...["bytes", "run", "chunk", "day", "memory", "log"],
    ...["database", "packing", "ask", "folder", "engine", "door"],
  ],
};
/** Shelves: any file may be taken from them. Elsewhere one comes in by the door, `room/room.ts`. */
const SHELVES = new Set(["lib", "domain"]);
const LINES_MAX = 400;
const COLUMNS_MAX = 100;
/** Words that have a better one in docs/glossary.md. */
const BANNED_WORDS =
  /\b(tag|datapoint|dataPoint|telemetry|measurement|payloadObj|manager|util|helper|todo|fixme)s?\b/i;

/** Protocols and other people's APIs are spelt as their makers did. */
const OTHER_WORDS = /driver\/|^api\/mindsphere\//;

/** A list of what is transferred, wherever one can stand. See docs/decisions/0073. */
const TRANSFERS =
  /\.postMessage\([^;]*,\s*\[[^;]*\],?\s*\)|\btransfer(List)?:|\.transfer(ToFixedLength)?\(/;

type Source = { readonly path: string; readonly text: string };

const src = dirname(fileURLToPath(import.meta.url));
const root = dirname(src);
const files = sources(src);
const screens = sources(join(root, "ui"));
const outside = ["test", "bench", "tool"].flatMap((folder) => sources(join(root, folder)));

test("look down: a room uses only the floors below it", () => {
  report(eachImport((from, to) => roomOf(from) !== roomOf(to) && floorOf(to) >= floorOf(from)));
});

test("use the door: outsiders import room/room.ts only", () => {
  report(
    eachImport((from, to) => {
      const room = roomOf(to);
      if (room === roomOf(from) || SHELVES.has(room)) return false;
      const parts = to.split("/");
      const isDoor = parts.at(-1) === `${parts.at(-2)}.ts`;
      // Only programs choose between the implementations inside a room, and the list of drivers.
      if (roomOf(from) === "program") return !isDoor && parts.at(-1) !== "registry.ts";
      return !isDoor || parts.length > 2;
    }),
  );
});

test("inside a room, sub-rooms are strangers to each other", () => {
  report(
    eachImport((from, to) => {
      const [roomA, subA, fileA] = from.split("/");
      const [roomB, subB, fileB] = to.split("/");
      return roomA === roomB && !!fileA && !!fileB && subA !== subB;
    }),
  );
});

test("inside a sub-room, its folders look down", () => {
  for (const [subRoom, storeys] of Object.entries(STOREYS)) {
    const folderOf = (path: string) =>
      path.startsWith(`${subRoom}/`) ? path.slice(subRoom.length + 1).split("/") : [];
    // Beside the folders stands the door, which sees all of them.
    const storeyOf = ([folder = "", file]: string[]) => (file ? storeys.indexOf(folder) : Infinity);
    report(
      eachImport((from, to) => {
        const [here, there] = [folderOf(from), folderOf(to)];
        if (here.length === 0 || there.length === 0 || here[0] === there[0]) return false;
        return storeyOf(here) < 0 || storeyOf(there) >= storeyOf(here);
      }),
    );
  }
});

/** Who reads `../../../` knows what follows without counting: a shelf, which everybody knows. */
test("no ladders: an import climbs two folders, and a third one only to a shelf", () => {
  const [shelves, ladder] = [[...SHELVES].join("|"), String.raw`from "(\.\./){3}`];
  const tooHigh = new RegExp(`${ladder}(?!(${shelves})/)`);
  const all = [...files, ...screens];
  report(all.filter(({ text }) => tooHigh.test(text)).map(({ path }) => path));
});

test("the screens know domain/ and the contract of the API, nothing else of the server", () => {
  report(
    screens.flatMap(({ path, text }) =>
      [...text.matchAll(/from "([./]*\/src\/[^"]+)"/g)]
        .map(([, specifier = ""]) => specifier.replace(/^.*\/src\//, ""))
        .filter((to) => !to.startsWith("domain/") && to !== "api/contract.ts")
        .map((to) => `ui/${path} -> ${to}`),
    ),
  );
});

test("a package from npm is imported by one folder only", () => {
  const homes = new Map<string, Set<string>>();
  for (const { path, text } of files.filter(({ path }) => !isTest(path))) {
    for (const [, name = ""] of text.matchAll(/from "([^."][^"]*)"/g)) {
      if (!name.startsWith("node:"))
        homes.set(name, (homes.get(name) ?? new Set()).add(dirname(path)));
    }
  }
  report(
    [...homes]
      // A sub-room may use what its room does.
      .map(([name, at]) => ({ name, at: [...at].filter((home) => !at.has(dirname(home))) }))
      .filter(({ at }) => at.length > 1)
      .map(({ name, at }) => `${name}: ${at.join(", ")}`),
  );
});

test("files and lines stay short", () => {
  report(
    [...files, ...screens].flatMap(({ path, text }) => {
      const lines = text.split("\n");
      const wide = lines.findIndex((line) => line.length > COLUMNS_MAX);
      return [
        ...(lines.length > LINES_MAX ? [`${path} has ${lines.length} lines`] : []),
        ...(wide >= 0 && !isTest(path) ? [`${path}:${wide + 1} is too wide`] : []),
      ];
    }),
  );
});

test("the glossary's words are used", () => {
  report(
    files
      .filter(({ path }) => !OTHER_WORDS.test(path) && !path.startsWith("tidy"))
      .flatMap(({ path, text }) => {
        const word = BANNED_WORDS.exec(text)?.[0];
        return word ? [`${path} says '${word}'`] : [];
      }),
  );
});

test("nothing is transferred to a thread: V8 would ask at each access whether memory is there", () => {
  report(
    files.filter(({ path, text }) => !isTest(path) && TRANSFERS.test(text)).map(({ path }) => path),
  );
});

test("what is exported is used by another file", () => {
  const everything = [...files, ...screens, ...outside];
  const words = everything.map(({ path, text }) => ({ path, words: new Set(text.match(/\w+/g)) }));
  report(
    [...files, ...screens].flatMap(({ path, text }) =>
      [...text.matchAll(/^export (?:async )?(?:const|function|class|type|interface) (\w+)/gm)]
        .map(([, name = ""]) => name)
        .filter((name) => !words.some((other) => other.path !== path && other.words.has(name)))
        .map((name) => `${path}: ${name}`),
    ),
  );
});

function sources(folder: string): Source[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !file.includes("node_modules"))
    .map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }));
}

function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || path.endsWith("conformance.ts");
}

/** Tests may look anywhere: they are not part of the house. */
function eachImport(isWrong: (from: string, to: string) => boolean): string[] {
  return files
    .filter(({ path }) => path.includes("/") && !path.endsWith(".test.ts"))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/(?:from|import)[ (]"(\.[^"]+)"/g)]
        .map(([, specifier = ""]) => relative(src, normalize(join(src, dirname(path), specifier))))
        .filter((to) => isWrong(path, to))
        .map((to) => `${path} -> ${to}`),
    );
}

function roomOf(path: string): string {
  return path.split("/")[0] ?? "";
}

function floorOf(path: string): number {
  const floor = FLOORS.findIndex((rooms) => rooms.includes(roomOf(path)));
  assert.ok(floor >= 0, `${path} is on no floor: add its room to FLOORS`);
  return floor;
}

function report(wrong: string[]): void {
  assert.deepEqual(wrong, []);
}

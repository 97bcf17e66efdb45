import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { DeviceAddress, Timestamp } from "../domain/brand.ts";
import type { Finding } from "../domain/findings.ts";
import type { Message } from "../domain/message.ts";
import { matchesFilter } from "../domain/topic.ts";
import { bytesOf, type Vectors, vectorsIn } from "./conformance-vectors.ts";
import type { Driver, TwinReading } from "./driver.ts";
import { drivers } from "./registry.ts";

/** A kind of message, and how we know that ours is right. */
type MessageRow = {
  readonly driver: string;
  readonly topic: string;
  /** Its specification's word, by name. */
  readonly vector: string;
  /** How our twin speaks or hears it, or `none: ` and why not. */
  readonly twin: "emit" | "tell" | "obey" | "hear" | string;
  /** Who speaks or hears it that nobody here wrote, and in which test. */
  readonly client: string;
  readonly test: string;
};

/** A line of a reference's tables of what is odd or wrong on the wire. */
type OddRow = {
  /** `mindsphere.md F 1` */
  readonly row: string;
  readonly what: string;
  /** Vectors or tests that hold what we do, each `<driver>: <name>` or `<file> <name>`. */
  readonly held: readonly string[];
};

const root = new URL("../../", import.meta.url);
const messages: readonly MessageRow[] = read("messages.json");
const odd: readonly OddRow[] = read("odd-input.json");
const vectors = new Map(
  drivers.map(({ id }) => [id, vectorsIn(new URL(`${id}/`, import.meta.url))]),
);

for (const row of messages) {
  test(`${row.driver} ${row.topic} has a vector, a twin and a foreign client`, () => {
    const driver = drivers.find(({ id }) => id === row.driver);
    const own = vectors.get(row.driver);
    assert.ok(driver && own, row.driver);
    const topics = topicsOf(own, row.vector);
    assert.ok(
      topics.some((topic) => matchesFilter(row.topic, topic)),
      row.vector,
    );
    if (row.twin === "emit" || row.twin === "tell") {
      const said = row.twin === "emit" ? emitted(driver, own) : told(driver, own);
      const isSaid = said.some(({ topic }) => matchesFilter(row.topic, topic));
      assert.ok(isSaid, `its twin does not ${row.twin} it`);
    } else if (row.twin === "obey") {
      // That it is obeyed, conformance shows of each of them.
      assert.ok(own.encode.some(({ name, problem }) => name === row.vector && !problem));
    } else if (row.twin === "hear") {
      assert.ok(isHeard(driver, own, row.vector), "its twin does not hear it");
    } else {
      assert.match(row.twin, /^none: ./);
    }
    const text = textOf(row.test);
    assert.ok(text.toLowerCase().includes(row.client), `${row.test} has no ${row.client}`);
  });
}

test("no vector is of a kind of message that the table does not have", () => {
  for (const [id, { decode, encode, answer }] of vectors) {
    const topics = [
      ...decode.filter(({ problem, readings }) => !problem && readings !== undefined),
      ...encode.filter(({ problem }) => !problem),
      ...answer.flatMap(({ answers }) => answers),
    ].map(({ topic }) => String(topic));
    const rows = messages.filter(({ driver }) => driver === id);
    const unknown = topics.filter((topic) => !rows.some((row) => matchesFilter(row.topic, topic)));
    assert.deepEqual([...new Set(unknown)], [], id);
  }
});

for (const { row, what, held } of odd) {
  test(`${row}, ${what}: what we do is held by a vector or a test`, () => {
    assert.ok(held.length > 0);
    for (const one of held) assert.ok(isThere(one), one);
  });
}

test("every row of the references' tables is there once", () => {
  const rows = odd.map(({ row }) => row);
  const numbered = (table: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${table} ${index + 1}`);
  assert.deepEqual(rows, [
    ...numbered("mindsphere.md A.4", 13),
    ...numbered("mindsphere.md D", 9),
    ...numbered("mindsphere.md E.1", 8),
    ...numbered("mindsphere.md F", 20),
    ...numbered("scorp-io.md", 9),
    ...numbered("sparkplug README", 8),
    ...numbered("json README", 8),
  ]);
});

function read<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`evidence/${file}`, import.meta.url), "utf8"));
}

function topicsOf({ decode, encode, answer }: Vectors, name: string): readonly string[] {
  const found = [...decode, ...encode].filter((one) => one.name.startsWith(name));
  const answers = answer.filter((one) => one.name === name).flatMap((one) => one.answers);
  return [...found, ...answers].flatMap(({ topic }) => topic ?? []);
}

/** Twice, for the first word of some twins is their birth. */
function emitted(driver: Driver, { decode }: Vectors): readonly Message[] {
  return decode
    .filter(({ unmirrored, readings = [] }) => !unmirrored && readings.length > 0)
    .flatMap(({ readings = [] }) => {
      const device = readings[0]?.device as DeviceAddress;
      const own = readings
        .filter((one) => one.device === device)
        .map(({ channel, value, quality }): TwinReading => {
          return { channel, value, quality, at: 0 as Timestamp };
        });
      const twin = driver.twin(device);
      return [...twin.emit(own), ...twin.emit(own)];
    });
}

function told(driver: Driver, { decode }: Vectors): readonly Message[] {
  const findings = decode.filter(({ unmirrored }) => !unmirrored).flatMap((one) => one.findings);
  return (findings as unknown as readonly (Finding | undefined)[]).flatMap((finding) => {
    return (finding && driver.twin(finding.device).tell?.(finding)) ?? [];
  });
}

function isHeard(driver: Driver, { answer }: Vectors, name: string): boolean {
  const own = answer.find((one) => one.name === name);
  const said = own?.answers ?? [];
  return said.some(({ topic, ...bytes }) => {
    const twin = own && driver.twin(own.finding.device);
    return twin?.hear?.({ topic, payload: bytesOf(bytes) }) !== undefined;
  });
}

function isThere(one: string): boolean {
  const [, id = "", name = ""] = /^([a-z-]+): (.*)$/s.exec(one) ?? [];
  const own = vectors.get(id);
  if (!own) return textOf(one) !== "";
  return [...own.decode, ...own.encode, ...own.answer].some((vector) => vector.name === name);
}

/** The text of the test file that a reference begins with; empty where it has no such test. */
function textOf(reference: string): string {
  const [, file = "", name = ""] = /^(\S+) (.*)$/s.exec(reference) ?? [];
  const path = file.includes("/") ? `${file}.test.ts` : scenario(file);
  const text = path ? readFileSync(new URL(path, root), "utf8") : "";
  assert.ok(text.includes(name), `${reference}: there is no such test`);
  return text;
}

/** Scenarios are called by their names: their numbers may change. */
function scenario(name: string): string | undefined {
  const files = readdirSync(new URL("test/", root));
  const found = files.find((file) => file.replace(/^\d+-/, "") === `${name}.test.ts`);
  return found && `test/${found}`;
}

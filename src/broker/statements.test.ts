import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import mqtt311 from "./vectors/mqtt-3-1-1.json" with { type: "json" };
import mqtt5 from "./vectors/mqtt-5.json" with { type: "json" };

/** A normative statement in our words, and the tests that show it, or why it does not apply. */
type Statement = {
  readonly number: string;
  readonly says: string;
  readonly tests?: readonly string[];
  readonly not?: string;
};

const source = join(dirname(fileURLToPath(import.meta.url)), "..");

/** How many statements each section of the MQTT 5.0 specification has: its appendix B. */
const SECTIONS: Readonly<Record<string, number>> = {
  ...{ "1.5.4": 3, "1.5.5": 1, "1.5.7": 1, "2.1.3": 1, "2.2.1": 5, "2.2.2": 1, "3.1.0": 2 },
  ...{ "3.1.2": 30, "3.1.3": 12, "3.1.4": 6, "3.2.0": 2, "3.2.2": 22, "3.3.1": 13 },
  ...{ "3.3.2": 20, "3.3.4": 10, "3.4.2": 3, "3.5.2": 3, "3.6.1": 1, "3.6.2": 3, "3.7.2": 3 },
  ...{ "3.8.1": 1, "3.8.3": 5, "3.8.4": 8, "3.9.2": 2, "3.9.3": 2, "3.10.1": 1, "3.10.3": 2 },
  ...{ "3.10.4": 6, "3.11.2": 2, "3.11.3": 2, "3.12.4": 1, "3.14.0": 1, "3.14.1": 1 },
  ...{ "3.14.2": 4, "3.14.4": 3, "3.15.1": 1, "3.15.2": 3, "4.1.0": 2, "4.2.0": 1, "4.3.1": 1 },
  ...{ "4.3.2": 5, "4.3.3": 13, "4.4.0": 2, "4.5.0": 2, "4.6.0": 6, "4.7.0": 1, "4.7.1": 2 },
  ...{ "4.7.2": 1, "4.7.3": 4, "4.8.2": 6, "4.9.0": 3, "4.12.0": 7, "4.12.1": 2, "4.13.1": 1 },
  ...{ "4.13.2": 1, "6.0.0": 4 },
};
/** There is no [MQTT-2.2.1-1]. */
const FIRST: Readonly<Record<string, number>> = { "2.2.1": 2 };

test("every normative statement of MQTT 5.0 is listed, once and in its order", () => {
  const all = Object.entries(SECTIONS).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, index) => `${section}-${index + (FIRST[section] ?? 1)}`),
  );
  const numbers = (mqtt5 satisfies Statement[]).map(({ number }) => number);
  assert.deepEqual(
    numbers,
    all.map((number) => `MQTT-${number}`),
  );
  assert.equal(numbers.length, 251);
});

test("what MQTT 3.1.1 says otherwise is listed once", () => {
  const numbers = (mqtt311 satisfies Statement[]).map(({ number }) => number);
  assert.deepEqual(numbers, [...new Set(numbers)]);
});

test("each statement names tests that there are, or says why it does not apply", () => {
  const titles = titlesOfTests();
  const statements: readonly Statement[] = [...mqtt5, ...mqtt311];
  const wrong = statements.flatMap(({ number, tests = [], not = "" }) => {
    if (tests.length > 0 === (not !== "")) return [`${number} needs tests or a reason`];
    const missing = tests.filter((title) => !titles.has(title));
    return missing.map((title) => `${number}: there is no test "${title}"`);
  });
  assert.deepEqual(wrong, []);
});

/** Titles of tests of the broker and of its WebSocket, as they are written there. */
function titlesOfTests(): ReadonlySet<string> {
  const folders = ["broker", "broker/embedded", "api"].map((folder) => join(source, folder));
  const files = folders.flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
  const texts = files.filter((file) => file.endsWith(".test.ts")).map((file) => readFileSync(file));
  const found = texts.flatMap((text) => [...String(text).matchAll(/^ *test\(\s*"([^"]+)"/gm)]);
  return new Set(found.map(([, title = ""]) => title));
}

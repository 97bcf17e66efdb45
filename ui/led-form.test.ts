import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  animationCommand,
  CLEAR_MODE,
  CLEAR_PATTERN,
  choiceOf,
  durationOf,
  FIRST_ANIMATION,
  FIRST_PATTERN,
  modeName,
  patternCommand,
  searchModes,
} from "./led-form.ts";

type Vector = { readonly command: string; readonly payload?: { readonly payload: unknown } };

/** What the driver sends, by the specification's own examples: see its `vectors/`. */
const path = fileURLToPath(new URL("../src/driver/viasens/vectors/encode.json", import.meta.url));
const vectors = JSON.parse(readFileSync(path, "utf8")) as readonly Vector[];

function isSentAs({ name, parameters }: ReturnType<typeof animationCommand>): boolean {
  const text = JSON.stringify(parameters);
  return vectors.some(
    ({ command, payload }) => command === name && JSON.stringify(payload?.payload) === text,
  );
}

test("what is chosen is written as the driver writes it: all fields, in order, three colours", () => {
  assert.ok(isSentAs(animationCommand(FIRST_ANIMATION)));
  assert.ok(isSentAs(patternCommand(FIRST_PATTERN)));
  assert.ok(isSentAs(animationCommand({ ...FIRST_ANIMATION, mode: CLEAR_MODE })));
  assert.ok(isSentAs(patternCommand({ ...FIRST_PATTERN, pattern: CLEAR_PATTERN })));
});

test("a mode is found by its number, its name and its identifier", () => {
  assert.equal(searchModes("").length, 104);
  assert.deepEqual(searchModes("larson").map(modeName), ["Larson scanner", "Dual Larson scanner"]);
  assert.deepEqual(searchModes("fx mode breath").map(modeName), ["Breathing"]);
  assert.ok(searchModes("102").includes(102));
  assert.deepEqual(searchModes("clear"), [CLEAR_MODE]);
  assert.deepEqual(searchModes("no such mode"), []);
});

test("a duration is typed in seconds and sent in milliseconds", () => {
  assert.equal(durationOf("10"), 10_000);
  assert.equal(durationOf(" 0,25 "), 250);
  assert.equal(durationOf(""), undefined);
  assert.equal(durationOf("-1"), undefined);
  assert.equal(durationOf("4294968"), undefined);
});

test("what was kept under a name is the same choice again", () => {
  const animation = { ...FIRST_ANIMATION, mode: 38, colours: [0x112233, 0, 0xffffff] as const };
  const kept = animationCommand(animation);
  assert.deepEqual(choiceOf(kept.name, kept.parameters), { kind: "led-ring", animation });
  const pattern = patternCommand(FIRST_PATTERN);
  assert.deepEqual(choiceOf(pattern.name, pattern.parameters), {
    kind: "led-ring-basic",
    pattern: FIRST_PATTERN,
  });
  assert.equal(choiceOf("sensors-config", {}), undefined);
});

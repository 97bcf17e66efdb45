import assert from "node:assert/strict";
import { test } from "node:test";
import type { LiveFrame } from "../src/domain/live-frame.ts";
import { KIND } from "../src/domain/samples.ts";
import { LiveValues } from "./live-values.ts";

type Row = { position: number; at: number; value: number; kind?: number; quality?: number };

function frame(rows: readonly Row[]): LiveFrame {
  const t0 = Math.min(...rows.map(({ at }) => at));
  return {
    snapshot: false,
    subscription: 1,
    count: rows.length,
    t0,
    value: Float64Array.from(rows, ({ value }) => value),
    after: Float64Array.from(rows, ({ at }) => at - t0),
    position: Uint32Array.from(rows, ({ position }) => position),
    quality: Uint8Array.from(rows, ({ quality = 0 }) => quality),
    kind: Uint8Array.from(rows, ({ kind = KIND.number }) => kind),
  };
}

test("only those who look at a point hear of it", () => {
  const values = new LiveValues(() => {});
  const heard: unknown[] = [];
  values.listen("a", ({ value }) => heard.push(value));
  values.listen("b", () => heard.push("b"));
  values.applyFrame(frame([{ position: 0, at: 5, value: 1.5 }]), ["a", "b"]);
  assert.deepEqual(heard, [1.5]);
  assert.deepEqual(values.get("a"), { at: 5, value: 1.5, quality: "good" });
});

test("no listener sees half a frame", () => {
  const values = new LiveValues(() => {});
  const seen: unknown[] = [];
  values.listen("a", () => seen.push(values.get("b")?.value));
  values.listen("b", () => {});
  const rows = [
    { position: 0, at: 1, value: 1 },
    { position: 1, at: 1, value: 2 },
  ];
  values.applyFrame(frame(rows), ["a", "b"]);
  assert.deepEqual(seen, [2]);
});

test("a boolean, a missing value and a bad quality arrive as what they are", () => {
  const values = new LiveValues(() => {});
  for (const point of ["on", "none", "bad"]) values.listen(point, () => {});
  const rows = [
    { position: 0, at: 1, value: 1, kind: KIND.boolean },
    { position: 1, at: 1, value: Number.NaN, kind: KIND.none },
    { position: 2, at: 1, value: 7, quality: 2 },
  ];
  values.applyFrame(frame(rows), ["on", "none", "bad"]);
  assert.equal(values.get("on")?.value, true);
  assert.equal(values.get("none")?.value, null);
  assert.equal(values.get("bad")?.quality, "bad");
});

test("a text takes its words from the notice and its quality from the frame before it", () => {
  const values = new LiveValues(() => {});
  values.listen("state", () => {});
  const row = { position: 0, at: 9, value: Number.NaN, kind: KIND.text, quality: 1 };
  values.applyFrame(frame([row]), ["state"]);
  assert.equal(values.get("state"), undefined);
  values.applyTexts({ op: "texts", id: 1, rows: [{ position: 0, at: 9, text: "open" }] }, [
    "state",
  ]);
  assert.deepEqual(values.get("state"), { at: 9, value: "open", quality: "uncertain" });
});

test("an older value never replaces a newer one", () => {
  const values = new LiveValues(() => {});
  values.listen("a", () => {});
  values.applyFrame(frame([{ position: 0, at: 20, value: 2 }]), ["a"]);
  values.applyFrame(frame([{ position: 0, at: 10, value: 1 }]), ["a"]);
  assert.equal(values.get("a")?.value, 2);
});

test("what nobody looks at any more is forgotten, so that it cannot come back as live", () => {
  let changes = 0;
  const values = new LiveValues(() => {
    changes += 1;
  });
  const stop = values.listen("a", () => {});
  const other = values.listen("a", () => {});
  values.applyFrame(frame([{ position: 0, at: 1, value: 1 }]), ["a"]);
  stop();
  assert.deepEqual(values.wanted(), ["a"]);
  other();
  assert.deepEqual(values.wanted(), []);
  assert.equal(values.get("a"), undefined);
  assert.equal(changes, 2);
});

test("what was deleted is not live any more, and what was not deleted still is", () => {
  const values = new LiveValues(() => {});
  values.listen("a", () => {});
  values.applyFrame(frame([{ position: 0, at: 20, value: 2 }]), ["a"]);
  values.forget("a", 0, 20);
  assert.equal(values.get("a")?.value, 2);
  values.forget("a", 20, 21);
  assert.equal(values.get("a"), undefined);
});

test("a status word is of the frame that comes behind it, and of the sample that it names", () => {
  const values = new LiveValues(() => {});
  values.listen("a", () => {});
  const say = (at: number) =>
    values.expectWords({ op: "words", id: 1, rows: [{ position: 0, at, word: 3_080_192 }] }, ["a"]);
  say(5);
  values.applyFrame(frame([{ position: 0, at: 5, value: 1 }]), ["a"]);
  assert.equal(values.get("a")?.statusWord, 3_080_192);
  values.applyFrame(frame([{ position: 0, at: 6, value: 1 }]), ["a"]);
  assert.equal(values.get("a")?.statusWord, undefined);
  say(7);
  values.applyFrame(frame([{ position: 0, at: 8, value: 1 }]), ["a"]);
  assert.equal(values.get("a")?.statusWord, undefined);
});

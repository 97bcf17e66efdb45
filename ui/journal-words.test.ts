import assert from "node:assert/strict";
import { test } from "node:test";
import { eventWords, isRefusal, subjectName, subjectWords } from "./journal-words.ts";

test("a kind that nobody has named is shown as it is written", () => {
  assert.equal(eventWords("command.sent"), "Sent a command");
  assert.equal(eventWords("alarm.raised"), "alarm.raised");
});

test("what was refused, failed or stayed without an answer stands out", () => {
  assert.ok(isRefusal("access.refused"));
  assert.ok(isRefusal("command.unknown"));
  assert.ok(!isRefusal("command.sent"));
});

test("a subject has the name it has now, else the one it had then", () => {
  const actor = { kind: "user", id: "u1", name: "Marie" };
  const nameOf = (subject: string, detail: Record<string, unknown>) =>
    subjectName({
      ...{ subject, actor, detail },
      subjectName: subject === "device:d1" ? "R 104" : null,
    });
  assert.equal(nameOf("device:d1", { name: "led-ring" }), "R 104");
  assert.equal(nameOf("device:d2", { name: "led-ring" }), undefined);
  assert.equal(nameOf("user:u1", { remote: "::1" }), "Marie");
  assert.equal(nameOf("user:u2", { name: "Jules" }), "Jules");
  assert.equal(nameOf("agent:a1", { clientId: "x" }), "x");
  const told = { asset: "Works/Pump", variable: "Pressure", samples: 30 };
  assert.equal(nameOf("point:p1", told), "Pressure of Works/Pump");
  assert.equal(nameOf("point:p1", { samples: 30 }), undefined);
});

test("a subject without a name is its kind and the end of its id", () => {
  assert.equal(subjectWords("device:1m808z7pfemqzt3e03rte"), "device …e03rte");
  assert.equal(subjectWords("point:p12"), "point p12");
  assert.equal(subjectWords(""), "");
});

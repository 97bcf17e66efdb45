import assert from "node:assert/strict";
import { test } from "node:test";
import { AGENT_KINDS } from "../src/domain/agent.ts";
import { type Draft, draftOf, KINDS_IN_ORDER } from "./agent-kinds.ts";

function draft(parts: Partial<Draft>): Draft {
  return { kind: "viasens", name: "", tenant: "", publish: "", subscribe: "", ...parts };
}

test("every kind of agent can be chosen, once", () => {
  assert.deepEqual([...KINDS_IN_ORDER].sort(), [...AGENT_KINDS].sort());
});

test("client id and topics show while the name is typed", () => {
  const { clientId, rights, tenantWord } = draftOf(
    draft({ kind: "mindsphere", tenant: "camexia", name: "meter" }),
  );
  assert.equal(clientId, "camexia_meter");
  assert.deepEqual(rights.publish, ["tc/camexia/camexia_meter/o/#"]);
  assert.equal(tenantWord, "tenant");
});

test("before anything is typed an example shows, and nothing is wrong", () => {
  const { clientId, errors } = draftOf(draft({}));
  assert.equal(clientId, "viasens-building-a");
  assert.deepEqual(errors, {});
});

test("a name that would reach over its topic level is refused", () => {
  assert.ok(draftOf(draft({ tenant: "a/b" })).errors.tenant);
  assert.ok(draftOf(draft({ name: "a+b" })).errors.name);
  assert.ok(draftOf(draft({ name: "x".repeat(65) })).errors.name);
  // A plain client has no tenant: whatever was typed for another kind does not count.
  assert.equal(draftOf(draft({ kind: "plain", tenant: "a/b" })).errors.tenant, undefined);
});

test("a plain client's grant is checked line by line", () => {
  const { errors, rights } = draftOf(
    draft({ kind: "plain", publish: " a/+/b \n\n c/# ", subscribe: "a/#/b\nd" }),
  );
  assert.deepEqual(rights.publish, ["a/+/b", "c/#"]);
  assert.equal(errors.publish, undefined);
  assert.equal(errors.subscribe, "'a/#/b' is no topic filter.");
});

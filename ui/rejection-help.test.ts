import assert from "node:assert/strict";
import { test } from "node:test";
import { rejectionHelp } from "./rejection-help.ts";

test("a reason is told in words, with its cause and what to do", () => {
  const { title, cause, remedy } = rejectionHelp("payload_malformed", "/sauter/viasens/n/5");
  assert.equal(title, "The payload is not of the protocol's form");
  assert.match(cause, /JSON/);
  assert.match(remedy, /Mend the sender/);
});

test("who forgot the slash of viaSens is told so, whatever the code", () => {
  assert.match(rejectionHelp("topic_forbidden", "sauter/viasens/n/5").cause, /begin with a slash/);
  assert.doesNotMatch(rejectionHelp("topic_forbidden", "tc/a/b/o/x").cause, /slash/);
});

test("bytes that nobody explained can be explained", () => {
  const { remedy } = rejectionHelp("payload_malformed", "dash7/1/raw", "E_BINARY 67 bytes");
  assert.match(remedy, /what these bytes mean/);
});

test("a code that this page has not met yet is still shown", () => {
  const { title, remedy } = rejectionHelp("alien");
  assert.equal(title, "alien");
  assert.notEqual(remedy, "");
});

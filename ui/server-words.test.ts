import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesWords, doneShare, lastsWords, leftWords, partWords } from "./server-words.ts";

test("a part of the data folder goes by what it holds, a new one by its own name", () => {
  assert.equal(partWords("fieldline.db"), "Model and journal");
  assert.equal(partWords("something"), "something");
  assert.equal(bytesWords(33_700_000), "33.7 MB");
});

test("how long the room lasts is said as coarsely as it is known", () => {
  assert.equal(lastsWords(0.4), "less than a day");
  assert.equal(lastsWords(12.9), "about 12 days");
  assert.equal(lastsWords(1_200), "about 3 years");
  assert.equal(lastsWords(1e6), undefined);
  assert.equal(lastsWords(null), undefined);
});

test("how long it takes until nothing waits is said in minutes, then in hours", () => {
  assert.equal(leftWords(null), "not known yet");
  assert.equal(leftWords(3), "in about a minute");
  assert.equal(leftWords(700), "in about 12 minutes");
  assert.equal(leftWords(7_300), "in about 2 hours");
});

test("a backup that has not begun to be written is at 0, and none is beyond its end", () => {
  assert.equal(doneShare({ bytes: 0, bytesTotal: 0 }), 0);
  assert.equal(doneShare({ bytes: 50, bytesTotal: 200 }), 0.25);
  assert.equal(doneShare({ bytes: 300, bytesTotal: 200 }), 1);
});

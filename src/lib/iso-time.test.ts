import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIsoTime } from "./iso-time.ts";

const AT = Date.UTC(2022, 11, 1, 20, 5, 10);

test("a time is read with any number of fraction digits, cut to the millisecond", () => {
  const forms: [string, number][] = [
    ["2022-12-01T20:05:10Z", 0],
    ["2022-12-01T20:05:10.1Z", 100],
    ["2022-12-01T20:05:10.12Z", 120],
    ["2022-12-01T20:05:10.123Z", 123],
    ["2022-12-01T20:05:10.123999Z", 123],
    ["2022-12-01T20:05:10.000999999Z", 0],
  ];
  for (const [text, ms] of forms) assert.equal(parseIsoTime(text), AT + ms, text);
});

test("an offset is taken away, whichever way it is written", () => {
  for (const text of [
    "2022-12-01T21:05:10+01:00",
    "2022-12-01T21:05:10+0100",
    "2022-12-01T21:05:10+01",
    "2022-12-01T14:35:10-05:30",
    "2022-12-02T00:05:10.000+04:00",
  ]) {
    assert.equal(parseIsoTime(text), AT, text);
  }
});

test("a time that does not exist, or says no offset, is not read", () => {
  for (const text of [
    "",
    "2022-12-01",
    "2022-12-01T20:05:10",
    "2022-12-01 20:05:10Z",
    "2022-12-01T20:05Z",
    "2022-12-01T20:05:10.Z",
    "2022-12-01T20:05:10z",
    "2022-02-31T00:00:00Z",
    "2022-13-01T00:00:00Z",
    "2022-00-01T00:00:00Z",
    "2022-01-00T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "2022-12-01T24:00:00Z",
    "2022-12-01T20:60:10Z",
    "2022-12-01T20:05:60Z",
    "2022-12-01T20:05:10+24:00",
    "2022-12-01T20:05:10+01:60",
    "0022-12-01T20:05:10Z",
    "1669925110000",
    "Thu, 01 Dec 2022 20:05:10 GMT",
  ]) {
    assert.equal(parseIsoTime(text), undefined, text);
  }
});

test("it agrees with Date on every day from 1900 to 2100", () => {
  for (let at = Date.UTC(1900, 0, 1, 1, 2, 3, 4); at < Date.UTC(2100, 0, 1); at += 86_400_000) {
    assert.equal(parseIsoTime(new Date(at).toISOString()), at);
  }
});

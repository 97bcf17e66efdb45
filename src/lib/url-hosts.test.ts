import assert from "node:assert/strict";
import { test } from "node:test";
import { urlsOfHosts } from "./url-hosts.ts";

test("a URL of several hosts is one for each, with all else the same", () => {
  assert.deepEqual(urlsOfHosts("postgres://me:p%2Cw@one:5432,two,[::1]:5/plant?x=1,2"), [
    "postgres://me:p%2Cw@one:5432/plant?x=1,2",
    "postgres://me:p%2Cw@two/plant?x=1,2",
    "postgres://me:p%2Cw@[::1]:5/plant?x=1,2",
  ]);
  assert.deepEqual(urlsOfHosts("postgres://one/plant"), ["postgres://one/plant"]);
});

test("where one of the hosts is none, there is no list", () => {
  for (const text of ["postgres://one,/plant", "postgres:///plant", "postgres://a:b,c/d", "one"]) {
    assert.equal(urlsOfHosts(text), undefined, text);
  }
});

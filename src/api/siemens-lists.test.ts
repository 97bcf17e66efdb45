import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import { readBody, readExactBody, readForm } from "./mindsphere/body.ts";
import { checkMatch, hasVersion, versioned, wantsNew } from "./mindsphere/etag.ts";
import { faultReply } from "./mindsphere/fault.ts";
import { readFilter, select } from "./mindsphere/filter.ts";
import { cutOf, halPage, springPage } from "./mindsphere/page.ts";
import type { Ask } from "./mindsphere/route.ts";

const ROWS = [
  { name: "Pump 10", speed: 10, etag: 2, location: { country: "BE" }, deleted: null },
  { name: "Pump 2", speed: 2, etag: 0, location: { country: "FR" }, deleted: null },
  { name: "Fan", speed: 7, etag: 1, location: null, deleted: "2026-01-01T00:00:00Z" },
];

const asking = (query: Ask["query"]): Ask => ({
  ...{ params: {}, query, headers: {}, body: new Uint8Array(), by: undefined, remote: "" },
  ...{ origin: "http://house", path: "/api/x/v3/rows" },
});

function names(filter: string | undefined, sort?: string): readonly string[] | string {
  const found = select(ROWS, { filter, sort });
  return found.ok ? found.value.map(({ name }) => name) : found.problem.code;
}

test("a filter has Siemens' operators, together, either or not", () => {
  const cases: [string, readonly string[]][] = [
    ['{"name":"Fan"}', ["Fan"]],
    ['{"name":{"startsWith":"pump"}}', ["Pump 10", "Pump 2"]],
    ['{"name":{"endsWith":"2"}}', ["Pump 2"]],
    ['{"name":{"contains":"an"}}', ["Fan"]],
    ['{"name":{"in":["Fan","Pump 2"]}}', ["Pump 2", "Fan"]],
    ['{"speed":{"gte":7}}', ["Pump 10", "Fan"]],
    ['{"speed":{"between":[2,7]}}', ["Pump 2", "Fan"]],
    ['{"and":{"name":{"startsWith":"Pump"},"speed":{"lt":5}}}', ["Pump 2"]],
    ['{"or":{"name":"Fan","speed":10}}', ["Pump 10", "Fan"]],
    ['{"and":[{"speed":{"gt":2}},{"speed":{"lt":10}}]}', ["Fan"]],
    ['{"not":{"name":{"startsWith":"Pump"}}}', ["Fan"]],
    ['{"location.country":"FR"}', ["Pump 2"]],
    ['{"deleted":null}', ["Pump 10", "Pump 2"]],
    ['{"deleted":{"before":"2026-01-01T02:00:00+01:00"}}', ["Fan"]],
    ['{"speed":"7"}', ["Fan"]],
    ["{}", ["Pump 10", "Pump 2", "Fan"]],
    ["", ["Pump 10", "Pump 2", "Fan"]],
  ];
  for (const [filter, expected] of cases) assert.deepEqual(names(filter), expected, filter);
});

test("a filter that cannot be understood lets nothing through: it is refused", () => {
  const deep = `${'{"not":'.repeat(20)}{}${"}".repeat(20)}`;
  for (const filter of [
    ...["name eq Fan", "[]", "{", '{"name":{"resembles":"x"}}', '{"name":{"constructor":"x"}}'],
    ...['{"not":"x"}', '{"and":1}', '{"or":["x"]}', '{"name":["Fan"]}', deep],
    `{"name":"${"x".repeat(9_000)}"}`,
  ]) {
    assert.equal(names(filter), "request_invalid", filter.slice(0, 40));
  }
  assert.ok(readFilter('{"agentId":"x"}').ok);
});

test("rows are sorted by what they hold, numbers as numbers", () => {
  assert.deepEqual(names(undefined, "speed,asc"), ["Pump 2", "Fan", "Pump 10"]);
  assert.deepEqual(names(undefined, "name,desc"), ["Pump 2", "Pump 10", "Fan"]);
  assert.deepEqual(names(undefined, "DESC"), ["Pump 2", "Pump 10", "Fan"]);
  assert.deepEqual(names(undefined, "speed"), ["Pump 2", "Fan", "Pump 10"]);
  assert.deepEqual(names(undefined, "na(me"), "request_invalid");
});

test("a HAL page links to its neighbours by the same question", () => {
  const ask = asking({ page: "1", size: "1", sort: "name" });
  const cut = cutOf(ask);
  assert.ok(cut.ok);
  assert.deepEqual(halPage(ask, cut.value, "rows", ROWS).body, {
    _embedded: { rows: [ROWS[1]] },
    _links: {
      self: { href: "http://house/api/x/v3/rows?sort=name&page=1&size=1" },
      first: { href: "http://house/api/x/v3/rows?sort=name&page=0&size=1" },
      prev: { href: "http://house/api/x/v3/rows?sort=name&page=0&size=1" },
      next: { href: "http://house/api/x/v3/rows?sort=name&page=2&size=1" },
      last: { href: "http://house/api/x/v3/rows?sort=name&page=2&size=1" },
    },
    page: { size: 1, totalElements: 3, totalPages: 3, number: 1 },
  });
});

test("a page behind the last is empty, and size=0 asks for the usual size", () => {
  const behind = cutOf(asking({ page: "9", size: "0" }));
  assert.deepEqual(behind, { ok: true, value: { page: 9, size: 10 } });
  assert.ok(behind.ok);
  const { body } = springPage(behind.value, ROWS);
  assert.deepEqual(body, {
    ...{ content: [], last: true, totalPages: 1, totalElements: 3, numberOfElements: 0 },
    ...{ first: false, sort: null, size: 10, number: 9 },
  });
  assert.equal(cutOf(asking({ size: "-1" })).ok, false);
  assert.deepEqual(cutOf(asking({ size: "99999" }), 20), {
    ok: true,
    value: { page: 0, size: 2_000 },
  });
});

test("a change names the version that it knows, however it is written", () => {
  for (const known of ["3", '"3"', 'W/"3"', "*", '"2", "3"']) {
    assert.ok(checkMatch({ "if-match": known }, 3).ok, known);
  }
  const codes = [{}, { "if-match": "2" }].map((headers) => checkMatch(headers, 3));
  assert.deepEqual(
    codes.map((one) => !one.ok && one.problem.code),
    ["version_needed", "version_changed"],
  );
  assert.ok(wantsNew({ "if-none-match": "*" }));
  assert.ok(hasVersion({ "if-none-match": "abc" }, "abc"));
});

test("who has a version already gets it not again, but for what was just made", () => {
  const headers = { "if-none-match": "3" };
  assert.deepEqual(versioned(headers, 3, {}), { status: 304, headers: { etag: '"3"' } });
  assert.equal(versioned(headers, 4, {}).status, 200);
  assert.equal(versioned(headers, 3, {}, 201).status, 201);
});

test("a problem has one entry for each place that is wrong, and 422 is 400 there", () => {
  const places = [
    { path: "/a", detail: "x" },
    { path: "/b", detail: "y" },
  ];
  const what = { code: "model_invalid", detail: "/a: x (and 1 more)", places } as const;
  assert.deepEqual(faultReply(what, "/api/assetmanagement/v3/assets", "r1"), {
    status: 400,
    body: {
      errors: ["/a: x", "/b: y"].map((message) => ({
        ...{ code: "mdsp.core.assetmanagement.modelInvalid", logref: "r1", message },
      })),
    },
  });
});

test("a body is checked for what is needed, and may have more", () => {
  const schema = Type.Object({ name: Type.String() });
  const read = (text: string) => readBody(Buffer.from(text), schema);
  assert.deepEqual(read('{"name":"x","new":1}'), { ok: true, value: { name: "x", new: 1 } });
  for (const text of ["", "{", '{"name":1}', "[".repeat(99) + "]".repeat(99)]) {
    assert.equal(read(text).ok, false, text.slice(0, 20));
  }
});

test("integers beyond 2^53 come as they were written", () => {
  const read = readExactBody(Buffer.from('[{"energy":9007199254740993}]'));
  assert.deepEqual(read, { ok: true, value: [{ energy: 9007199254740993n }] });
});

test("a form is read as a form or as JSON", () => {
  assert.deepEqual(readForm(Buffer.from("a=1&b=x%20y")), { a: "1", b: "x y" });
  assert.deepEqual(readForm(Buffer.from('{"a":1}')), { a: "1" });
});

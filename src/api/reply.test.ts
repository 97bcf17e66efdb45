import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { LIMIT } from "../domain/limit.ts";
import { PROBLEMS, type ProblemCode } from "../domain/problem.ts";
import { UnreadableError } from "../historian/historian.ts";
import { openSqlite } from "../lib/sqlite.ts";

let house: ApiHouse;
before(async () => {
  house = await ApiHouse.open();
});
after(() => house.close());

const LEAK = /\bat .+:\d+:\d+|node_modules|\/src\/|sqlite|select |insert |stack/i;

test("a problem says what, where and under which number, as RFC 9457 wants it", async () => {
  const { status, headers, json } = await house.send("viewer", "GET /assets/none");
  assert.equal(status, 404);
  assert.match(headers.get("content-type") ?? "", /^application\/problem\+json/);
  assert.match(json.instance, /^urn:fieldline:request:\w{21}$/);
  assert.deepEqual(
    { ...json, instance: "" },
    {
      type: "urn:fieldline:problem:asset_unknown",
      title: "No such asset.",
      status: 404,
      code: "asset_unknown",
      detail: "no asset 'none'",
      instance: "",
    },
  );
});

const wrong: readonly [
  what: string,
  send: () => ReturnType<ApiHouse["send"]>,
  ProblemCode,
  RegExp,
][] = [
  [
    "a missing field",
    () => house.send("admin", "POST /users", { name: "x" }),
    "request_invalid",
    /body must have required property/,
  ],
  [
    "a misspelt field",
    () => house.send("engineer", "POST /assets", { name: "x", parentId: null, descripton: "" }),
    "request_invalid",
    /must not have 'descripton'/,
  ],
  [
    "a number where a text belongs",
    () => house.send("engineer", "POST /assets", { name: 7, parentId: null }),
    "request_invalid",
    /body \/name must be string/,
  ],
  [
    "a text where a number belongs",
    () => house.send("viewer", "GET /assets?limit=many"),
    "request_invalid",
    /querystring \/limit must be integer/,
  ],
  [
    "more rows than a reply may hold",
    () => house.send("viewer", "GET /assets?limit=1001"),
    "request_invalid",
    /must be <= 1000/,
  ],
  [
    "a query that the route does not know",
    () => house.send("viewer", "GET /assets?lmit=1"),
    "request_invalid",
    /must not have 'lmit'/,
  ],
  [
    "the same query twice",
    () => house.send("viewer", "GET /assets?after=a&after=b"),
    "request_invalid",
    /must be string/,
  ],
  [
    "a body that is no JSON",
    () => house.send("engineer", "POST /assets", "{oops"),
    "request_invalid",
    /cannot be read/,
  ],
  [
    "a body that would poison objects",
    () => house.send("engineer", "POST /assets", '{"__proto__":{"admin":true}}'),
    "request_invalid",
    /cannot be read/,
  ],
  [
    "a body nested without end",
    () => {
      const widget = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
      return house.send("engineer", "PUT /screens/deep", `{"name":"x","widgets":[${widget}]}`);
    },
    "request_invalid",
    /cannot be read/,
  ],
  [
    "a body of another type",
    () => house.send("engineer", "POST /assets", "name=x", { "content-type": "text/plain" }),
    "request_invalid",
    /application\/json/,
  ],
  [
    "a body without an end",
    () => house.send("engineer", "POST /assets", `"${"x".repeat(LIMIT.requestBytes)}"`),
    "payload_too_large",
    /1048576/,
  ],
  [
    "an address that leads nowhere",
    () => house.send("viewer", "GET /../../etc/passwd"),
    "route_unknown",
    /nothing at/,
  ],
  [
    "an address that is no URL",
    () => house.send("viewer", "GET /assets/%E0%A4%A"),
    "request_invalid",
    /cannot be read/,
  ],
  [
    "a method that the route does not have",
    () => house.send("admin", "DELETE /assets"),
    "route_unknown",
    /nothing at/,
  ],
];

for (const [what, send, code, detail] of wrong) {
  test(`${what} is told as ${code}, with its place and without our insides`, async () => {
    const { status, headers, json, text } = await send();
    assert.equal(json?.code, code, text);
    assert.equal(status, PROBLEMS[code].status);
    assert.match(json.detail, detail);
    assert.doesNotMatch(text, LEAK);
    assert.match(headers.get("content-type") ?? "", /^application\/problem\+json/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
  });
}

test("a disk that is full is told as that, whoever met it", async () => {
  const { store } = house.parts;
  const { count } = store.rejected;
  const met = [refusalOf(fillDatabase)];
  if (existsSync("/dev/full")) met.push(refusalOf(() => writeFileSync("/dev/full", "x")));
  for (const reason of met) {
    Object.assign(store.rejected, { count: () => Promise.reject(reason) });
    const { status, json } = await house.send("viewer", "GET /overview");
    Object.assign(store.rejected, { count });
    assert.deepEqual([status, json.code], [507, "disk_full"]);
  }
});

test("a damaged part of the history is told as that, by what reads it", async () => {
  const [point] = (await house.manyPoints(1)).map(({ id }) => id);
  const { historian } = house.parts;
  const { range, aggregate } = historian;
  const fail = () => Promise.reject(new UnreadableError("parts of history.db are damaged"));
  Object.assign(historian, { range: fail, aggregate: fail });
  const query = "from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z";
  const paths = [`/points/${point}/history/count?${query}`, `/points/${point}/history?${query}`];
  for (const path of [...paths, `/history/aggregate?points=${point}&${query}&buckets=1`]) {
    const { status, json } = await house.send("viewer", `GET ${path}`);
    assert.deepEqual([status, json.code], [503, "history_unreadable"], path);
    assert.match(json.detail, /history\.db/);
  }
  Object.assign(historian, { range, aggregate });
});

function refusalOf(work: () => void): unknown {
  try {
    work();
  } catch (reason) {
    return reason;
  }
  return assert.fail("there was room");
}

function fillDatabase(): void {
  const database = openSqlite(":memory:");
  database.exec("CREATE TABLE a(b); PRAGMA max_page_count = 2");
  database.prepare("INSERT INTO a VALUES (zeroblob(100000)) RETURNING rowid").all();
}

test("what breaks inside is told to the log, and to the caller only its number", async () => {
  const { store } = house.parts;
  const count = store.rejected.count;
  Object.assign(store.rejected, { count: () => Promise.reject(new Error("SELECT secret")) });
  const { status, json, text } = await house.send("viewer", "GET /overview");
  Object.assign(store.rejected, { count });
  assert.equal(status, 500);
  assert.equal(json.code, "internal");
  assert.doesNotMatch(text, /secret/);
  const number = json.instance.split(":").at(-1);
  const line = house.logged.find((entry) => entry.includes(number));
  assert.match(line ?? "", /SELECT secret/);
});

for (const [what, bytes, detail] of [
  ["nonsense instead of HTTP", "\x16\x03\x01 nonsense\r\n\r\n", /no HTTP/],
  ["a header without an end", `GET / HTTP/1.1\r\nx: ${"x".repeat(20_000)}`, /16384 bytes/],
  ["two lengths", "GET / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", /no HTTP/],
] as const) {
  test(`${what} gets a problem as an answer, and no more`, async () => {
    const answer = await answerTo(bytes);
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.doesNotMatch(answer, LEAK);
    const problem = JSON.parse(answer.split("\r\n\r\n")[1] ?? "");
    assert.equal(problem.code, "request_invalid");
    assert.match(problem.detail, detail);
  });
}

test("slashes without a name lead nowhere", async () => {
  for (const address of ["//", "//[", "*"]) {
    const request = `GET ${address} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n`;
    assert.match(await answerTo(request), /^HTTP\/1\.1 404 .*"route_unknown"/s, address);
  }
});

/** What the server says to these bytes until it closes the connection. */
function answerTo(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(house.url).port), "127.0.0.1");
    let text = "";
    socket.on("data", (data) => {
      text += data;
    });
    socket.on("error", () => undefined); // It may be closed while it still speaks.
    socket.on("close", () => resolve(text));
    socket.write(bytes);
  });
}

test("a name holds what can be shown: no control character and no half of one", async () => {
  for (const name of ["a\u0000b", "a\nb", "\ud800"]) {
    const { json } = await house.send("engineer", "POST /assets", { name, parentId: null });
    assert.equal(json.code, "request_invalid", JSON.stringify(name));
    assert.match(json.detail, /\/name/);
  }
});

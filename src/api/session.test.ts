import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse, PASSWORD } from "../../test/api-house.ts";

let house: ApiHouse;
before(async () => {
  house = await ApiHouse.open();
});
after(() => house.close());

let cookie = "";

test("set-up is open until its one-time token was used", async () => {
  const { setupToken } = house.parts.access;
  const owner = { name: "owner", password: PASSWORD };
  assert.deepEqual((await house.send(null, "GET /setup")).json, { open: true });
  const wrong = await house.send(null, "POST /setup", { ...owner, token: "guess" });
  assert.equal(wrong.json.code, "setup_closed");
  assert.equal(wrong.headers.get("set-cookie"), null);

  const done = await house.send(null, "POST /setup", { ...owner, token: setupToken, demo: true });
  assert.equal(done.status, 201);
  assert.deepEqual(done.json, { name: "owner", role: "admin", demo: true, version: "1.2.3" });
  const again = await house.send(null, "POST /setup", { ...owner, token: setupToken });
  assert.equal(again.json.code, "setup_closed");
  assert.deepEqual((await house.send(null, "GET /setup")).json, { open: false });
});

test("the session cookie is out of reach of scripts and of other sites", async () => {
  const signedIn = await house.send(null, "POST /session", { name: "owner", password: PASSWORD });
  assert.equal(signedIn.status, 201);
  const [first = ""] = signedIn.headers.getSetCookie();
  assert.match(
    first,
    /^fieldline_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  cookie = first.split(";")[0] ?? "";
  const me = await house.send(null, "GET /session", undefined, { cookie });
  assert.equal(me.json.name, "owner");
});

test("a wrong password and a wrong name get the same answer and no cookie", async () => {
  const tries = [
    { name: "owner", password: "not the right sentence" },
    { name: "nobody", password: "not the right sentence" },
  ];
  const replies = await Promise.all(tries.map((body) => house.send(null, "POST /session", body)));
  const told = replies.map(({ json }) => ({ ...json, instance: "" }));
  assert.deepEqual(told[0], told[1]);
  assert.equal(told[0].code, "sign_in_wrong");
  for (const { headers } of replies) assert.equal(headers.get("set-cookie"), null);
});

test("a session ends where it is signed out, here and for good", async () => {
  const out = await house.send(null, "DELETE /session", undefined, { cookie });
  assert.equal(out.status, 204);
  assert.match(
    out.headers.get("set-cookie") ?? "",
    /^fieldline_session=; .*Expires=Thu, 01 Jan 1970/,
  );
  const after = await house.send(null, "GET /session", undefined, { cookie });
  assert.equal(after.json.code, "sign_in_needed");
});

test("the demo plant is started and removed by an administrator, on record", async () => {
  assert.equal((await house.send("admin", "DELETE /demo")).status, 204);
  assert.equal((await house.send("admin", "GET /session")).json.demo, false);
  assert.equal((await house.send("admin", "POST /demo")).status, 204);
  assert.equal((await house.send("admin", "GET /session")).json.demo, true);
  const { json } = await house.send("admin", "GET /journal?limit=2");
  assert.deepEqual(
    json.items.map(({ kind }: { kind: string }) => kind),
    ["demo.started", "demo.removed"],
  );
});

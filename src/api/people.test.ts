import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse, PASSWORD } from "../../test/api-house.ts";
import { LIMIT } from "../domain/limit.ts";

let house: ApiHouse;
before(async () => {
  house = await ApiHouse.open();
});
after(() => house.close());

test("a user is created, changed and removed, and a password is never said again", async () => {
  const wish = { name: "Ada", password: PASSWORD, role: "operator" };
  const made = await house.send("admin", "POST /users", wish);
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(Object.keys(made.json).toSorted(), [
    "createdAt",
    "disabled",
    "id",
    "name",
    "role",
  ]);
  const { id } = made.json;
  const changed = await house.send("admin", `PATCH /users/${id}`, { role: "engineer" });
  assert.equal(changed.json.role, "engineer");
  const list = await house.send("admin", "GET /users");
  assert.deepEqual(list.json.items, [changed.json]);
  assert.doesNotMatch(list.text, /argon2|passwordHash/);
  assert.equal((await house.send("admin", "POST /users", wish)).json.code, "user_exists");
  const weak = { ...wish, name: "Bob", password: "short" };
  assert.equal((await house.send("admin", "POST /users", weak)).json.code, "password_weak");
  assert.equal((await house.send("admin", "PATCH /users/none", {})).json.code, "user_unknown");
});

test("a token is shown once, and ends when it says", async () => {
  const expiresAt = "2099-01-01T00:00:00Z";
  const made = await house.send("admin", "POST /tokens", {
    name: "scada",
    role: "viewer",
    expiresAt,
  });
  assert.equal(made.status, 201);
  assert.match(made.json.token, /^fl_/);
  assert.equal(made.json.item.expiresAt, "2099-01-01T00:00:00.000Z");
  const list = await house.send("admin", "GET /tokens");
  assert.ok(!list.text.includes(made.json.token));
  assert.doesNotMatch(list.text, /secret/);
  const wrong = { name: "x", role: "viewer", expiresAt: "soon" };
  assert.match((await house.send("admin", "POST /tokens", wrong)).json.detail, /expiresAt/);
  assert.equal((await house.send("admin", "DELETE /tokens/none")).json.code, "token_unknown");
});

test("the journal is read newest first, page by page, and its chain is whole", async () => {
  const first = await house.send("engineer", "GET /journal?limit=2");
  assert.equal(first.json.items.length, 2);
  const [newest, next] = first.json.items;
  assert.equal(newest.sequence, next.sequence + 1);
  const second = await house.send("engineer", `GET /journal?limit=2&after=${first.json.next}`);
  assert.equal(second.json.items[0].sequence, next.sequence - 1);
  const { json } = await house.send("engineer", "GET /journal/verify");
  assert.deepEqual(json, { events: newest.sequence, brokenAt: null });
  const odd = await house.send("engineer", "GET /journal?after=x");
  assert.equal(odd.json.code, "request_invalid");
});

test("nothing secret is in the journal or the log", async () => {
  const { text } = await house.send("engineer", "GET /journal?limit=1000");
  const all = text + house.logged.join("");
  for (const secret of [PASSWORD, ...Object.values(house.tokens)]) assert.ok(!all.includes(secret));
});

test("a screen is drawn, read and drawn anew", async () => {
  const widgets = [{ kind: "value", x: 0, options: { point: "p" } }];
  const drawn = await house.send("engineer", "PUT /screens/main", { name: "Main", widgets });
  assert.equal(drawn.status, 200, drawn.text);
  assert.deepEqual((await house.send("viewer", "GET /screens/main")).json, drawn.json);
  await house.send("engineer", "PUT /screens/main", { name: "Main hall", widgets: [] });
  const { json } = await house.send("viewer", "GET /screens");
  assert.deepEqual(
    json.items.map(({ name }: { name: string }) => name),
    ["Main hall"],
  );
  const full = Array.from({ length: LIMIT.widgetsPerScreen + 1 }, () => ({}));
  const much = await house.send("engineer", "PUT /screens/main", { name: "x", widgets: full });
  assert.equal(much.json.code, "request_invalid");
  assert.equal((await house.send("viewer", "GET /screens/none")).status, 404);
});

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

test("the journal is asked for what somebody did, and when, page by page", async () => {
  const { id } = (
    await house.send("admin", "POST /users", {
      ...{ name: "Grace", password: PASSWORD, role: "operator" },
    })
  ).json;
  await house.send("admin", `PATCH /users/${id}`, { role: "engineer" });
  await house.send("admin", `PATCH /users/${id}`, { role: "operator" });
  const [newest] = (await house.send("engineer", "GET /journal?limit=1")).json.items;
  const ask = async (query: string) => (await house.send("engineer", `GET /journal?${query}`)).json;
  const own = `actor=${newest.actor.id}&subject=${newest.subject}`;
  const first = await ask(`${own}&limit=2`);
  assert.deepEqual(first.items[0], newest);
  const second = await ask(`${own}&limit=2&after=${first.next}`);
  assert.equal(second.items.length, 1);
  assert.equal(second.next, null);
  assert.equal(second.items[0].kind, "access.user-created");
  assert.deepEqual((await ask("actor=nobody")).items, []);
  assert.deepEqual((await ask(`from=${Date.parse(newest.at) + 1}`)).items, []);
  const since = (await ask(`from=${newest.at}`)).items;
  assert.ok(since.length > 0 && since.every(({ at }: { at: string }) => at >= newest.at));
  const before = (await ask(`to=${newest.at}`)).items;
  assert.ok(before.length > 0 && !before.some(({ at }: { at: string }) => at >= newest.at));
  for (const odd of ["from=soon", "to=x"]) {
    assert.equal((await ask(odd)).code, "request_invalid", odd);
  }
});

test("who may read the journal is told who there is, by name alone", async () => {
  const { json } = await house.send("engineer", "GET /journal/actors");
  const names = json.items.map(({ name }: { name: string }) => name);
  assert.ok(names.includes("Grace") && names.includes("Fieldline"));
  assert.deepEqual(Object.keys(json.items[0]), ["kind", "id", "name"]);
  const refused = await house.send("operator", "GET /journal/actors");
  assert.equal(refused.json.code, "permission_missing");
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

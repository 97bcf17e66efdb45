import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { after, before, test } from "node:test";
import { MindSphereSdk } from "@mindconnect/mindconnect-nodejs";
import { ApiHouse, PASSWORD } from "../../test/api-house.ts";
import { SiemensCaller } from "../../test/siemens-caller.ts";
import { THE_HOUSE } from "../domain/event.ts";

let house: ApiHouse;
let caller: SiemensCaller;
before(async () => {
  house = await ApiHouse.open();
  caller = new SiemensCaller(house);
  const made = await house.parts.access.createOwner("ada", PASSWORD);
  assert.ok(made.ok);
});
after(() => house.close());

const GRANT = "grant_type=client_credentials";

async function tokenFor(name: string, password: string) {
  const basic = Buffer.from(`${name}:${password}`).toString("base64");
  const headers = {
    authorization: `Basic ${basic}`,
    "content-type": "application/x-www-form-urlencoded",
  };
  return caller.send(null, "POST /oauth/token", GRANT, headers);
}

test("a user's name and password become a token that names him", async () => {
  const reply = await tokenFor("ada", PASSWORD);
  assert.equal(reply.status, 200);
  assert.equal(reply.json.token_type, "bearer");
  assert.equal(reply.json.expires_in, 3600);
  assert.equal(reply.headers.get("cache-control"), "no-store");
  const claims = JSON.parse(
    Buffer.from(reply.json.access_token.split(".")[1], "base64url").toString(),
  );
  assert.equal(claims.name, "ada");
  assert.equal(claims.ten, "house");
});

test("an API token is a password for any name, and is taken as it is, too", async () => {
  const given = await tokenFor("script", house.tokens.viewer);
  assert.equal(given.status, 200);
  const bearer = given.json.access_token;
  const headers = { authorization: `Bearer ${bearer}` };
  const ours = await house.send(null, "GET /session", undefined, headers);
  assert.deepEqual([ours.status, ours.json.role], [200, "viewer"]);
});

test("wrong credentials get Siemens' form of error and no token", async () => {
  const reply = await tokenFor("ada", "not her password");
  assert.equal(reply.status, 401);
  const [error] = reply.json.errors;
  assert.equal(error.code, "mdsp.core.iam.signInWrong");
  assert.ok(error.message && error.logref);
});

test("the key of /token_keys checks a token's signature, and its PEM has lines", async () => {
  const { json } = await tokenFor("ada", PASSWORD);
  const keys = (await caller.send(null, "GET /token_keys")).json.keys;
  const [head, body, signature] = json.access_token.split(".");
  assert.equal(JSON.parse(Buffer.from(head, "base64url").toString()).kid, keys[0].kid);
  assert.ok(keys[0].value.trim().split("\n").length > 2);
  for (const key of [keys[0].value, { key: keys[0], format: "jwk" }]) {
    const isRight = verify(
      "RSA-SHA256",
      Buffer.from(`${head}.${body}`),
      createPublicKey(key),
      Buffer.from(signature, "base64url"),
    );
    assert.ok(isRight);
  }
});

test("the key of agents' tokens is one key, its PEM without a line end", async () => {
  const { json } = await caller.send(null, "GET /api/agentmanagement/v3/oauth/token_key");
  const [tokens] = (await caller.send(null, "GET /token_keys")).json.keys;
  assert.deepEqual([json.kid, json.value], [tokens.kid, tokens.value.replaceAll("\n", "")]);
  assert.ok(!json.value.includes("\n"));
});

test("a token that was changed, or says another algorithm, is nobody's", async () => {
  const { json } = await tokenFor("ada", PASSWORD);
  const [head = "", body = "", signature = ""] = json.access_token.split(".");
  const recoded = (part: string, change: object) =>
    Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(part, "base64url").toString()), ...change }),
    ).toString("base64url");
  const bad = [
    `${head}.${recoded(body, { sub: "user:somebody" })}.${signature}`,
    `${recoded(head, { alg: "none" })}.${body}.`,
    `${recoded(head, { alg: "HS256" })}.${body}.${signature}`,
    `${recoded(head, { kid: "another" })}.${body}.${signature}`,
    `${head}.${body}`,
  ];
  for (const bearer of bad) {
    const headers = { authorization: `Bearer ${bearer}` };
    assert.equal((await house.send(null, "GET /session", undefined, headers)).status, 401);
  }
});

test("a token ends with the user, API token or agent that it names", async () => {
  const by = { actor: THE_HOUSE, role: "admin" } as const;
  const wish = { name: "short", role: "viewer", expiresAt: null } as const;
  const made = await house.parts.access.createToken(by, wish);
  assert.ok(made.ok);
  const { json } = await tokenFor("x", made.value.token);
  const headers = { authorization: `Bearer ${json.access_token}` };
  assert.equal((await house.send(null, "GET /session", undefined, headers)).status, 200);
  await house.parts.access.revokeToken(by, made.value.item.id);
  assert.equal((await house.send(null, "GET /session", undefined, headers)).status, 401);
});

test("who got a token is in the journal, and the token is not", async () => {
  const { json } = await tokenFor("ada", PASSWORD);
  const [event] = await house.parts.journal.list({
    where: { kind: "access.token-issued" },
    descending: true,
    limit: 1,
  });
  assert.equal(event?.actor.name, "ada");
  assert.equal(event?.detail["id"], json.jti);
  assert.equal(event?.detail["remote"], "127.0.0.1");
  assert.ok(!JSON.stringify(event).includes(json.access_token.split(".")[2]));
});

test("a changed password ends the tokens of before, also for who is disabled and comes back", async () => {
  const by = { actor: THE_HOUSE, role: "admin" } as const;
  const { access } = house.parts;
  const made = await access.createUser(by, { name: "bea", password: PASSWORD, role: "viewer" });
  assert.ok(made.ok);
  const { id } = made.value;
  const signIn = async (password: string) => {
    const headers = {
      authorization: `Bearer ${(await tokenFor("bea", password)).json.access_token}`,
    };
    return async () => (await house.send(null, "GET /session", undefined, headers)).status;
  };
  const before = await signIn(PASSWORD);
  assert.equal(await before(), 200);
  const password = `${PASSWORD} anew`;
  assert.ok((await access.changeUser(by, id, { password })).ok);
  assert.equal(await before(), 401);
  const after = await signIn(password);
  assert.ok((await access.changeUser(by, id, { role: "operator" })).ok);
  assert.equal(await after(), 200);
  assert.ok((await access.changeUser(by, id, { disabled: true })).ok);
  assert.ok((await access.changeUser(by, id, { disabled: false })).ok);
  assert.equal(await after(), 401);
});

test("an agent's token opens nothing of the house's own API", async () => {
  const agent = { kind: "mindsphere", name: "meter", tenant: "camexia", grant: null } as const;
  const made = await house.parts.agents.create(THE_HOUSE, { ...agent, credential: "password" });
  assert.ok(made.ok);
  const { id, name } = made.value.agent;
  const actor = { kind: "agent", id, name } as const;
  const signed = await house.parts.access.issueSigned({ actor, tenant: "camexia", scope: [] });
  const bearer = await house.parts.access.identifySigned(signed.token);
  assert.deepEqual([bearer?.actor, bearer?.role], [actor, null]);
  const headers = { authorization: `Bearer ${signed.token}` };
  assert.equal((await house.send(null, "GET /session", undefined, headers)).status, 401);
  await house.parts.agents.revoke(THE_HOUSE, id);
  assert.equal(await house.parts.access.identifySigned(signed.token), undefined);
});

test("the public SDK gets a token and finds its signature right", async () => {
  const basicAuth = `Basic ${Buffer.from(`ada:${PASSWORD}`).toString("base64")}`;
  const sdk = new MindSphereSdk({ gateway: house.url, basicAuth, tenant: "house" });
  const token = await sdk.GetToken();
  assert.ok(token.length > 200);
});

test("what nobody serves is no page of the screens", async () => {
  const reply = await caller.send("viewer", "GET /api/sdi/v4/ontologies");
  assert.equal(reply.status, 404);
});

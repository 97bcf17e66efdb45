import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import type { JsonObject } from "../lib/json.ts";

type Vector = {
  readonly cite: string;
  readonly path: string;
  readonly hook?: string;
  readonly body?: JsonObject;
  readonly form?: Record<string, string>;
  readonly reply: JsonObject | string;
};

const NAME = "meter";
const SECRET = "a-secret-that-brokers-share";
const file = new URL("vectors/broker-auth.json", import.meta.url);

let house: ApiHouse;
let password = "";

before(async () => {
  house = await ApiHouse.open({ brokerSecret: SECRET });
  const created = await house.parts.agents.create(THE_HOUSE, {
    ...{ kind: "plain", name: NAME, tenant: "", credential: "password" },
    grant: { publish: ["own/o/#", "spBv1.0/own/#"], subscribe: ["own/i/#"] },
  });
  assert.ok(created.ok);
  password = created.value.password ?? "";
});
after(() => house.close());

for (const { cite, path, hook, body, form, reply } of vectors()) {
  test(`${path} ${hook ?? ""} answers ${JSON.stringify(reply)}: ${cite}`, async () => {
    const text = form ? new URLSearchParams(filled(form)).toString() : JSON.stringify(filled(body));
    const type = form ? "application/x-www-form-urlencoded" : "application/json";
    const headers = { ...(hook && { "vernemq-hook": hook }), "content-type": type };
    const response = await ask(path, { headers, body: text });
    assert.equal(response.status, 200);
    const said = await response.text();
    assert.deepEqual(typeof reply === "string" ? said : JSON.parse(said), reply);
  });
}

test("a revoked agent may do nothing from then on", async () => {
  const { agents } = house.parts;
  const created = await agents.create(THE_HOUSE, {
    ...{ kind: "plain", name: "gone", tenant: "", credential: "password" },
    grant: { publish: ["own/o/#"], subscribe: [] },
  });
  assert.ok(created.ok);
  const mayPublish = async () => {
    const body = JSON.stringify({ username: "gone", topic: "own/o/1", action: "publish" });
    const response = await ask("/emqx/authz", { headers: JSON_TYPE, body });
    return ((await response.json()) as JsonObject)["result"];
  };
  assert.equal(await mayPublish(), "allow");
  await agents.revoke(THE_HOUSE, created.value.agent.id);
  assert.equal(await mayPublish(), "deny");
});

test("what is refused is in the journal, without the password", async () => {
  const body = JSON.stringify({ username: "stranger", password: "hush", clientid: "c" });
  await ask("/emqx/authn", { headers: JSON_TYPE, body });
  const events = await house.parts.store.events.find();
  const told = events.filter(({ kind }) => kind === "broker.refused");
  assert.ok(told.some(({ detail }) => detail["username"] === "stranger"));
  assert.ok(!JSON.stringify(told).includes("hush"));
});

test("the secret may stand in a header or in the path; without it nothing is answered", async () => {
  const body = JSON.stringify({ username: NAME, password });
  const headers = { ...JSON_TYPE, authorization: `Bearer ${SECRET}` };
  const inHeader = await post("/broker-auth/emqx/authn", { headers, body });
  assert.equal(inHeader.status, 200);
  for (const path of ["/broker-auth/emqx/authn", "/broker-auth/wrong/emqx/authn"]) {
    assert.equal((await post(path, { headers: JSON_TYPE, body })).status, 401);
  }
});

test("after a few wrong secrets there is a pause, for the right one too", async () => {
  const guarded = await ApiHouse.open({ brokerSecret: SECRET });
  try {
    const url = `${guarded.url.replace(/\/api\/v1$/, "")}/broker-auth`;
    const send = (secret: string) =>
      fetch(`${url}/${secret}/emqx/authn`, { method: "POST", headers: JSON_TYPE, body: "{}" });
    for (let tries = 0; tries < LIMIT.signInTries; tries += 1) {
      assert.equal((await send("wrong")).status, 401);
    }
    assert.equal((await send(SECRET)).status, 429);
  } finally {
    await guarded.close();
  }
});

test("without a secret in the settings there is nothing to ask", async () => {
  const closed = await ApiHouse.open();
  try {
    const url = `${closed.url.replace(/\/api\/v1$/, "")}/broker-auth//emqx/authn`;
    const response = await fetch(url, { method: "POST", headers: JSON_TYPE, body: "{}" });
    assert.equal(response.status, 404);
  } finally {
    await closed.close();
  }
});

const JSON_TYPE = { "content-type": "application/json" };

type Sent = { readonly headers: Record<string, string>; readonly body: string };

function ask(path: string, sent: Sent): Promise<Response> {
  return post(`/broker-auth/${SECRET}${path}`, sent);
}

function post(path: string, sent: Sent): Promise<Response> {
  return fetch(house.url.replace(/\/api\/v1$/, "") + path, { method: "POST", ...sent });
}

/** The agent's real name and password where the documents have examples. */
function filled(fields: JsonObject | Record<string, string> = {}): Record<string, string> {
  const text = JSON.stringify(fields).replaceAll("$password", password).replaceAll("$name", NAME);
  return JSON.parse(text);
}

function vectors(): readonly Vector[] {
  return JSON.parse(readFileSync(file, "utf8"));
}

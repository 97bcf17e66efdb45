import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { hasMosquitto, publish } from "../../test/mosquitto.ts";
import { SiemensCaller } from "../../test/siemens-caller.ts";
import { rightsOf } from "../domain/agent.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";

const TOPICS = "/api/mindconnectmqtt/v3/customTopicRegistrations";
const AM = "/api/assetmanagement/v3";
const TOPIC = "clouddatastore/acme_oven/ts";
const VALUE = "machines[].sources[].items[?Key == 'moisture'].Values[][0]";
const TIME = "machines[].sources[].items[?Key == 'moisture'].Times[][0]";

const skip = !hasMosquitto;

let house: ApiHouse;
let caller: SiemensCaller;
let agentId: AgentId;
let assetId: string;
let password: string;
before(async () => {
  house = await ApiHouse.open();
  caller = new SiemensCaller(house);
  const wish = { kind: "mindsphere", name: "oven", tenant: "acme", credential: "password" };
  const issued = (await house.send("engineer", "POST /agents", wish)).json;
  agentId = issued.agent.id;
  password = issued.password;
  const aspect = {
    ...{ name: "Air", category: "dynamic", scope: "private" },
    variables: [
      { name: "moisture", dataType: "DOUBLE", unit: "%" },
      { name: "total", dataType: "LONG", unit: "Wh" },
    ],
  };
  assert.equal((await engineer(`PUT ${AM}/aspecttypes/acme.Air`, aspect)).status, 201);
  const type = {
    ...{ name: "Oven", parentTypeId: "core.basicasset", scope: "private" },
    aspects: [{ name: "Air", aspectTypeId: "acme.Air" }],
  };
  assert.equal((await engineer(`PUT ${AM}/assettypes/acme.Oven`, type)).status, 201);
  const { json: root } = await engineer(`GET ${AM}/assets/root`);
  const asset = { name: "Oven 1", typeId: "acme.Oven", parentId: root.assetId };
  assetId = (await engineer(`POST ${AM}/assets`, asset)).json.assetId;
});
after(() => house.close());

test("a topic is registered once, by its agent's client id, which must stand in it", async () => {
  for (const topic of ["plant/data", "plant/acme_oven2", "tc/acme/acme_oven/x", "a/acme_oven/#"]) {
    const refused = await register(topic);
    assert.equal(refused.status, 400, topic);
  }
  assert.equal((await register(TOPIC, "nobody")).status, 404);
  const made = await register(TOPIC);
  assert.equal(made.status, 201, made.text);
  const { id, ...rest } = made.json;
  assert.deepEqual(rest, { mqttClientId: "acme_oven", topic: TOPIC, eTag: "1" });
  assert.equal((await register(TOPIC)).status, 409);
  assert.deepEqual((await engineer(`GET ${TOPICS}/${id}`)).json, made.json);
  const list = await engineer(`GET ${TOPICS}?filter={"mqttClientId":"acme_oven"}`);
  assert.deepEqual(list.json._embedded.customTopicRegistrations, [made.json]);
  assert.deepEqual(await published(), ["tc/acme/acme_oven/o/#", TOPIC]);
});

test("an expression that cannot be read is refused with its place", async () => {
  const wrong = await map({ variableValueExpression: "length(machines)" });
  assert.equal(wrong.status, 400);
  const { message } = wrong.json.errors[0];
  assert.equal(message, "variableValueExpression: functions are not known here: length(…)");
  assert.equal((await map({ timeConverter: "fromDreams" })).status, 400);
  assert.equal((await map({ variableName: "nothing" })).status, 404);
  assert.equal((await map({ assetId: "0".repeat(32) })).status, 404);
});

test("a message without mappings is kept with its reason", async () => {
  await say({ machines: [] });
  const rejected = await newest();
  assert.match(rejected.detail, /^E_NO_VALUES the topic has no mappings yet/);
  assert.equal(rejected.topic, TOPIC);
});

test("what mosquitto_pub says there becomes history of the assets' variables", {
  skip,
}, async () => {
  const first = await map({});
  assert.equal(first.status, 201, first.text);
  assert.equal((await map({})).status, 409);
  const total = { variableName: "total", variableValueExpression: "total" };
  const second = await map({ ...total, variableTimestampExpression: "at" });
  assert.deepEqual((await mappings()).json._embedded.mappings, [first.json, second.json]);

  const items = [
    { Key: "heat", Values: [80] },
    { Key: "moisture", Values: [11.5], Times: ["2022-12-01T20:05:10.1234567Z"] },
  ];
  const text = JSON.stringify({ machines: [{ sources: [{ items }] }], at: "2022-12-01T20:05:10Z" });
  const { mqtt } = house.parts.broker.ports;
  assert.ok(mqtt);
  const clientId = "acme_oven";
  const oven = { port: mqtt, username: clientId, clientId, password };
  await publish(oven, TOPIC, text.replace("{", '{"total":9007199254740993,'));
  const route = `/api/iottimeseries/v3/timeseries/${assetId}/Air`;
  const range = "from=2022-12-01T00:00:00Z&to=2022-12-02T00:00:00Z";
  const stored = await caller.send("viewer", `GET ${route}?${range}`);
  assert.equal(stored.status, 200, stored.text);
  assert.match(stored.text, /9007199254740993/);
  const rows = stored.json.map(({ _time, moisture }: Row) => [_time, moisture]);
  assert.deepEqual(rows, [
    ["2022-12-01T20:05:10.000Z", undefined],
    ["2022-12-01T20:05:10.123Z", 11.5],
  ]);
});

test("what no expression finds is kept with its reason", { skip }, async () => {
  await say({ machines: "none" });
  assert.match((await newest()).detail, /^E_NO_VALUES Oven 1\/Air\/total: 'total' finds nothing/);
  await say("{machines");
  assert.equal((await newest()).code, "payload_malformed");
});

test("a mapping that is removed reads no more; a topic that is removed is forbidden", {
  skip,
}, async () => {
  const [first] = (await mappings()).json._embedded.mappings;
  const id = await topicId();
  const gone = await engineer(`DELETE ${TOPICS}/${id}/mappings/${first.id}`);
  assert.equal(gone.status, 204, gone.text);
  assert.equal((await engineer(`DELETE ${TOPICS}/${id}/mappings/${first.id}`)).status, 404);
  assert.equal((await mappings()).json._embedded.mappings.length, 1);

  assert.equal((await engineer(`DELETE ${TOPICS}/${id}`)).status, 204);
  assert.equal((await engineer(`GET ${TOPICS}/${id}`)).status, 404);
  assert.deepEqual(await published(), ["tc/acme/acme_oven/o/#"]);
  const { items } = (await house.send("engineer", `GET /journal?subject=agent:${agentId}`)).json;
  const kinds = items.map(({ kind }: { kind: string }) => kind);
  assert.deepEqual(kinds.slice(0, 2), ["agent.granted", "agent.topic-removed"]);
});

test("an agent whose topics hold its client id is not renamed", async () => {
  const agents = "/api/agentmanagement/v3/agents";
  const wish = { name: "kiln", entityId: assetId, securityProfile: "SHARED_SECRET" };
  const { status, json, text } = await engineer(`POST ${agents}`, wish);
  assert.equal(status, 201, text);
  const { id } = (await register("more/acme_kiln/x", "acme_kiln")).json;
  const rename = () => {
    const renamed = { ...wish, name: "stove" };
    return caller.send("engineer", `PUT ${agents}/${json.id}`, renamed, { "if-match": json.eTag });
  };
  const refused = await rename();
  assert.equal(refused.status, 400);
  assert.match(refused.text, /its own topics hold its client id/);
  assert.equal((await engineer(`DELETE ${TOPICS}/${id}`)).status, 204);
  assert.equal((await rename()).status, 200);
});

test("the topic of an agent that was removed is free, and an agent has ten at most", async () => {
  assert.equal((await register(TOPIC)).status, 201);
  await house.send("engineer", `DELETE /agents/${agentId}`);
  assert.deepEqual((await engineer(`GET ${TOPICS}`)).json._embedded.customTopicRegistrations, []);
  const wish = { kind: "mindsphere", name: "oven", tenant: "acme", credential: "password" };
  agentId = (await house.send("engineer", "POST /agents", wish)).json.agent.id;
  assert.equal((await register(TOPIC)).status, 201);
  for (let more = 1; more < 10; more += 1) {
    assert.equal((await register(`more/acme_oven/${more}`)).status, 201);
  }
  const refused = await register("more/acme_oven/10");
  assert.equal(refused.status, 409);
  assert.match(refused.json.errors[0].code, /customTopicLimit$/);
  assert.equal((await published()).length, 11);
});

type Row = { readonly _time: string; readonly moisture?: number };

function engineer(route: string, body?: unknown) {
  const isCreation = route.startsWith("PUT");
  return caller.send("engineer", route, body, isCreation ? { "if-none-match": "*" } : {});
}

function register(topic: string, mqttClientId = "acme_oven") {
  return engineer(`POST ${TOPICS}`, { mqttClientId, topic });
}

async function topicId(): Promise<string> {
  return (await engineer(`GET ${TOPICS}`)).json._embedded.customTopicRegistrations[0].id;
}

async function map(wish: object) {
  return engineer(`POST ${TOPICS}/${await topicId()}/mappings`, {
    ...{ assetId, aspectName: "Air", variableName: "moisture", timeConverter: "fromISO8601" },
    ...{ variableValueExpression: VALUE, variableTimestampExpression: TIME, ...wish },
  });
}

async function mappings() {
  return engineer(`GET ${TOPICS}/${await topicId()}/mappings`);
}

async function published(): Promise<readonly string[]> {
  const agent = await house.parts.agents.get(agentId);
  assert.ok(agent);
  return rightsOf(agent).publish;
}

async function say(body: object | string): Promise<void> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  await house.parts.ingest.receive([
    {
      ...{ topic: TOPIC, payload: Buffer.from(text), agent: agentId, retain: false },
      receivedAt: house.parts.clock.now() as Timestamp,
    },
  ]);
}

async function newest(): Promise<{ topic: string; detail: string; code: string }> {
  return (await house.send("engineer", "GET /rejected")).json.items[0];
}

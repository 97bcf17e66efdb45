import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connectAsync } from "mqtt";
import { ApiHouse } from "../../test/api-house.ts";
import { until } from "../../test/mqtt-peer.ts";
import { BROKER_FIGURES } from "../domain/broker-figure.ts";

let house: ApiHouse;
before(async () => {
  house = await ApiHouse.open();
});
after(() => house.close());

test("an engineer sees who is connected, and what the broker refused", async () => {
  const { id, client } = await enter("lamp");
  await client.subscribeAsync("lamp/in/#");
  await client.publishAsync("lamp/out", "1", { qos: 1 });
  await client.publishAsync("elsewhere", "1", { qos: 0 });
  await client.publishAsync("lamp/out", "2", { qos: 1 });
  const { json: broker } = await house.send("engineer", "GET /broker");
  assert.deepEqual([broker.clients, broker.trouble], [1, null]);
  assert.equal(broker.received.messages, 2);
  assert.deepEqual(broker.refused, [{ label: "topic_forbidden", value: 1 }]);
  assert.equal(broker.takeOversHeld, 0);
  const { json: clients } = await house.send("engineer", "GET /broker/clients?search=LAMP/IN");
  const [row] = clients.items;
  assert.deepEqual([clients.total, row.agentId, row.name], [1, id, "lamp"]);
  assert.deepEqual([row.version, row.subscriptions], ["3.1.1", ["lamp/in/#"]]);
  const { json: none } = await house.send("engineer", "GET /broker/clients?search=nobody");
  assert.deepEqual([none.total, none.items], [0, []]);
  await client.endAsync();
});

test("an engineer disconnects an agent, which the journal remembers; an operator may not", async () => {
  const { id, client } = await enter("pump");
  const left = new Promise<void>((resolve) => client.once("close", () => resolve()));
  const refused = await house.send("operator", `POST /agents/${id}/disconnect`);
  assert.equal(refused.json.code, "permission_missing");
  const { json } = await house.send("engineer", `POST /agents/${id}/disconnect`);
  assert.deepEqual(json, { closed: 1 });
  await left;
  await until(() => house.parts.broker.clients().length === 0);
  const { json: journal } = await house.send("engineer", "GET /journal");
  const kinds = journal.items.map(({ kind }: { kind: string }) => kind);
  assert.ok(kinds.includes("agent.disconnected"));
  const unknown = await house.send("engineer", "POST /agents/nobody/disconnect");
  assert.equal(unknown.json.code, "agent_unknown");
});

test("sessions and subscriptions are found, connected or away, with what waits", async () => {
  const { id, clientId, client } = await enter("drill", true);
  await client.subscribeAsync("drill/in/a", { qos: 1 });
  const { json: here } = await house.send("engineer", "GET /broker/sessions?search=DRILL");
  const [row] = here.items;
  assert.deepEqual([here.total, row.agentId, row.isConnected, row.endsAt], [1, id, true, null]);
  assert.deepEqual([row.subscriptions, row.queued, row.gaps], [1, 0, 0]);
  await client.endAsync();
  await until(() => house.parts.broker.clients().length === 0);
  await house.parts.broker.send({ topic: "drill/in/a", payload: Buffer.from("wait"), qos: 1 });
  const { json: away } = await house.send("engineer", "GET /broker/sessions?only=waiting");
  const [waiting] = away.items;
  assert.deepEqual([waiting.clientId, waiting.queued, waiting.isConnected], [clientId, 1, false]);
  assert.ok(Date.parse(waiting.endsAt) > Date.parse(waiting.since));
  const session = encodeURIComponent(row.id);
  const { json: list } = await house.send(
    "engineer",
    `GET /broker/subscriptions?session=${session}`,
  );
  const [subscription] = list.items;
  assert.deepEqual([list.total, subscription.filter, subscription.qos], [1, "drill/in/a", 1]);
  const { json: other } = await house.send("engineer", "GET /broker/subscriptions?search=in/b");
  assert.equal(other.total, 0);
});

test("an engineer ends a session, which the journal remembers; an operator may not", async () => {
  const { id, clientId, client } = await enter("mixer", true);
  await client.subscribeAsync("mixer/in/a", { qos: 1 });
  const left = new Promise<void>((resolve) => client.once("close", () => resolve()));
  const body = { agentId: id, clientId };
  const refused = await house.send("operator", "POST /broker/sessions/end", body);
  assert.equal(refused.json.code, "permission_missing");
  const { status } = await house.send("engineer", "POST /broker/sessions/end", body);
  assert.equal(status, 204);
  await left;
  const { json: gone } = await house.send("engineer", "GET /broker/sessions?search=mixer");
  assert.deepEqual(gone.items, []);
  const { json: journal } = await house.send("engineer", "GET /journal");
  const kinds = journal.items.map(({ kind }: { kind: string }) => kind);
  assert.ok(kinds.includes("agent.session-ended"));
  const again = await house.send("engineer", "POST /broker/sessions/end", body);
  assert.equal(again.json.code, "session_unknown");
});

test("every figure of the broker is told, with its reasons in words", async () => {
  const { json } = await house.send("engineer", "GET /broker");
  const told = json.figures.map(({ gauge }: { gauge: string }) => gauge);
  assert.deepEqual(
    told,
    BROKER_FIGURES.map(({ gauge }) => gauge),
  );
  const dropped = json.figures.find(
    ({ gauge }: { gauge: string }) => gauge === "mqtt_dropped_total",
  );
  const says = dropped.rows.map(({ says }: { says: string }) => says);
  assert.ok(says.includes("Too much waited for a client"));
});

async function enter(name: string, isLasting = false) {
  const wish = { kind: "plain", name, tenant: "", credential: "password" };
  const grant = { publish: [`${name}/out`], subscribe: [`${name}/in/#`] };
  const { json } = await house.send("engineer", "POST /agents", { ...wish, grant });
  const client = await connectAsync({
    ...{ host: "127.0.0.1", port: json.mqttPort, clientId: json.agent.clientId },
    ...{ username: json.username, password: json.password, reconnectPeriod: 0 },
    clean: !isLasting,
  });
  return { id: json.agent.id as string, clientId: json.agent.clientId as string, client };
}

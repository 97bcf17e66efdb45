import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connectAsync } from "mqtt";
import { ApiHouse } from "../../test/api-house.ts";
import { until } from "../../test/mqtt-peer.ts";

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

async function enter(name: string) {
  const wish = { kind: "plain", name, tenant: "", credential: "password" };
  const grant = { publish: [`${name}/out`], subscribe: [`${name}/in/#`] };
  const { json } = await house.send("engineer", "POST /agents", { ...wish, grant });
  const client = await connectAsync({
    ...{ host: "127.0.0.1", port: json.mqttPort, clientId: json.agent.clientId },
    ...{ username: json.username, password: json.password, reconnectPeriod: 0 },
  });
  return { id: json.agent.id as string, client };
}

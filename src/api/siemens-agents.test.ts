import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { METER_MODEL, METER_WISH } from "../../test/seeds.ts";
import { SiemensCaller } from "../../test/siemens-caller.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import { THE_HOUSE } from "../domain/event.ts";

const AGENTS = "/api/agentmanagement/v3/agents";

let house: ApiHouse;
let caller: SiemensCaller;
let agent: AgentId;
before(async () => {
  house = await ApiHouse.open();
  caller = new SiemensCaller(house);
  const wish = { kind: "mindsphere", name: "dash7_gateway_1", tenant: "camexia" } as const;
  const made = await house.parts.agents.create(THE_HOUSE, {
    ...{ ...wish, grant: null, credential: "password" },
  });
  assert.ok(made.ok);
  agent = made.value.agent.id;
  for (const { topic, payload } of [METER_MODEL, METER_WISH]) await receive(topic, payload);
});
after(() => house.close());

async function receive(topic: string, text: string): Promise<void> {
  const receivedAt = house.parts.clock.now() as Timestamp;
  const payload = new TextEncoder().encode(text);
  await house.parts.ingest.receive([{ topic, payload, agent, receivedAt, retain: false }]);
}

test("an agent's data points are those that its model maps, with the units of their variables", async () => {
  const { status, json } = await caller.send(
    "engineer",
    `GET ${AGENTS}/${agent}/dataSourceConfiguration?`,
  );
  assert.equal(status, 200);
  const [source] = json.dataSources;
  const points: Record<string, string>[] = Object.values(source).filter(Array.isArray).flat();
  assert.deepEqual(points.map(({ id, type, unit }) => [id, type, unit]).toSorted(), [
    ["apparentEnergy", "LONG", "VAh"],
    ["dataPoint4", "INT", ""],
    ["realEnergy", "LONG", "Wh"],
    ["validEnergy", "BOOLEAN", ""],
  ]);
});

test("a data point and its variable have names of their own, and the mapping is valid", async () => {
  const filter = encodeURIComponent(JSON.stringify({ dataPointId: "dataPoint4" }));
  const path = `/api/mindconnect/v3/dataPointMappings?filter=${filter}`;
  const { json } = await caller.send("engineer", `GET ${path}`);
  const [mapping] = json.content;
  assert.deepEqual([json.content.length, mapping.propertyName], [1, "linkBudget"]);
  assert.equal(mapping.validity.status, "VALID");
});

test("searchable of a dynamic aspect, which means nothing there, is kept as it was said", async () => {
  const { json } = await caller.send("viewer", "GET /api/assetmanagement/v3/aspecttypes?size=100");
  const types: { id: string; variables: Record<string, unknown>[] }[] = json._embedded.aspectTypes;
  const type = types.find(({ id }) => id.startsWith("camexia."));
  assert.deepEqual(
    type?.variables.map(({ name, searchable }) => [name, searchable]),
    [
      ["realEnergy", true],
      ["apparentEnergy", true],
      ["validEnergy", true],
      ["linkBudget", true],
    ],
  );
});

test("a path with an empty query is that path", async () => {
  const { status, json } = await caller.send("viewer", "GET /api/assetmanagement/v3/aspecttypes?");
  assert.equal(status, 200);
  assert.equal(json._links.self.href.split("?")[1], "page=0&size=10");
});

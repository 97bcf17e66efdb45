import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { SiemensCaller } from "../../test/siemens-caller.ts";

const AM = "/api/assetmanagement/v3";
const TOPIC = "bakery/acme_oven/data";

let house: ApiHouse;
let agentId: string;
let assetId: string;
before(async () => {
  house = await ApiHouse.open();
  const siemens = new SiemensCaller(house);
  const isNew = { "if-none-match": "*" };
  const put = (route: string, body: object) => siemens.send("engineer", route, body, isNew);
  const variables = [{ name: "moisture", dataType: "DOUBLE", unit: "%" }];
  await put(`PUT ${AM}/aspecttypes/acme.Air`, { name: "Air", category: "dynamic", variables });
  const plate = {
    name: "Plate",
    category: "static",
    variables: [{ name: "maker", dataType: "STRING" }],
  };
  await put(`PUT ${AM}/aspecttypes/acme.Plate`, plate);
  const aspects = [
    { name: "Air", aspectTypeId: "acme.Air" },
    { name: "Plate", aspectTypeId: "acme.Plate" },
  ];
  await put(`PUT ${AM}/assettypes/acme.Oven`, { name: "Oven", aspects });
  const wish = { name: "Oven 1", typeId: "acme.Oven" };
  await siemens.send("engineer", `POST ${AM}/assets`, wish);
  const { items } = (await house.send("viewer", "GET /assets?limit=100")).json;
  assetId = items.find(({ name }: { name: string }) => name === "Oven 1").id;
  agentId = await enrolled("oven");
});
after(() => house.close());

test("an asset's variables are those that its type remembers, whether values came or not", async () => {
  const { json } = await house.send("viewer", `GET /assets/${assetId}/variables`);
  assert.deepEqual(json.items, [{ aspect: "Air", variable: "moisture" }]);
  assert.equal((await house.send("viewer", "GET /assets/none/variables")).status, 404);
});

test("expressions are tried on a message that nobody has sent", async () => {
  const sample = '{"at":"2026-01-05T10:00:00Z","rows":[{"n":9007199254740993},{"n":2}]}';
  const rows: readonly [string, string | null, unknown][] = [
    ["rows[0].n", "at", { found: [found("9007199254740993", "2026-01-05T10:00:00.000Z")] }],
    ["rows[].n", null, { found: [found("9007199254740993", null), found(2, null)] }],
    ["rows[].n", "at", { problem: "E_NO_VALUES value: 2 values and 1 times" }],
    ["rows[].m", null, { problem: "E_NO_VALUES value: 'rows[].m' finds nothing" }],
    ["sum(rows)", null, { problem: "value: functions are not known here: sum(…)" }],
  ];
  for (const [value, time, expected] of rows) {
    const { json } = await tried({ sample, value, time });
    assert.deepEqual(json, { found: [], problem: "", ...(expected as object) }, value);
  }
  const broken = await tried({ sample: "{", value: "a", time: null });
  assert.match(broken.json.problem, /^E_JSON/);
  assert.deepEqual((await house.send("engineer", "GET /rejected")).json.items, []);
});

test("a topic and its mappings come and go, and belong to their agent", async () => {
  const route = `/agents/${agentId}/topics`;
  const made = await house.send("engineer", `POST ${route}`, { topic: TOPIC });
  assert.equal(made.status, 201, made.text);
  assert.equal((await house.send("engineer", `POST ${route}`, { topic: TOPIC })).status, 409);
  const wish = { assetId, aspect: "Air", variable: "moisture", value: "m", time: null };
  const topic = `${route}/${made.json.id}`;
  const wrong = await house.send("engineer", `POST ${topic}/mappings`, { ...wish, value: "m[" });
  assert.equal(wrong.status, 400, wrong.text);
  const mapping = await house.send("engineer", `POST ${topic}/mappings`, wish);
  const { id, path, ...said } = mapping.json;
  assert.deepEqual([said, path], [wish, "Oven 1"]);
  const { items } = (await house.send("engineer", `GET ${route}`)).json;
  assert.deepEqual(items, [{ id: made.json.id, topic: TOPIC, mappings: [mapping.json] }]);

  const other = `/agents/${await enrolled("kiln")}/topics`;
  assert.deepEqual((await house.send("engineer", `GET ${other}`)).json.items, []);
  assert.equal((await house.send("engineer", `DELETE ${other}/${made.json.id}`)).status, 404);
  assert.equal((await house.send("engineer", `DELETE ${topic}/mappings/${id}`)).status, 204);
  assert.equal((await house.send("engineer", `DELETE ${topic}/mappings/${id}`)).status, 404);
  assert.equal((await house.send("engineer", `DELETE ${topic}`)).status, 204);
  assert.equal((await house.send("engineer", "GET /agents/none/topics")).status, 404);
  assert.equal((await house.send("operator", `GET ${route}`)).status, 403);
});

function found(value: unknown, at: string | null) {
  return { value, at };
}

function tried(body: object) {
  return house.send("engineer", `POST /agents/${agentId}/topics/try`, body);
}

async function enrolled(name: string): Promise<string> {
  const wish = { kind: "mindsphere", name, tenant: "acme", credential: "password" };
  return (await house.send("engineer", "POST /agents", wish)).json.agent.id;
}

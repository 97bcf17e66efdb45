import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";

let house: ApiHouse;
before(async () => {
  house = await ApiHouse.open();
});
after(() => house.close());

test("what an agent tells over MQTT is listed with its device, acknowledged, and journalled", async () => {
  const at = new Date().toISOString();
  const seal = { id: "e-1", timestamp: at, severity: "30", description: "Seal leaks" };
  await house.hear("tc/t/t_a/o/mc_v3/e", {
    events: [{ ...seal, type: "X", details: { depth: 2 } }],
  });
  await house.hear("tc/t/t_a/o/mc_v3/e", {
    events: [{ ...seal, type: "X", details: { depth: 2 } }],
  });
  const [device] = house.parts.ingest.devices();
  const route = `GET /devices/${device?.id}/events`;
  const listed = await house.send("viewer", route);
  assert.equal(listed.status, 200, listed.text);
  assert.equal(listed.json.total, 1);
  const [event] = listed.json.items;
  assert.deepEqual(
    [event.at, event.severity, event.description, event.acknowledged, event.fields.depth],
    [at, 30, "Seal leaks", false, 2],
  );
  const acknowledge = `POST /asset-events/${event.id}/acknowledge`;
  assert.equal((await house.send("viewer", acknowledge)).status, 403);
  const done = await house.send("operator", acknowledge);
  assert.deepEqual([done.status, done.json.acknowledged], [200, true]);
  const journal = await house.send("engineer", "GET /journal?limit=5");
  const kinds = journal.json.items.map(({ kind }: { kind: string }) => kind);
  assert.ok(kinds.includes("asset-event.acknowledged"));
  assert.equal((await house.send("operator", "POST /asset-events/no/acknowledge")).status, 404);
  assert.equal((await house.send("viewer", "GET /devices/no/events")).status, 404);
});

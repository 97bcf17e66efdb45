import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import { type Problem, problem } from "../domain/problem.ts";

let refusal: Problem | undefined;
const house = await ApiHouse.open({}, undefined, {
  refusal: () => refusal,
  unready: () => (refusal ? [refusal.detail] : []),
});
after(() => house.close());

test("while the disk is full, pushed samples are refused as that, and the house is unready", async () => {
  const id = await house.adopted("Hall");
  const push = () =>
    house.send("operator", `POST /points/${id}/samples`, { samples: [{ at: 1_000, value: 5 }] });
  refusal = problem("disk_full", "nothing is left of the budget");
  const refused = await push();
  assert.equal(refused.status, 507);
  assert.equal(refused.json.code, "disk_full");
  const health = await house.send(null, "GET /health");
  assert.deepEqual(health.json, {
    status: "unready",
    reasons: ["nothing is left of the budget"],
    mqttAck: "synced",
  });
  refusal = undefined;
  assert.equal((await push()).status, 201);
  assert.equal((await house.send(null, "GET /health")).json.status, "ready");
});

test("what the historian could not store is not acknowledged", async () => {
  const { json } = await house.send("viewer", "GET /points");
  const [{ id }] = json.items;
  await house.parts.historian.close();
  const body = { samples: [{ at: 2_000, value: 5 }] };
  const failed = await house.send("operator", `POST /points/${id}/samples`, body);
  assert.equal(failed.json.code, "historian_failed");
});

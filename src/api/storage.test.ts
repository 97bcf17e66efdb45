import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";

test("what is stored is told with its room, as far as that is known", async () => {
  const house = await ApiHouse.open();
  const { gauges } = house.parts;
  const before = await house.send("viewer", "GET /storage");
  assert.equal(before.status, 200, before.text);
  assert.deepEqual(
    [before.json.leftBytes, before.json.leftDays, before.json.parts],
    [null, null, []],
  );
  assert.deepEqual(before.json.kept, { rawDays: null, hourlyDays: null, dailyDays: null });

  gauges.set('disk_bytes{part="broker"}', 0);
  gauges.set('disk_bytes{part="fieldline.db"}', 20);
  gauges.set('disk_bytes{part="history"}', 300);
  gauges.set("disk_left_bytes", 0);
  gauges.set("disk_days_left", 1.5);
  const { json } = await house.send("viewer", "GET /storage");
  assert.deepEqual(json.parts, [
    { name: "history", bytes: 300 },
    { name: "fieldline.db", bytes: 20 },
  ]);
  assert.deepEqual([json.leftBytes, json.leftDays], [0, 1.5]);
  await house.close();
});

test("who is not signed in does not see what is stored", async () => {
  const house = await ApiHouse.open();
  assert.equal((await house.send(null, "GET /storage")).status, 401);
  await house.close();
});

test("what is kept for a target is let go by an administrator only, and told by its name", async () => {
  const house = await ApiHouse.open();
  const [refused, unknown] = [
    await house.send("operator", "DELETE /outbox/uplink"),
    await house.send("admin", "DELETE /outbox/moon"),
  ];
  assert.deepEqual([refused.status, unknown.status], [403, 404]);
  assert.equal(unknown.json.code, "target_unknown");
  await house.close();
});

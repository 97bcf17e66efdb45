import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";

const DAY_MS = 86_400_000;
const house = { rawDays: 400, hourlyDays: null, dailyDays: null };
const own = { rawDays: 90, hourlyDays: 1_825, dailyDays: null };

let api: ApiHouse;
let id = "";
before(async () => {
  const retention = { rawMs: 400 * DAY_MS, hourlyMs: null, dailyMs: null };
  api = await ApiHouse.open({}, undefined, { retention });
  id = await api.adopted("Room 5");
});
after(() => api.close());

test("a point is kept as long as the house says, until it has a time of its own", async () => {
  const route = `/points/${id}/retention`;
  const before = await api.send("viewer", `GET ${route}`);
  assert.deepEqual(before.json, { own: null, house });
  const said = await api.send("engineer", `PUT ${route}`, { own });
  assert.deepEqual(said.json, { own, house });
  assert.deepEqual((await api.send("viewer", `GET ${route}`)).json, { own, house });
  const { series } = await api.pointRow(id);
  const kept = { rawMs: 90 * DAY_MS, hourlyMs: 1_825 * DAY_MS, dailyMs: null };
  assert.deepEqual(await api.parts.historian.retentions(), new Map([[series, kept]]));
  await api.send("engineer", `PUT ${route}`, { own: null });
  assert.deepEqual((await api.send("viewer", `GET ${route}`)).json, { own: null, house });
});

test("who changed how long a point is kept is in the journal, with what was before", async () => {
  const { json } = await api.send("engineer", "GET /journal?kind=point.retention-changed");
  const [last, first] = json.items;
  assert.deepEqual(first.detail, { before: null, own });
  assert.deepEqual(last.detail, { before: own, own: null });
  assert.equal(last.subject, `point:${id}`);
  assert.match(last.subjectName, /^\S.* of (.*\/)?Room 5$/, "not by its number alone");
  assert.equal(last.actor.name, "the engineer");
});

test("operators may not change it, and times that say nothing are refused in words", async () => {
  const put = (who: "operator" | "engineer", body: unknown, point = id) =>
    api.send(who, `PUT /points/${point}/retention`, body);
  assert.equal((await put("operator", { own })).json.code, "permission_missing");
  assert.equal((await put("engineer", { own }, "none")).json.code, "point_unknown");
  const backwards = await put("engineer", { own: { ...own, hourlyDays: 30 } });
  assert.match(backwards.json.detail, /hours stay at least as long as raw/);
  const endless = await put("engineer", { own: { ...own, rawDays: null } });
  assert.equal(endless.json.code, "request_invalid");
  for (const rawDays of [0, 1.5, 1e9]) {
    const { json } = await put("engineer", { own: { ...own, rawDays } });
    assert.equal(json.code, "request_invalid", `${rawDays}`);
  }
});

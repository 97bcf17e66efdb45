import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiHouse } from "../../test/api-house.ts";
import type { Event, NewEvent } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { mayDo, ROLES } from "../domain/permission.ts";
import { TestClock } from "../lib/clock.ts";
import { silentLog } from "../lib/log.ts";
import { ROUTES, type Route } from "./contract.ts";
import { Refusals } from "./refusals.ts";

const HERE = "127.0.0.1";

let house: ApiHouse;
before(async () => {
  house = await ApiHouse.open();
});
after(() => house.close());

const PRINCIPALS = [null, ...ROLES] as const;
const routes = Object.entries<Route>(ROUTES);

for (const who of PRINCIPALS) {
  test(`${who ?? "nobody"} passes where the contract says so, and nowhere else`, async () => {
    for (const [name, { permission }] of routes) {
      const isOpen = permission === "public" || permission === "setup";
      const mayPass = isOpen || (who !== null && mayDo(who, permission));
      const { status, json, text } = await house.send(who, name.replace(":id", "none"));
      const refused = json?.code === "sign_in_needed" || json?.code === "permission_missing";
      assert.equal(refused, !mayPass, `${who} ${name} ${status} ${json?.code}`);
      if (refused) assert.equal(status, who === null ? 401 : 403, `${name} ${text}`);
      assert.notEqual(status, 500, `${who} ${name}`);
    }
  });
}

test("a token that does not exist, or a cookie, is nobody's", async () => {
  for (const headers of [
    { authorization: "Bearer fl_wrong" },
    { authorization: "Basic b3duZXI6b3duZXI=" },
    { cookie: "fieldline_session=wrong" },
    { cookie: "fieldline_session=" },
  ]) {
    const { json } = await house.send(null, "GET /assets", undefined, headers);
    assert.equal(json.code, "sign_in_needed", JSON.stringify(headers));
  }
});

test("a page of another site changes nothing, whoever it borrows", async () => {
  for (const headers of [
    { origin: "https://elsewhere.example" },
    { origin: house.url.replace("127.0.0.1", "localhost") },
    { origin: `${house.url}0` },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ]) {
    const body = { parentId: null, name: "Stolen" };
    const { status, json } = await house.send("admin", "POST /assets", body, headers);
    assert.equal(status, 403, JSON.stringify(headers));
    assert.equal(json.code, "origin_forbidden");
  }
  const { json } = await house.send("admin", "GET /assets");
  assert.deepEqual(json.items, []);
});

test("our own page, and a program without a page, may", async () => {
  for (const headers of [{ origin: house.url }, { "sec-fetch-site": "same-origin" }, {}]) {
    const body = { parentId: null, name: "Site" };
    const { status } = await house.send("engineer", "POST /assets", body, headers);
    assert.equal(status, 201);
  }
});

test("what a role forbids is in the journal, with who tried", async () => {
  await house.send("viewer", "POST /commands", { deviceId: "1", name: "x", parameters: {} });
  const { json } = await house.send("admin", "GET /journal?kind=api.refused&limit=1");
  assert.equal(json.items[0].actor.name, "the viewer");
  assert.equal(json.items[0].subject, "POST /commands");
});

test("who tries without end does not fill the journal", async () => {
  const clock = new TestClock();
  const recorded: NewEvent[] = [];
  const journal = {
    ...house.parts.journal,
    record: async (event: NewEvent) => {
      recorded.push(event);
      return {} as Event;
    },
  };
  const refusals = new Refusals({ journal, clock, log: silentLog });
  const actor = { kind: "token", id: "1", name: "brief" } as const;
  const tries = LIMIT.refusalsPerHour + 10;
  for (let round = 0; round < tries; round += 1) {
    await refusals.record({ actor, role: "viewer" }, "POST /commands", HERE);
  }
  assert.equal(recorded.length, LIMIT.refusalsPerHour);
  clock.advance(60 * 60_000);
  await refusals.record({ actor, role: "viewer" }, "POST /commands", HERE);
  assert.equal(recorded.length, LIMIT.refusalsPerHour + 1);
});

test("a revoked token is refused at once", async () => {
  const { json } = await house.send("admin", "POST /tokens", { name: "brief", role: "viewer" });
  const headers = { authorization: `Bearer ${json.token}` };
  assert.equal((await house.send(null, "GET /assets", undefined, headers)).status, 200);
  await house.send("admin", `DELETE /tokens/${json.item.id}`);
  assert.equal((await house.send(null, "GET /assets", undefined, headers)).status, 401);
});

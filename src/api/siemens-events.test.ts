import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { MindSphereSdk } from "@mindconnect/mindconnect-nodejs";
import { ApiHouse } from "../../test/api-house.ts";
import { SiemensCaller } from "../../test/siemens-caller.ts";
import { keyOfAsset } from "../domain/asset-key.ts";
import type { AssetId } from "../domain/brand.ts";

const EVENTS = "/api/eventmanagement/v3/events";
const TYPES = "/api/eventmanagement/v3/eventTypes";
const STANDARD = "com.siemens.mindsphere.eventmgmt.event.type.MindSphereStandardEvent";
const HOUR_MS = 60 * 60_000;

let house: ApiHouse;
let caller: SiemensCaller;
let sdk: ReturnType<MindSphereSdk["GetEventManagementClient"]>;
let pump: string;

before(async () => {
  house = await ApiHouse.open();
  caller = new SiemensCaller(house);
  const basicAuth = `Basic ${Buffer.from(`script:${house.tokens.engineer}`).toString("base64")}`;
  const whole = new MindSphereSdk({ gateway: house.url, basicAuth, tenant: "camexia" });
  sdk = whole.GetEventManagementClient();
  pump = keyOfAsset((await addAsset("Pump")) as AssetId);
});
after(() => house.close());

test("the SDK posts an event and finds it, with the fields that Insights Hub gives it", async () => {
  const sent = { entityId: pump, timestamp: minutesAgo(5), ...SEAL };
  const posted = await sdk.PostEvent(sent as never);
  assert.deepEqual({ ...posted, ...sent }, posted);
  const { id, etag, typeId, correlationId } = posted;
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.deepEqual([etag, typeId, correlationId], [0, STANDARD, id]);
  assert.equal(posted._links.self?.href, `${house.url}${EVENTS}/${id}`);
  assert.deepEqual(await sdk.GetEvent(id), posted);
  const found = await sdk.GetEvents({ filter: JSON.stringify({ entityId: pump }) });
  assert.deepEqual(found._embedded?.events, [posted]);
  assert.ok(await sdk.GetBillboard());
});

test("without a time in the filter the last seven days are listed, the newest first", async () => {
  const valve = keyOfAsset((await addAsset("Valve")) as AssetId);
  const days = [1, 8, 3, 6].map((day) => ({ entityId: valve, timestamp: minutesAgo(day * 1440) }));
  for (const event of days) await sdk.PostEvent(event as never);
  const entityId = valve;
  const list = async (filter: object, more: object = {}) => {
    const given = await sdk.GetEvents({ filter: JSON.stringify({ entityId, ...filter }), ...more });
    const events = given._embedded?.events ?? [];
    return events.map(({ timestamp }) => days.findIndex((day) => day.timestamp === timestamp));
  };
  assert.deepEqual(await list({}), [0, 2, 3]);
  assert.deepEqual(await list({}, { sort: "timestamp,asc" }), [3, 2, 0]);
  assert.deepEqual(await list({ timestamp: { after: minutesAgo(20_000) } }), [0, 2, 3, 1]);
  assert.deepEqual(await list({ timestamp: { before: minutesAgo(4 * 1440) } }), [3, 1]);
  const between = `[${days[3]?.timestamp},${days[2]?.timestamp})`;
  assert.deepEqual(await list({ timestamp: { between } }), [3]);
  assert.deepEqual(await list({ timestamp: { between: between.replace(")", "]") } }), [2, 3]);
  const between7 = [days[1]?.timestamp, days[3]?.timestamp];
  assert.deepEqual(await list({ timestamp: { between: between7 } }), [3, 1]);
});

test("pages: 20 events, at most 100, and one page too many is empty", async () => {
  const many = keyOfAsset((await addAsset("Many")) as AssetId);
  const one = (index: number) => ({ entityId: many, timestamp: minutesAgo(index + 1) });
  const events = Array.from({ length: 105 }, (_, index) => one(index));
  const job = await sdk.PostCreateEventsJob({ events } as never);
  assert.equal(job.state, "FINISHED");
  const filter = JSON.stringify({ entityId: many });
  const usual = await sdk.GetEvents({ filter });
  assert.equal(usual._embedded?.events?.length, 20);
  assert.deepEqual(usual.page, { size: 20, totalElements: 105, totalPages: 6, number: 0 });
  const most = await sdk.GetEvents({ filter, size: 2_000, page: 1 });
  assert.equal(most._embedded?.events?.length, 5);
  const behind = await sdk.GetEvents({ filter, size: 100, page: 2 });
  assert.deepEqual(behind._embedded?.events, []);
  const none = await sdk.GetEvents({ filter: JSON.stringify({ entityId: many, code: "no" }) });
  assert.deepEqual(none._embedded?.events, []);
});

test("of one correlation only the newest is listed; its history shows all", async () => {
  const belt = keyOfAsset((await addAsset("Belt")) as AssetId);
  const one = (minutes: number, description: string) => ({
    ...{ entityId: belt, timestamp: minutesAgo(minutes), correlationId: "jam-1", description },
  });
  await sdk.PostEvent(one(9, "jammed") as never);
  await sdk.PostEvent(one(2, "free again") as never);
  await sdk.PostEvent(one(5, "still jammed") as never);
  const filter = JSON.stringify({ entityId: belt });
  const said = (page: Awaited<ReturnType<typeof sdk.GetEvents>>) =>
    page._embedded?.events?.map((event) => (event as unknown as typeof SEAL).description);
  assert.deepEqual(said(await sdk.GetEvents({ filter })), ["free again"]);
  const all = await sdk.GetEvents({ filter, history: true });
  assert.deepEqual(said(all), ["free again", "still jammed", "jammed"]);
});

test("columns and fields are filtered and sorted by", async () => {
  const fan = keyOfAsset((await addAsset("Fan")) as AssetId);
  const rows = [
    { severity: 20, code: "b", source: "left bearing" },
    { severity: 30, code: "a", source: "right bearing" },
    { severity: 20, code: "c", source: "motor" },
  ];
  for (const row of rows) {
    await sdk.PostEvent({ entityId: fan, timestamp: minutesAgo(3), ...row } as never);
  }
  const codes = async (filter: object, sort?: string) => {
    const query = { filter: JSON.stringify({ entityId: fan, ...filter }), ...(sort && { sort }) };
    const { _embedded } = await sdk.GetEvents(query);
    const events = (_embedded?.events ?? []) as unknown as typeof rows;
    return events.map(({ code }) => code).join("");
  };
  assert.equal(await codes({ severity: 30 }), "a");
  assert.equal(await codes({ code: { eq: "c" } }), "c");
  assert.equal(await codes({ source: { contains: "bearing" } }, "code,asc"), "ab");
  assert.equal(
    await codes({ or: [{ code: "a" }, { severity: { in: [20] } }] }, "code,desc"),
    "cba",
  );
  assert.equal(await codes({ acknowledged: false, not: { code: "a" } }, "code"), "bc");
});

test("an event is acknowledged by its version, and says no to an older one", async () => {
  const event = await sdk.PostEvent({ entityId: pump, timestamp: minutesAgo(1), ...SEAL } as never);
  const changed = { ...event, acknowledged: true } as never;
  const put = await sdk.PutEvent(event.id, changed, { ifMatch: 0 });
  const now = put as unknown as { acknowledged: boolean; etag: number };
  assert.deepEqual([now.acknowledged, now.etag], [true, 1]);

  const route = `PUT ${EVENTS}/${event.id}`;
  const statuses = [
    await caller.send("operator", route, changed),
    await caller.send("operator", route, changed, { "if-match": "0" }),
    await caller.send("operator", route, { source: "b" }, { "if-match": "1" }),
    await caller.send("operator", route, { entityId: "0" }, { "if-match": "1" }),
    await caller.send("operator", route, { acknowledged: "xx" }, { "if-match": "1" }),
    await caller.send("operator", route, { severity: 40 }, { "if-match": '"1"' }),
  ].map(({ status }) => status);
  assert.deepEqual(statuses, [428, 412, 400, 400, 400, 200]);
  const known = await caller.send("viewer", `GET ${EVENTS}/${event.id}`, undefined, {
    "if-none-match": "2",
  });
  assert.equal(known.status, 304);
});

test("what is no event is refused, and says why", async () => {
  const good = { entityId: pump, timestamp: minutesAgo(1) };
  const post = async (body: unknown) => await caller.send("operator", `POST ${EVENTS}`, body);
  const cases: readonly [unknown, number, RegExp][] = [
    ["{", 400, /no JSON/],
    [{ entityId: pump }, 400, /timestamp/],
    [{ ...good, timestamp: "yesterday" }, 400, /timestamp/],
    [{ ...good, timestamp: minutesAgo(-1500) }, 400, /more than a day ahead/],
    [{ ...good, entityId: "0".repeat(31) }, 404, /no asset/],
    [{ ...good, typeId: "t.No" }, 404, /no event type/],
    [{ ...good, severity: "20" }, 400, /'severity' must be of type INTEGER/],
  ];
  for (const [body, status, message] of cases) {
    const reply = await post(body);
    assert.equal(reply.status, status, reply.text);
    assert.match(reply.json.errors[0].message, message);
    assert.match(reply.json.errors[0].code, /^mdsp\.core\.eventmanagement\./);
  }
  const wrong = [`${EVENTS}?filter={`, `${EVENTS}?filter={"timestamp":{"like":1}}`];
  for (const path of wrong) assert.equal((await caller.send("viewer", `GET ${path}`)).status, 400);
  assert.equal((await caller.send("viewer", `GET ${EVENTS}/no`)).status, 404);
});

test("an event type is made, found by its name, grows by a patch, and goes", async () => {
  const none = await sdk.GetEventTypes({ filter: JSON.stringify({ name: "Heat" }) });
  assert.equal(none._embedded, undefined);
  const field = { name: "temperature", type: "DOUBLE" };
  const made = await sdk.PostEventType({ name: "Heat", fields: [field] } as never);
  assert.deepEqual([made.id, made.ttl, made.scope, made.etag], ["house.Heat", 35, "LOCAL", 0]);
  const [full] = made.fields;
  assert.deepEqual(full, { ...field, filterable: true, required: false, updatable: true });
  const found = await sdk.GetEventTypes({ filter: JSON.stringify({ name: "Heat" }) });
  assert.deepEqual(found._embedded?.eventTypes, [made]);

  const value = JSON.stringify({ name: "place", type: "ENUM", values: ["in", "out"] });
  const grown = await sdk.PatchEventType(made.id, { op: "add", path: "/fields", value } as never, {
    ifMatch: 0,
  });
  assert.deepEqual(
    grown.fields.map(({ name }) => name),
    ["temperature", "place"],
  );
  const steps = [{ op: "replace", path: "/ttl", value: 7 }];
  const patch = await caller.send("engineer", `PATCH ${TYPES}/${made.id}`, steps, {
    "if-match": "1",
  });
  assert.deepEqual([patch.status, patch.json.ttl, patch.json.etag], [200, 7, 2]);

  const hot = { entityId: pump, timestamp: minutesAgo(1), typeId: made.id };
  await sdk.PostEvent({ ...hot, temperature: 21.5, place: "in" } as never);
  await assert.rejects(sdk.PostEvent({ ...hot, place: "up" } as never), /'place' must be of type/);
  await assert.rejects(sdk.DeleteEventType(made.id, { ifMatch: 2 }), /1 events are of/);
  const deleted = await sdk.PostDeleteEventsJob({ filter: { typeId: made.id } });
  assert.equal(deleted.state, "FINISHED");
  const told = await sdk.GetDeleteEventsJob(deleted.id ?? "");
  assert.equal(told.details?.resultDescription, "1 events deleted");
  await sdk.DeleteEventType(made.id, { ifMatch: 2 });
  assert.equal((await caller.send("viewer", `GET ${TYPES}/${made.id}`)).status, 404);
  const bad = { op: "remove", path: "/fields/0" };
  const refused = await caller.send("engineer", `PATCH ${TYPES}/${STANDARD}`, bad, {
    "if-match": "0",
  });
  assert.equal(refused.status, 400);
});

test("a job tells of each event what became of it", async () => {
  const good = { entityId: pump, timestamp: minutesAgo(1) };
  const job = await sdk.PostCreateEventsJob({ events: [good, { entityId: "no" }] } as never);
  assert.equal(job.state, "FINISHED_WITH_ERROR");
  const told = await sdk.GetCreateEventsJob(job.id ?? "");
  const codes = told.details?.resultDescription?.map(({ resultCode }) => resultCode);
  assert.deepEqual(codes, ["201", "400"]);
  const route = "POST /api/eventmanagement/v3/deleteEventsJobs";
  const anything = await caller.send("engineer", route, { filter: { entityId: pump } });
  assert.equal(anything.status, 400);
});

const SEAL = { severity: 20, description: "The seal leaks", code: "S7", source: "seal" };

async function addAsset(name: string): Promise<string> {
  const reply = await house.send("engineer", "POST /assets", {
    name,
    typeId: "core.area",
    parentId: null,
  });
  assert.equal(reply.status, 201, reply.text);
  return reply.json.id;
}

function minutesAgo(minutes: number): string {
  return new Date(Date.now() - (minutes * HOUR_MS) / 60).toISOString();
}

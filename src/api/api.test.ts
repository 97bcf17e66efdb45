import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { WebSocket } from "ws";
import { ApiHouse, PASSWORD } from "../../test/api-house.ts";
import { openApi } from "./api.ts";

const HERE = "127.0.0.1";

test("a port that is taken is a problem that names it", async (t) => {
  const other = createServer().listen(0, HERE);
  t.after(() => other.close());
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  const house = await houseFor(t);
  const options = { http: { host: HERE, port }, screens: "/none", version: "1" };
  const opened = await openApi(options, house.parts);
  assert.ok(!opened.ok);
  assert.equal(opened.problem.code, "port_taken");
  assert.match(opened.problem.detail, new RegExp(`${HERE}:${port}.*--http`));
});

test("once an owner exists the server listens where it was told to, on the same port", async (t) => {
  const house = await houseFor(t, { afterSetUp: { host: "127.0.0.2", port: 0 } });
  const token = house.parts.access.setupToken;
  const body = { token, name: "owner", password: PASSWORD };
  assert.equal((await house.send(null, "POST /setup", body)).status, 201);
  const moved = house.url.replace(HERE, "127.0.0.2");
  assert.equal((await fetch(`${moved}/api/v1/health`)).status, 200);
});

test("a server that stops says so to its viewers and frees its port", async (t) => {
  const house = await houseFor(t);
  const headers = { authorization: `Bearer ${house.tokens.viewer}` };
  const socket = new WebSocket(`${house.url.replace("http", "ws")}/api/v1/live`, { headers });
  t.after(() => socket.terminate());
  await once(socket, "open");
  const closed = once(socket, "close");
  await house.close();
  assert.equal((await closed)[0], 1001);
  await assert.rejects(fetch(`${house.url}/api/v1/health`));
});

test("the server tells when it is not ready, and why", async (t) => {
  const house = await houseFor(t, {}, undefined, { unready: () => ["the disk is full"] });
  const { json } = await house.send(null, "GET /health");
  assert.deepEqual(json, { status: "degraded", reasons: ["the disk is full"], mqttAck: "synced" });
});

async function houseFor(t: TestContext, ...given: Parameters<typeof ApiHouse.open>) {
  const house = await ApiHouse.open(...given);
  t.after(() => house.close());
  return house;
}

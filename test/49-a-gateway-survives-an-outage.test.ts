import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { DeviceReply } from "../src/api/contract.ts";
import { Cable } from "./cable.ts";
import { CountingDevice } from "./counting-device.ts";
import { enrol, uplinkOf } from "./enrol.ts";
import { House, until } from "./house.ts";

const server = await (await House.open()).signIn();
after(() => server.close());
const { folder } = await enrol(server, {
  kind: "gateway",
  name: "hall-3",
  credential: "certificate",
});
const cable = await Cable.lay(() => server.ports.mqtts);
after(() => cable.close());
const options = [...["gateway", "--commit-ms", "20"], ...uplinkOf(folder, cable.port, "hall-3")];
const gateway = await (await House.open(options)).signIn();
after(() => gateway.close());
let device: CountingDevice;
let point = "";

test("a device of the gateway waits in the server's inbox, by name, type and value", async () => {
  device = await CountingDevice.enter(gateway);
  await device.send(200);
  const found = await until("it is there", async (): Promise<DeviceReply | undefined> => {
    return (await server.call("GET", "/inbox")).items[0];
  });
  assert.match(found.address, /^hall-3\/mindsphere\//);
  assert.equal(found.channels[0]?.name, "level");
  assert.equal(found.channels[0]?.dataType, "number");
  await server.call("POST", `/inbox/${found.id}/adopt`, {});
  point = (await server.call("GET", "/points")).items[0].id;
  await until("all of it is there", async () => (await above()).length === device.sent);
  assert.deepEqual(await above(), numbers());
});

test("the uplink is cut, the gateway killed: all comes later, in order and once", async () => {
  cable.cut();
  await device.send(500);
  const reasons = await until("the gateway says so", async () => {
    const health = await gateway.call("GET", "/health");
    return health.status === "degraded" && health.reasons;
  });
  assert.match(reasons[0], /the uplink is down: .* samples wait here/);
  assert.ok((await above()).length < device.sent);
  await gateway.killAndRestart(options);
  await device.reconnect();
  await device.send(500);
  cable.mend();
  await until("all of it is there", async () => (await above()).length === device.sent);
  assert.deepEqual(await above(), numbers());
  const isWell = async () => (await gateway.call("GET", "/health")).status === "ready";
  await until("the gateway is well again", isWell);
  const { uplink } = await until("nothing waits", async () => {
    const health = await gateway.call("GET", "/health");
    return health.uplink.waiting.samples === 0 && health;
  });
  assert.ok(uplink.isUp && uplink.acknowledgedAt);
});

test("the server is killed under load: what it had not stored is sent again", async () => {
  const under = device.send(2_000);
  await until("some of it is there", async () => (await above()).length > device.sent / 2);
  await server.killAndRestart();
  await under;
  await until("all of it is there", async () => (await above()).length === device.sent, 40_000);
  assert.deepEqual(await above(), numbers());
});

test("an agent that was revoked brings nothing more, and what it has waits", async () => {
  const [agent] = (await server.call("GET", "/agents")).items;
  await server.call("POST", `/agents/${agent.id}/revoke`);
  const { sent } = device;
  await device.send(100);
  const reasons = await until("the gateway says so", async () => {
    const health = await gateway.call("GET", "/health");
    return health.status === "degraded" && health.reasons;
  });
  assert.match(reasons[0], /the uplink is down/);
  assert.equal((await above()).length, sent);
  assert.equal((await device.history()).length, device.sent);
});

function numbers(): number[] {
  return Array.from({ length: device.sent }, (_, number) => number);
}

async function above(): Promise<number[]> {
  const span = "from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&limit=100000";
  return (await server.call("GET", `/points/${point}/history?${span}`)).value;
}

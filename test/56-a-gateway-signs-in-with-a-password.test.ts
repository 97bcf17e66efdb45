import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { CountingDevice } from "./counting-device.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";

const server = await (await House.open()).signIn();
after(() => server.close());
const { plain, folder } = await enrol(server, {
  kind: "gateway",
  name: "hall-4",
  credential: "password",
});

/** A gateway that goes up over TLS with name and password. */
async function gatewayWith(password: string): Promise<House> {
  const login = `${plain.username}:${encodeURIComponent(password)}`;
  const house = await House.open([
    ...["gateway", "--commit-ms", "20", "--uplink-name", "hall-4"],
    ...["--uplink", `mqtts://${login}@127.0.0.1:${server.ports.mqtts}`],
    ...["--uplink-ca", join(folder, "ca.crt")],
  ]);
  after(() => house.close());
  return house.signIn();
}

test("a gateway with the wrong password brings nothing up, says why, and keeps what comes", async () => {
  const gateway = await gatewayWith("not the password");
  const device = await CountingDevice.enter(gateway);
  await device.send(100);
  const { uplink } = await until("the gateway says so", async () => {
    const health = await gateway.call("GET", "/health");
    return health.uplink.waiting.samples >= 100 && !health.uplink.isUp && health;
  });
  assert.ok(uplink.reason, "why");
  assert.equal(uplink.acknowledgedAt, null);
  assert.deepEqual((await server.call("GET", "/inbox")).items, []);
});

test("a gateway with its password brings its devices and their values up", async () => {
  const gateway = await gatewayWith(plain.password ?? "");
  const device = await CountingDevice.enter(gateway);
  await device.send(100);
  const [found] = await until("the device is there", async () => {
    const { items } = await server.call("GET", "/inbox");
    return items.length > 0 && items;
  });
  assert.match(found.address, /^hall-4\/mindsphere\//);
  const { status, uplink } = await until("nothing waits", async () => {
    const health = await gateway.call("GET", "/health");
    return health.uplink.acknowledgedAt !== null && health.uplink.waiting.samples === 0 && health;
  });
  assert.deepEqual([status, uplink.isUp, uplink.reason], ["ready", true, null]);
});

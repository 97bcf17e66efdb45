import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { AssetReply, DeviceReply, PointReply } from "../src/api/contract.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { RawClient } from "./mqtt-peer.ts";
import { humidityPacket } from "./seeds.ts";

const DAY_MS = 24 * 60 * 60_000;
const house = await (await House.open(["--demo"])).signIn();
after(() => house.close());

test("the demo plant is there at the start: every device has its place", async () => {
  const overview = await house.call("GET", "/overview");
  assert.equal(overview.demo, true);
  assert.ok(overview.devices > 5, `${overview.devices} devices`);
  assert.equal(overview.inbox, 0, "no device of the demo waits in the inbox");
  const devices: DeviceReply[] = (await house.call("GET", "/devices")).items;
  for (const { address, assetId, demo } of devices) {
    assert.ok(assetId, `${address} has no asset`);
    assert.equal(demo, true);
  }
});

test("every one of its numbers has three days of history", async () => {
  const points: PointReply[] = (await house.call("GET", "/points?limit=1000")).items;
  const now = Date.now();
  const days = [3, 2, 1].map((back) => now - back * DAY_MS + 60_000);
  // A state, such as whether a room is in use, is told when it changes: not on a quiet Sunday.
  const isNumber = ({ dataType, states, bits }: PointReply["variable"]) =>
    !states && !bits && (dataType === "number" || dataType === "integer");
  const numbers = points.filter(({ variable }) => isNumber(variable));
  assert.ok(numbers.length > 20, `${numbers.length} numbers`);
  for (const { id, path, variable } of numbers) {
    for (const from of days) {
      const span = `from=${from}&to=${from + DAY_MS}&buckets=1&fns=count`;
      const { items } = await house.call("GET", `/history/aggregate?points=${id}&${span}`);
      assert.ok(items[0].columns.count[0] > 0, `${path} ${variable.name}: a day without a value`);
    }
  }
});

test("it moves: values come in by themselves, over the broker as anybody's", async () => {
  const stored = (await house.call("GET", "/overview")).samplesStored;
  await until("new values come", async () => {
    return (await house.call("GET", "/overview")).samplesStored > stored + 5;
  });
  const points: PointReply[] = (await house.call("GET", "/points?limit=1000")).items;
  assert.ok(points.some(({ latest }) => latest?.fresh && latest.ageMs < 20_000));
});

test("after a restart without the option it goes on", async () => {
  await house.killAndRestart();
  assert.equal((await house.call("GET", "/overview")).demo, true);
});

test("one call removes it; what is one's own stays", async () => {
  const mine = await enrol(house, { kind: "viasens", tenant: "77" });
  const { topic, payload } = humidityPacket("77");
  const client = await RawClient.enter(house.ports.mqtt, mine.login);
  client.publish(topic, payload, { qos: 1, messageId: 1 });
  await client.expect("puback");
  const [waiting] = (await house.call("GET", "/inbox")).items;
  await house.call("POST", `/inbox/${waiting.id}/adopt`, { name: "Node 5" });

  await house.call("DELETE", "/demo");

  const overview = await house.call("GET", "/overview");
  assert.equal(overview.demo, false);
  const devices: DeviceReply[] = (await house.call("GET", "/devices")).items;
  assert.deepEqual(
    devices.map(({ address }) => address),
    ["77/5"],
  );
  const assets: AssetReply[] = (await house.call("GET", "/assets")).items;
  assert.ok(assets.every(({ demo }) => !demo));
  const points: PointReply[] = (await house.call("GET", "/points")).items;
  assert.deepEqual(
    points.map(({ path, latest }) => [path.split("/").at(-1), latest?.value]),
    [["Node 5", 49]],
  );
  const agents = (await house.call("GET", "/agents")).items;
  assert.deepEqual(
    agents.map(({ id, connected }: { id: string; connected: boolean }) => [id, connected]),
    [[mine.id, true]],
  );
  await client.leave();
});

test("once removed it stays away, also after a restart", async () => {
  await house.killAndRestart();
  const overview = await house.call("GET", "/overview");
  assert.deepEqual([overview.demo, overview.devices, overview.agents], [false, 1, 1]);
});

test("it can be had again", async () => {
  await house.call("POST", "/demo");
  const overview = await house.call("GET", "/overview");
  assert.equal(overview.demo, true);
  assert.ok(overview.devices > 5);
  await house.call("DELETE", "/demo");
});

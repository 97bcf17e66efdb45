import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Enrolled, enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { RawClient } from "./mqtt-peer.ts";

const YEAR_MS = 365 * 24 * 60 * 60_000;

const house = await (await House.open()).signIn();
after(() => house.close());

const health = () => house.call("GET", "/health");
const eventsOf = async (kind: string) =>
  (await house.call("GET", `/journal?kind=${kind}`)).items.length;

test("a server whose clock is behind all its devices says so until they agree", async () => {
  const names = ["north", "south"];
  const meters = await Promise.all(
    names.map((name) => enrol(house, { kind: "mindsphere", tenant: "acme", name })),
  );
  for (const meter of meters) await say(meter, Date.now() + YEAR_MS);

  const { reasons } = await until("it is noticed", async () => {
    const said = await health();
    return said.status === "degraded" && said;
  });
  const doubt =
    "clock: 2 of 2 devices send times that are more than a day ahead of this server's clock: check its clock";
  assert.ok(reasons.includes(doubt), String(reasons));
  const { items } = await house.call("GET", "/rejected?code=time_in_future");
  assert.deepEqual(items.map(({ topic }: { topic: string }) => topic).sort(), [
    "tc/acme/acme_north/o/mc_v3/ts",
    "tc/acme/acme_south/o/mc_v3/ts",
  ]);
  assert.deepEqual([await eventsOf("clock.behind"), await eventsOf("clock.fine")], [1, 0]);

  for (const meter of meters) await say(meter, Date.now());
  await until("they agree", async () => (await health()).status === "ready");
  assert.deepEqual([await eventsOf("clock.behind"), await eventsOf("clock.fine")], [1, 1]);
});

/** Settles when it is acknowledged. */
async function say({ clientId, login }: Enrolled, at: number): Promise<void> {
  const values = [{ dataPointId: "power", value: 605, qualityCode: "0" }];
  const timeseries = [{ timestamp: new Date(at).toISOString(), values }];
  const client = await RawClient.enter(house.ports.mqtt, login);
  const topic = `tc/acme/${clientId}/o/mc_v3/ts`;
  client.publish(topic, JSON.stringify({ timeseries }), { qos: 1, messageId: 1 });
  await client.expect("puback");
}

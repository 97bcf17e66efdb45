import type { Enrolled } from "./enrol.ts";
import type { House } from "./house.ts";
import { RawClient } from "./mqtt-peer.ts";

/** A MindSphere meter of the tenant acme says its power at this time: settles when it is acknowledged. */
export async function sayAt(house: House, { clientId, login }: Enrolled, at: number) {
  const values = [{ dataPointId: "power", value: 605, qualityCode: "0" }];
  const timeseries = [{ timestamp: new Date(at).toISOString(), values }];
  const client = await RawClient.enter(house.ports.mqtt, login);
  const topic = `tc/acme/${clientId}/o/mc_v3/ts`;
  client.publish(topic, JSON.stringify({ timeseries }), { qos: 1, messageId: 1 });
  await client.expect("puback");
}

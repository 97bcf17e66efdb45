import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client } from "pg";
import { startCluster } from "../src/historian/postgres/cluster.ts";
import { Crew, pumpMessage } from "./crew.ts";
import { hasMosquittoBroker, openMosquitto } from "./external-peers.ts";
import { until } from "./house.ts";
import { RawClient } from "./mqtt-peer.ts";

const MESSAGES = 6_000;
const WINDOW = 100;
const DEVICES = 6;
const cluster = await startCluster();
after(() => cluster?.close());
const skip = cluster && hasMosquittoBroker ? false : "Mosquitto or PostgreSQL is not installed";

test("two workers beside Mosquitto, one house on PostgreSQL: each is killed, nothing is lost", {
  skip,
}, async () => {
  assert.ok(cluster);
  const mosquitto = await openMosquitto();
  after(() => mosquitto.close());
  const url = cluster.database("plant");
  const crew = await Crew.open([mosquitto.port], 2, ["--database", url]);
  after(() => crew.close());
  await Promise.all([crew.start(0), crew.start(1)]);
  await crew.ready();
  const clientIds = await crew.enrol(DEVICES);
  const device = await RawClient.enter(mosquitto.port, { clientId: "device" });
  const load = async (from: number, to: number) => {
    for (let number = from; number < to; number += 1) {
      const { topic, payload } = pumpMessage(clientIds[number % DEVICES] ?? "", number);
      device.publish(topic, payload, { qos: 1, messageId: number + 1 });
      if (number % WINDOW !== WINDOW - 1) continue;
      for (let each = 0; each < WINDOW; each += 1) await device.expect("puback");
    }
  };
  const [quarter, half] = [MESSAGES / 4, MESSAGES / 2];
  await load(0, quarter);
  await Promise.all([load(quarter, half), crew.kill(1)]);
  const restarted = crew.start(1);
  await load(half, half + quarter);
  await restarted;
  await Promise.all([load(half + quarter, MESSAGES), crew.killAndRestartHouse()]);
  await crew.house.signIn();
  await crew.adopt(DEVICES);
  await until("the API shows all", async () => (await crew.stored()).size === MESSAGES, 60_000);
  await crew.ready();
  const inDatabase = async () => {
    const client = new Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query("SELECT count(*)::int AS all FROM fieldline.sample");
    await client.end();
    return rows[0].all;
  };
  await until("all is in the database, once", async () => (await inDatabase()) === MESSAGES);
  const metrics = await (await crew.house.request("GET", "/metrics")).text();
  for (const worker of [0, 1]) {
    assert.match(metrics, new RegExp(`relayed_messages_total\\{worker="${worker}"\\} [1-9]`));
  }
});

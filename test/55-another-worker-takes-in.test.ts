import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Crew, pumpMessage } from "./crew.ts";
import { hasNats, openNats } from "./external-peers.ts";
import { until } from "./house.ts";
import { RawClient } from "./mqtt-peer.ts";

const PART = 200;
const skip = hasNats ? false : "nats-server is not installed";

test("where a broker shares nothing another worker stands in for the one that is missed", {
  skip,
}, async () => {
  const nats = await openNats();
  after(() => nats.close());
  const crew = await Crew.open([nats.port], 2);
  after(() => crew.close());
  await Promise.all([crew.start(0), crew.start(1)]);
  // NATS 2.9 takes no topic with a dot.
  await crew.ready(/spBv1\.0/);
  const [clientId = ""] = await crew.enrol(1);
  const device = await RawClient.enter(nats.port, { clientId: "device" });
  let said = 0;
  const says = async () => {
    for (const end = said + PART; said < end; said += 1) {
      const { topic, payload } = pumpMessage(clientId, said);
      device.publish(topic, payload, { qos: 1, messageId: said + 1 });
      await device.expect("puback");
    }
  };
  const isStored = async () => (await crew.stored()).size === said;
  await says();
  await crew.adopt(1);
  await until("what it says is stored", isStored, 60_000);
  await Promise.all([crew.kill(0), says()]);
  await until("the other one stands in", isStored, 60_000);
  await crew.start(0);
  await Promise.all([crew.kill(1), says()]);
  await until("and the first for the other", isStored, 60_000);
  const metrics = await (await crew.house.request("GET", "/metrics")).text();
  assert.match(metrics, /relayed_messages_total\{worker="1"\} [1-9]/);
});

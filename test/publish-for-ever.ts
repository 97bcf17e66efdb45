// A process with a broker that acknowledges what is synced, or what is written, and a publisher at
// QoS 1 whose reader is away; every other message is retained, too. It says what was acknowledged,
// one number a line, and ends after <enough>:
// publish-for-ever.ts <folder> <enough> synced|written.
import { openEmbeddedBroker } from "../src/broker/embedded/embedded.ts";
import { systemClock } from "../src/lib/clock.ts";
import { RawClient, TestHouse } from "./mqtt-peer.ts";
import { say } from "./say.ts";

const WINDOW = 8;
const [folder = "", enough, mood] = process.argv.slice(2);
const durability = mood === "written" ? "written" : "synced";
const mqtt = { host: "127.0.0.1", port: 0 };
const { parts } = new TestHouse(systemClock);
const options = { mqtt, mqtts: null, folder, durability } as const;
const broker = await openEmbeddedBroker(options, parts);
const port = broker.ok ? broker.value.ports.mqtt : null;
if (port === null) throw new Error("no broker");
const away = await RawClient.enter(port, { clientId: "away", clean: false });
await away.subscribe("plant/#", 1);
await away.leave();
const publisher = await RawClient.enter(port, { clientId: "publisher" });
let next = 0;
const publish = () => {
  next += 1;
  const more = { qos: 1, messageId: next, retain: next % 2 === 0 } as const;
  publisher.publish(`plant/${next % 20}`, `${next}`.padEnd(2_000), more);
};
publisher.listen(({ cmd, messageId = 0 }) => {
  if (cmd !== "puback") return;
  say(`${messageId}`);
  if (messageId >= Number(enough)) process.exit();
  publish();
});
for (let each = 0; each < WINDOW; each += 1) publish();

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, publish, subscribe } from "./mosquitto.ts";
import { RawClient } from "./mqtt-peer.ts";
import { humidityPacket } from "./seeds.ts";

const skip = !hasMosquitto;
const ROOT = "/sauter/viasens/12";
const RING = { mode: 9, duration: 10_000, speed: 100, colors: ["0x0000FF"] };
/** Short enough for a test, long enough for a busy machine to send it in time. */
const EXPIRES_MS = 1_000;
const MARKER = `${ROOT}/9/control`;

const house = await (await House.open()).signIn();
after(() => house.close());
const agent = await enrol(house, { kind: "viasens", tenant: "12" });
const { clientId, ...sender } = agent.plain;
/** A gateway whose session outlives its connection: what it misses is kept for it. */
const gateway = { ...sender, clientId: "lasting", isLasting: true };
const deviceId = await spoken();

test("while its gateway is away a command waits, expires, and is not sent to who comes late", {
  skip,
}, async () => {
  const before = await subscribe(gateway, `${ROOT}/+/control`);
  before.close();
  await disconnected();
  const command = await ask(EXPIRES_MS);
  assert.equal(command.state, "expired");
  const late = await subscribe(gateway, `${ROOT}/+/control`);
  await publish(sender, MARKER, "{}");
  await until("the marker arrives", () => late.lines.length > 0);
  late.close();
  assert.deepEqual(late.lines, [`${MARKER} {}`]);
  const { items } = await house.call("GET", "/journal?kind=command.expired");
  assert.equal(items.length, 1);
  assert.equal((await house.call("GET", `/commands/${command.id}`)).state, "expired");
});

test("a gateway that comes in time gets it, once", { skip }, async () => {
  await disconnected();
  const asked = ask(60_000);
  await until("it is in the journal", async () => {
    return (await house.call("GET", "/journal?kind=command.requested")).items.length === 2;
  });
  const back = await subscribe(gateway, `${ROOT}/+/control`);
  assert.equal((await asked).state, "sent");
  await publish(sender, MARKER, "{}");
  await until("the marker arrives", () => back.lines.includes(`${MARKER} {}`));
  back.close();
  assert.equal(back.lines.length, 2, back.lines.join("\n"));
});

test("what a client was given and did not take is not given to it again later", async () => {
  await disconnected();
  const lasting = { ...agent.login, clientId: "mute", clean: false };
  const mute = await RawClient.enter(house.ports.mqtt, lasting);
  await mute.subscribe(`${ROOT}/+/control`, 1);
  const command = await ask(EXPIRES_MS);
  assert.equal(command.state, "sent");
  const { topic } = await mute.expect("publish");
  assert.equal(topic, `${ROOT}/5/control`);
  await mute.vanish();
  await until("its time is over", () => Date.now() > Date.parse(command.expiresAt));
  const late = await RawClient.enter(house.ports.mqtt, lasting);
  await late.expectNothing();
  await late.leave();
});

function ask(expiresInMs: number) {
  const wish = { deviceId, name: "led-ring", parameters: RING, expiresInMs };
  return house.call("POST", "/commands", wish);
}

async function disconnected(): Promise<void> {
  await until("nobody is connected", async () => {
    return !(await house.call("GET", `/agents/${agent.id}`)).connected;
  });
}

async function spoken(): Promise<string> {
  const { topic, payload } = humidityPacket("12");
  const client = await RawClient.enter(house.ports.mqtt, agent.login);
  client.publish(topic, payload, { qos: 1, messageId: 1 });
  await client.expect("puback");
  await client.leave();
  const [waiting] = (await house.call("GET", "/inbox")).items;
  return waiting.id;
}

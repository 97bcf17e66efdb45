import assert from "node:assert/strict";
import { after, test } from "node:test";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasPaho, Paho } from "./paho.ts";

const skip = !hasPaho;
const house = await (await House.open()).signIn();
after(() => house.close());
const meter = await enrol(house, {
  kind: "mindsphere",
  tenant: "acme",
  name: "meter",
  credential: "both",
});

test("the second connection comes in, and the first is told why it ends", { skip }, async () => {
  const first = await Paho.enter({ ...meter.plain, version: 5 });
  const second = await Paho.enter({ ...meter.plain, version: 5 });
  await first.ended();
  assert.equal(first.endedWith, 0x8e, "session taken over");
  await second.publish("tc/acme/acme_meter/o/mc_v3/ts", timeSeries(1));
  assert.equal((await house.call("GET", `/agents/${meter.id}`)).connected, true);
  await second.leave();
});

test("it makes no difference by which credential and which port it comes", { skip }, async () => {
  const first = await Paho.enter({ ...meter.plain, version: 4 });
  const second = await Paho.enter({ ...meter.secure, version: 5 });
  await first.ended();
  await second.publish("tc/acme/acme_meter/o/mc_v3/ts", timeSeries(2));
  await second.leave();
});

test("what took over goes on with the session of the one before", { skip }, async () => {
  const first = await Paho.enter({ ...meter.plain, version: 5, clean: false });
  await first.subscribe("tc/acme/acme_meter/i/#");
  await first.vanish();
  const second = await Paho.enter({ ...meter.plain, version: 5, clean: false });
  assert.equal(second.sessionPresent, true);
  await second.leave();
});

test("a person sees in the journal that an agent was taken over", { skip }, async () => {
  const event = await until("the journal knows", async () => {
    const { items } = await house.call("GET", "/journal?kind=agent.taken-over");
    return items.at(-1);
  });
  assert.equal(event.subject, `agent:${meter.id}`);
  assert.equal(event.detail.clientId, "acme_meter");
});

test("afterwards it is not connected any more", { skip }, async () => {
  const agent = await until("the agent is gone", async () => {
    const reply = await house.call("GET", `/agents/${meter.id}`);
    return !reply.connected && reply;
  });
  assert.equal(agent.messages, 2);
});

function timeSeries(value: number): string {
  const values = [{ dataPointId: "level", value, qualityCode: "0" }];
  const timestamp = new Date(1_669_925_110_000 + value * 1_000).toISOString();
  return JSON.stringify({ timeseries: [{ timestamp, values }] });
}

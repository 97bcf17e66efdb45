import assert from "node:assert/strict";
import { after, test } from "node:test";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, isAccepted, publish, subscribe } from "./mosquitto.ts";
import { hasPaho, Paho } from "./paho.ts";
import { humidityPacket } from "./seeds.ts";

const house = await (await House.open()).signIn();
after(() => house.close());
const gateway = await enrol(house, { kind: "viasens", tenant: "12" });
const { token, item } = await house.call("POST", "/tokens", { name: "ERP", role: "viewer" });
const reader = { port: house.ports.mqtt, clientId: "erp", username: "erp", password: token };

test("with an API token as password an integration hears what devices say", {
  skip: !hasMosquitto,
}, async () => {
  const heard = await subscribe(reader, "/sauter/viasens/#");
  const { topic, payload } = humidityPacket("12");
  await publish(gateway.plain, topic, payload);
  await until("the reader hears it", () => heard.lines.some((line) => line.startsWith(topic)));
  heard.close();
});

test("a wrong token does not come in", { skip: !hasMosquitto }, async () => {
  const wrong = { ...reader, password: `${token.slice(0, -1)}_` };
  assert.equal(await isAccepted(wrong, "a", "1"), false);
});

test("it may publish nothing, and its token's end is its own", { skip: !hasPaho }, async () => {
  const paho = await Paho.enter({ ...reader, version: 5 });
  assert.deepEqual(await paho.subscribe("$SYS/#"), [0x87]);
  await house.call("DELETE", `/tokens/${item.id}`);
  await paho.ended();
  const again = await Paho.open({ ...reader, version: 5 });
  assert.notEqual(again.code, 0);
});

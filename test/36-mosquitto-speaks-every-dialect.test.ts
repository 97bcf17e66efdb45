import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { DeviceReply } from "../src/api/contract.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { hasMosquitto, publish, subscribe } from "./mosquitto.ts";
import { humidityPacket, METER_BIRTH, METER_FRAME, METER_VALUES } from "./seeds.ts";

const skip = !hasMosquitto;
const house = await (await House.open()).signIn();
after(() => house.close());

const dialects = [
  {
    agent: await enrol(house, { kind: "viasens", tenant: "12", credential: "both" }),
    messages: [humidityPacket("12")],
    address: "12/5",
    mayHear: "/sauter/viasens/12/+/control",
  },
  {
    agent: await enrol(house, {
      ...{ kind: "mindsphere", tenant: "camexia", name: "dash7_gateway_1" },
      credential: "both",
    }),
    messages: [METER_VALUES],
    address: "camexia/camexia_dash7_gateway_1",
    mayHear: "tc/camexia/camexia_dash7_gateway_1/i/#",
  },
  {
    agent: await enrol(house, {
      ...{ kind: "scorp-io", tenant: "camexia", name: "gateway_1" },
      credential: "both",
    }),
    messages: [METER_BIRTH, METER_FRAME],
    address: "camexia/gateway_1/2F1A4C0012B7",
    mayHear: "mqtts/camexia/+/gateway_1/#",
  },
];

for (const { agent, messages, address, mayHear } of dialects) {
  const { plain, secure } = agent;
  const { username: _name, password: _password, ...certified } = secure;
  const ways = {
    "in the open": plain,
    "over TLS": { ...plain, port: secure.port, tls: { ca: secure.tls?.ca ?? "" } },
    "with its certificate alone": certified,
  };
  for (const [way, where] of Object.entries(ways)) {
    test(`${address}: mosquitto's clients speak its example and hear ${way}`, {
      skip,
    }, async () => {
      const before = await messagesTaken();
      const ears = await subscribe(where, mayHear);
      ears.close();
      for (const { topic, payload } of messages) await publish(where, topic, payload);
      await until("every message is taken", async () => {
        return (await messagesTaken()) === before + messages.length;
      });
      const { items } = await house.call("GET", "/inbox");
      const device: DeviceReply = items.find((one: DeviceReply) => one.address === address);
      assert.ok(device.channels.some(({ latest }) => latest !== null));
      assert.deepEqual((await house.call("GET", "/rejected")).items, []);
    });
  }
}

async function messagesTaken(): Promise<number> {
  const text = await (await house.request("GET", "/metrics")).text();
  return text
    .split("\n")
    .filter((line) => /^fieldline_messages_total\{.*outcome="taken"/.test(line))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

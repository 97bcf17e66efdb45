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

test("a viaSens gateway says that it is there, and what became of an order", {
  skip,
}, async () => {
  const { agent } = dialects[0] ?? assert.fail();
  const root = "/sauter/viasens/12";
  for (const [word, why] of [
    ["0", "said so"],
    ["1", undefined],
  ]) {
    await publish(agent.plain, `${root}/presence`, word, ["-r"]);
    await until(`the network has said ${word}`, async () => {
      const { items } = await house.call("GET", "/networks");
      const { lost } = items.find(({ id }: { id: string }) => id === "12");
      return lost?.why === why;
    });
  }
  const ears = await subscribe(agent.plain, `${root}/+/control`);
  const { items } = await house.call("GET", "/inbox");
  const { id: deviceId } = items.find(({ address }: DeviceReply) => address === "12/5");
  const parameters = { mode: -1 };
  const order = await house.call("POST", "/commands", { deviceId, name: "led-ring", parameters });
  await until("the order is heard", () => ears.lines.length > 0);
  ears.close();
  await publish(agent.plain, `${root}/5/ack`, '{"state":"ack"}');
  await until("it is confirmed", async () => {
    const { state } = await house.call("GET", `/commands/${order.id}`);
    return state === "confirmed";
  });
});

test("a MindSphere agent's event and file are shown with its device", { skip }, async () => {
  const { agent, address } = dialects[1] ?? assert.fail();
  const root = `tc/${address}/o/mc_v3`;
  const events = [{ timestamp: new Date().toISOString(), severity: "30", description: "jam" }];
  await publish(agent.plain, `${root}/e`, JSON.stringify({ events }));
  await publish(agent.plain, `${root}/f`, '{"file":{"name":"a.txt","content":"aGVsbG8"}}');
  const { items } = await house.call("GET", "/inbox");
  const { id } = items.find((one: DeviceReply) => one.address === address);
  const [file] = (await house.call("GET", `/devices/${id}/files`)).items;
  assert.deepEqual([file.path, file.bytes], ["a.txt", 5]);
  const [event] = (await house.call("GET", `/devices/${id}/events`)).items;
  assert.deepEqual([event.severity, event.fields.description], [30, "jam"]);
});

test("what a gateway of ours says is as well said by mosquitto_pub", { skip }, async () => {
  const { plain } = await enrol(house, { kind: "gateway", name: "hall-3" });
  const channels = [{ name: "speed", type: "number", unit: "1/min" }];
  const device = "plc/1";
  await publish(plain, "fl/1/hall-3/o/channels", JSON.stringify({ device, channels }));
  const samples = [["speed", 1_669_925_110_000, 1450]];
  await publish(plain, "fl/1/hall-3/o/samples", JSON.stringify({ device, samples }));
  const { items } = await house.call("GET", "/inbox");
  const found: DeviceReply = items.find((one: DeviceReply) => one.address === "hall-3/plc/1");
  assert.deepEqual(
    found.channels.map(({ name, proposal, latest }) => [name, proposal.unit, latest?.value]),
    [["speed", "1/min", 1450]],
  );
});

async function messagesTaken(): Promise<number> {
  const text = await (await house.request("GET", "/metrics")).text();
  return text
    .split("\n")
    .filter((line) => /^fieldline_messages_total\{.*outcome="taken"/.test(line))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { generate } from "mqtt-packet";
import { chances } from "../src/lib/chance.ts";
import { type Enrolled, enrol } from "./enrol.ts";
import { House } from "./house.ts";
import { RawClient } from "./mqtt-peer.ts";
import { humidityPacket, METER_BIRTH, METER_FRAME, METER_MODEL, METER_VALUES } from "./seeds.ts";

const SEED = 11;
const PAYLOADS = 5_000;
const PACKETS = 5_000;
/** The list of what was refused holds 1,000 rows: it is read and emptied in between. */
const A_BATCH = 250;
const AT_ONCE = 10;
const GROWTH_MAX_BYTES = 150 * 1024 * 1024;

const house = await (await House.open()).signIn();
after(() => house.close());
const chance = chances(SEED);
const [gateway, meter, edge, healthy] = await Promise.all([
  enrol(house, { kind: "viasens", tenant: "1" }),
  enrol(house, { kind: "mindsphere", tenant: "camexia", name: "dash7_gateway_1" }),
  enrol(house, { kind: "scorp-io", tenant: "camexia", name: "gateway_1" }),
  enrol(house, { kind: "mindsphere", tenant: "camexia", name: "healthy" }),
]);
const attackers = [
  { agent: gateway, packets: [humidityPacket("1"), configuration()] },
  { agent: meter, packets: [METER_VALUES, METER_MODEL] },
  { agent: edge, packets: [METER_BIRTH, METER_FRAME] },
];

class Bystander {
  sent = 0;
  #client: RawClient | undefined;

  async publish(): Promise<void> {
    this.#client ??= await RawClient.enter(house.ports.mqtt, healthy.login);
    const messageId = (this.sent % 65_535) + 1;
    const timestamp = new Date(Date.UTC(2026, 0, 1, 0, 0, this.sent)).toISOString();
    const values = [{ dataPointId: "level", value: this.sent, qualityCode: "0" }];
    const payload = JSON.stringify({ timeseries: [{ timestamp, values }] });
    this.#client.publish(`tc/camexia/${healthy.clientId}/o/mc_v3/ts`, payload, {
      ...{ qos: 1, messageId },
    });
    this.sent += 1;
    assert.equal((await this.#client.expect("puback")).messageId, messageId);
  }
}

const bystander = new Bystander();

test("5,000 broken payloads: each is acknowledged, and taken or refused with its sender", async () => {
  const clients = new Map<Enrolled, RawClient>();
  for (const { agent } of attackers) {
    clients.set(agent, await RawClient.enter(house.ports.mqtt, agent.login));
  }
  let refused = 0;
  await bystander.publish();
  const before = await counted("messages_total");
  const own = bystander.sent;
  for (let sent = 0; sent < PAYLOADS; sent += A_BATCH) {
    const batch = Array.from({ length: A_BATCH }, (_, index) => {
      const { agent, packets } = pick(attackers);
      const { topic, payload } = pick(packets);
      return { agent, topic, broken: mutated(Buffer.from(payload)), messageId: index + 1 };
    });
    // Each waits for its own acknowledgements only.
    const lines = [...clients].map(async ([sender, client]) => {
      for (const { agent, topic, broken, messageId } of batch) {
        if (agent !== sender) continue;
        client.publish(topic, broken, { qos: 1, messageId });
        assert.equal((await client.expect("puback")).messageId, messageId);
      }
    });
    await Promise.all(lines);
    await bystander.publish();
    refused += await refusedBy(attackers.map(({ agent }) => agent));
  }
  for (const client of clients.values()) await client.leave();
  const told = (await counted("messages_total")) - before - (bystander.sent - own);
  assert.equal(told, PAYLOADS, "every message is taken or refused");
  const taken = await counted('messages_total{driver="', '",outcome="taken"}');
  assert.ok(refused > PAYLOADS / 5, `${refused} refused`);
  assert.equal(refused + taken - bystander.sent, PAYLOADS, "every refusal has its sender");
});

test("5,000 broken packets: what is refused is counted, and has a culprit", async () => {
  const before = await counted("mqtt_refused_total");
  let listed = 0;
  for (let sent = 0; sent < PACKETS; sent += A_BATCH) {
    const lines = Array.from({ length: AT_ONCE }, async () => {
      for (let count = 0; count < A_BATCH / AT_ONCE; count += 1) await attack(pick(attackers));
    });
    await Promise.all(lines);
    await bystander.publish();
    listed += await refusedBy(null);
  }
  const refused = (await counted("mqtt_refused_total")) - before;
  assert.ok(refused > PACKETS / 5, `${refused} refused`);
  assert.ok(listed >= refused, `${refused} refused, ${listed} in the list`);
});

test("nobody else noticed: all is acknowledged, stored and shown as before", async () => {
  const device = (await house.call("GET", "/inbox")).items.find(
    ({ address }: { address: string }) => address === "camexia/camexia_healthy",
  );
  const { assetId } = await house.call("POST", `/inbox/${device.id}/adopt`, {});
  const [point] = (await house.call("GET", `/points?assetId=${assetId}`)).items;
  const span = "from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z";
  const { value } = await house.call("GET", `/points/${point.id}/history?${span}`);
  assert.deepEqual(
    value,
    Array.from({ length: bystander.sent }, (_, index) => index),
  );
  const { reasons, mqttAck } = await house.call("GET", "/health");
  // Broken times may lie far ahead: that devices say so is told for as long as it is true.
  const others = reasons.filter((reason: string) => !reason.startsWith("clock: "));
  assert.deepEqual({ others, mqttAck }, { others: [], mqttAck: "synced" });
});

test("its memory stays within bounds", async () => {
  const grown = residentBytes() - atFirst;
  assert.ok(grown < GROWTH_MAX_BYTES, `${grown >> 20} MiB more than at the start`);
});

const atFirst = residentBytes();

/** Comes in as the agent and sends a packet that is broken; now and then the CONNECT is. */
async function attack({ agent, packets }: (typeof attackers)[number]): Promise<void> {
  const { topic, payload } = pick(packets);
  const version = chance() < 0.5 ? 4 : 5;
  const options = { protocolVersion: version } as const;
  const clientId = chance() < 0.5 ? `${agent.clientId}-${Math.floor(chance() * 50)}` : undefined;
  const login = agent === meter ? agent.login : { ...agent.login, clientId: clientId ?? "x" };
  const connect = generate({ cmd: "connect", clean: true, keepalive: 0, ...login, ...options });
  const publish = { cmd: "publish", topic, payload, dup: false, retain: false } as const;
  const second = pick([
    generate({ ...publish, qos: 0 }, options),
    generate({ ...publish, qos: 1, messageId: 1 }, options),
    generate({ cmd: "subscribe", messageId: 2, subscriptions: [{ topic, qos: 1 }] }, options),
    generate({ cmd: "disconnect", ...(version === 5 && { reasonCode: 4 }) }, options),
  ]);
  const isFirst = chance() < 0.2;
  const client = await RawClient.open(house.ports.mqtt, version);
  client.mute();
  client.send(Buffer.concat(isFirst ? [mutated(connect)] : [connect, mutated(second)]));
  client.socket.end();
  await client.closed;
}

type Refused = {
  readonly agentId: string;
  readonly clientId: string;
  readonly code: string;
  readonly times: number;
};

/** How many refusals the list holds, of these agents or of anybody; empties it. */
async function refusedBy(agents: readonly Enrolled[] | null): Promise<number> {
  const { items } = await house.call("GET", "/rejected?limit=1000");
  assert.ok(items.length < 1_000, "the list ran over");
  await house.call("DELETE", "/rejected");
  const ids = agents?.map(({ id }) => id);
  return items.reduce((sum: number, row: Refused) => {
    if (ids) assert.ok(ids.includes(row.agentId), `refused of nobody: ${JSON.stringify(row)}`);
    assert.notEqual(row.clientId + row.agentId, "", "refused of nobody");
    return sum + (isTaken(row) ? 0 : row.times);
  }, 0);
}

/** A message of which a value was refused for its time: the others are stored. */
function isTaken({ code }: Refused): boolean {
  return code === "time_in_future";
}

/** The sum of a counter over its labels. */
async function counted(name: string, ending = ""): Promise<number> {
  const text = await (await house.request("GET", "/metrics")).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith(`fieldline_${name}`) && line.includes(ending))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

/** Drops, doubles, cuts and overwrites bytes, one to four times. */
function mutated(bytes: Buffer): Buffer {
  let result = bytes;
  const changes = 1 + Math.floor(chance() * 4);
  for (let change = 0; change < changes; change += 1) {
    const at = Math.floor(chance() * result.length);
    const [before, behind] = [result.subarray(0, at), result.subarray(at)];
    const byte = Buffer.from([chance() < 0.3 ? 0xff : Math.floor(chance() * 256)]);
    const choices = [
      [before],
      [before, behind.subarray(1)],
      [before, behind, behind],
      [before, byte, behind],
      [before, byte, behind.subarray(1)],
    ];
    result = Buffer.concat(pick(choices));
  }
  return result;
}

function pick<T>(choices: readonly T[]): T {
  const choice = choices[Math.floor(chance() * choices.length)];
  assert.ok(choice !== undefined);
  return choice;
}

/** An order that the gateway itself sends where it should not. */
function configuration() {
  const payload = JSON.stringify({ type: "led-ring", payload: { mode: 1, colors: ["0x0000FF"] } });
  return { topic: "/sauter/viasens/1/5", payload };
}

function residentBytes(): number {
  const status = readFileSync(`/proc/${house.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}

import assert from "node:assert/strict";
import { test } from "node:test";
import type { PointReply } from "../src/api/contract.ts";
import { chances } from "../src/lib/chance.ts";
import { type Enrolled, enrol } from "./enrol.ts";
import { House } from "./house.ts";
import { RawClient } from "./mqtt-peer.ts";

const ROUNDS = 5;
const SEED = 7;
/** Messages of a client on their way: what a kill can hit. */
const WINDOW = 100;
/** One message in so many brings a channel that nobody has seen before. */
const NEWCOMER_EVERY = 200;
const START = Date.parse("2026-01-01T00:00:00Z");
const VALUES = ["level", "flow"];

let house: House;

for (const durability of ["synced", "written"] as const) {
  test(`${durability}: acknowledged is in the history, whenever the server was killed`, async (t) => {
    const options = ["--mqtt-ack", durability];
    house = await (await House.open(options)).signIn();
    t.after(() => house.close());
    assert.equal((await house.call("GET", "/health")).mqttAck, durability);
    await killedAgainAndAgain(options);
  });
}

async function killedAgainAndAgain(options: readonly string[]): Promise<void> {
  const random = chances(SEED);
  const senders = await Promise.all(["north", "south"].map((name) => Sender.enrolled(name)));
  for (let round = 0; round < ROUNDS; round += 1) {
    const enough = 50 + Math.floor(random() * 4_000);
    await Promise.all(senders.map((sender) => sender.connect()));
    await Promise.all(senders.map((sender) => sender.sendUntil(enough)));
    await house.killAndRestart(options);
    for (const sender of senders) await sender.expectAllThere(`round ${round}, ${enough}`);
  }
  const acknowledged = senders.map((sender) => sender.acknowledged.size);
  assert.ok(Math.min(...acknowledged) > ROUNDS * 50, "both were at work");
  assert.equal((await house.call("GET", "/journal/verify")).brokenAt, null);
}

/** An agent that numbers its messages and remembers which of them were acknowledged. */
class Sender {
  readonly acknowledged = new Set<number>();
  readonly #agent: Enrolled;
  #client: RawClient | undefined;
  #sent = 0;

  static async enrolled(name: string): Promise<Sender> {
    const wish = { kind: "mindsphere", tenant: "acme", name, credential: "password" } as const;
    const sender = new Sender(await enrol(house, wish));
    await sender.#introduce();
    return sender;
  }

  private constructor(agent: Enrolled) {
    this.#agent = agent;
  }

  async connect(): Promise<void> {
    this.#client = await RawClient.enter(house.ports.mqtt, this.#agent.login);
  }

  /** Keeps its window full until so many more were acknowledged; what is under way stays so. */
  async sendUntil(enough: number): Promise<void> {
    const client = this.#client;
    assert.ok(client);
    const underWay = new Map<number, number>();
    for (let count = 0; count < enough; count += 1) {
      while (underWay.size < WINDOW) this.#send(client, underWay);
      const { messageId = 0 } = await client.expect("puback");
      const number = underWay.get(messageId);
      assert.ok(number !== undefined, "acknowledged what was never sent");
      underWay.delete(messageId);
      this.acknowledged.add(number);
    }
    while (underWay.size < WINDOW) this.#send(client, underWay);
  }

  /** Every acknowledged message is there, and no value but those that were sent. */
  async expectAllThere(when: string): Promise<void> {
    for (const { id, variable } of await this.#points()) {
      const stored = await this.#stored(id);
      const lost = [...this.acknowledged].filter((number) => stored.get(timeOf(number)) !== number);
      assert.deepEqual(lost, [], `${when}: lost of ${variable.name}`);
      const invented = [...stored].filter(([at, value]) => at !== timeOf(Number(value)));
      assert.deepEqual(invented, [], `${when}: never sent`);
    }
    const device = await this.#device();
    const known = new Set(device.channels.map(({ name }: { name: string }) => name));
    const newcomers = [...this.acknowledged].flatMap((number) => newcomerIn(number));
    assert.deepEqual(
      newcomers.filter((name) => !known.has(name)),
      [],
      `${when}: forgotten channels`,
    );
  }

  async #introduce(): Promise<void> {
    await this.connect();
    await this.sendUntil(1);
    await this.#client?.vanish();
    const { id } = await this.#device();
    await house.call("POST", `/inbox/${id}/adopt`, {
      variables: VALUES.map((channel) => ({ channel, name: channel, dataType: "number" })),
    });
  }

  #send(client: RawClient, underWay: Map<number, number>): void {
    const number = this.#sent;
    this.#sent += 1;
    const messageId = (number % 65_535) + 1;
    underWay.set(messageId, number);
    const topic = `tc/acme/${this.#agent.clientId}/o/mc_v3/ts`;
    client.publish(topic, timeSeries(number), { qos: 1, messageId });
  }

  async #device() {
    const address = `acme/${this.#agent.clientId}`;
    const lists = await Promise.all(["/devices", "/inbox"].map((list) => house.call("GET", list)));
    const device = lists
      .flatMap(({ items }) => items)
      .find((item: { address: string }) => item.address === address);
    assert.ok(device, `${address} is not known`);
    return device;
  }

  async #points(): Promise<PointReply[]> {
    const { assetId } = await this.#device();
    const { items } = await house.call("GET", `/points?assetId=${assetId}`);
    assert.equal(items.length, VALUES.length);
    return items;
  }

  async #stored(point: string): Promise<Map<number, unknown>> {
    const span = `from=${START}&to=${timeOf(this.#sent + 1)}&limit=100000`;
    const { at, value } = await house.call("GET", `/points/${point}/history?${span}`);
    return new Map(at.map((time: string, row: number) => [Date.parse(time), value[row]]));
  }
}

/** Message n is of second n, and each of its values is n. */
function timeSeries(number: number): string {
  const values = [...VALUES, ...newcomerIn(number)].map((dataPointId) => {
    return { dataPointId, value: number, qualityCode: "0" };
  });
  return JSON.stringify({ timeseries: [{ timestamp: new Date(timeOf(number)), values }] });
}

function newcomerIn(number: number): string[] {
  return number % NEWCOMER_EVERY === 0 ? [`extra ${number}`] : [];
}

function timeOf(number: number): number {
  return START + number * 1_000;
}

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client } from "pg";
import { type Cluster, startCluster } from "../src/historian/postgres/cluster.ts";
import { enrol } from "./enrol.ts";
import { House, until } from "./house.ts";
import { RawClient } from "./mqtt-peer.ts";

const START = Date.parse("2026-01-01T00:00:00Z");
const WINDOW = 50;
const SECRET = "a-secret-of-the-database";
const cluster = await startCluster();
const skip = cluster ? false : "there is no PostgreSQL on this machine";

test("while the database is away, devices notice nothing and nothing is lost", {
  skip,
}, async () => {
  assert.ok(cluster);
  const url = cluster.database("plant").replace("fieldline@", `fieldline:${SECRET}@`);
  const options = ["--database", url, "--log-level", "debug"];
  const house = await (await House.open(options)).signIn();
  after(() => house.close());
  const device = await Device.enter(house);
  await device.send(500);
  await until(
    "samples are in the database",
    async () => (await kept(cluster)).length === device.sent,
  );

  cluster.stop("immediate");
  await device.send(500);
  const reasons = await until("the house says so", async () => {
    const health = await house.call("GET", "/health");
    return health.status === "degraded" && health.reasons;
  });
  assert.match(reasons[0], /the database is away: .*wait for it here/);
  assert.ok(!JSON.stringify(reasons).includes(SECRET));
  assert.equal((await device.history()).length, device.sent, "what is recent can be read");

  await house.killAndRestart(options);
  await device.reconnect();
  await device.send(500);
  cluster.start();
  await until("the house is well again", async () => {
    return (await house.call("GET", "/health")).status === "ready";
  });
  // A backend dies in the midst of it, as in a failover.
  const under = device.send(2_000);
  await sql(
    cluster,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
  );
  await under;
  const all = Array.from({ length: device.sent }, (_, number) => number);
  await until("all is in the database, once and in order", async () => {
    const found = await kept(cluster);
    return found.length === all.length && found.every((value, index) => value === index);
  });
  assert.deepEqual((await device.history()).map(Number), all);
  assert.equal(await house.stop(), 0);
  assert.ok(!house.complaints.includes(SECRET), "the password is in no line of the log");
});

after(() => cluster?.close());

/** Numbers its messages: message n is of second n and says n. */
class Device {
  sent = 0;
  readonly #house: House;
  readonly #login: Parameters<typeof RawClient.enter>[1];
  readonly #topic: string;
  #client: RawClient;
  #point = "";

  static async enter(house: House): Promise<Device> {
    const wish = { kind: "mindsphere", tenant: "acme", name: "meter" } as const;
    const agent = await enrol(house, wish);
    const client = await RawClient.enter(house.ports.mqtt, agent.login);
    const device = new Device(house, agent.login, agent.clientId, client);
    await device.send(1);
    const [{ id }] = (await house.call("GET", "/inbox")).items;
    const variables = [{ channel: "level", name: "level", dataType: "number" }];
    await house.call("POST", `/inbox/${id}/adopt`, { variables });
    device.#point = (await house.call("GET", "/points")).items[0].id;
    return device;
  }

  private constructor(
    house: House,
    login: Parameters<typeof RawClient.enter>[1],
    clientId: string,
    client: RawClient,
  ) {
    this.#house = house;
    this.#login = login;
    this.#topic = `tc/acme/${clientId}/o/mc_v3/ts`;
    this.#client = client;
  }

  async reconnect(): Promise<void> {
    this.#client = await RawClient.enter(this.#house.ports.mqtt, this.#login);
  }

  /** Settles when all of them are acknowledged. */
  async send(count: number): Promise<void> {
    for (const end = this.sent + count; this.sent < end; ) {
      const some = Math.min(WINDOW, end - this.sent);
      for (let index = 0; index < some; index += 1) this.#publish();
      for (let index = 0; index < some; index += 1) await this.#client.expect("puback");
    }
  }

  #publish(): void {
    const number = this.sent;
    this.sent += 1;
    const timestamp = new Date(START + number * 1_000);
    const values = [{ dataPointId: "level", value: number, qualityCode: "0" }];
    const payload = JSON.stringify({ timeseries: [{ timestamp, values }] });
    const messageId = (number % 65_535) + 1;
    this.#client.publish(this.#topic, payload, { qos: 1, messageId });
  }

  async history(): Promise<unknown[]> {
    const span = `from=${START}&to=${START + this.sent * 1_000}&limit=100000`;
    return (await this.#house.call("GET", `/points/${this.#point}/history?${span}`)).value;
  }
}

async function kept(place: Cluster): Promise<number[]> {
  const rows = await sql(place, "SELECT number FROM fieldline.sample ORDER BY at");
  return rows.map(([number]) => Number(number));
}

async function sql(place: Cluster, text: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: place.database("plant") });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
}

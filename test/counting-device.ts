import { enrol } from "./enrol.ts";
import type { House } from "./house.ts";
import { RawClient } from "./mqtt-peer.ts";

const START = Date.parse("2026-01-01T00:00:00Z");
const WINDOW = 50;

/** Numbers its messages: message n is of second n and says n. */
export class CountingDevice {
  sent = 0;
  readonly #house: House;
  readonly #login: Parameters<typeof RawClient.enter>[1];
  readonly #topic: string;
  #client: RawClient;
  #point = "";

  static async enter(house: House): Promise<CountingDevice> {
    const wish = { kind: "mindsphere", tenant: "acme", name: "meter" } as const;
    const agent = await enrol(house, wish);
    const client = await RawClient.enter(house.ports.mqtt, agent.login);
    const device = new CountingDevice(house, agent.login, agent.clientId, client);
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

  /** Deletes what these messages have brought. */
  async forget(from: number, to: number): Promise<void> {
    const [begin, end] = [from, to].map((number) => START + number * 1_000);
    const query = `from=${begin}&to=${end}&confirm=${begin}/${end}`;
    await this.#house.call("DELETE", `/points/${this.#point}/history?${query}`);
  }

  async history(): Promise<unknown[]> {
    const span = `from=${START}&to=${START + this.sent * 1_000}&limit=100000`;
    return (await this.#house.call("GET", `/points/${this.#point}/history?${span}`)).value;
  }
}

import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { generate, type IConnectPacket, type Packet, parser } from "mqtt-packet";
import type {
  Broker,
  BrokerParts,
  ConnectAttempt,
  Presence,
  Refusal,
} from "../src/broker/broker.ts";
import { openEmbeddedBroker } from "../src/broker/embedded/embedded.ts";
import type { Rights } from "../src/domain/agent.ts";
import type { AgentId } from "../src/domain/brand.ts";
import type { Durability } from "../src/domain/durability.ts";
import type { ReceivedMessage } from "../src/domain/message.ts";
import { type Problem, problem } from "../src/domain/problem.ts";
import { type Clock, TestClock } from "../src/lib/clock.ts";
import { Gauges } from "../src/lib/gauge.ts";
import { type Log, type LogFields, silentLog } from "../src/lib/log.ts";
import { failure, type Outcome, success } from "../src/lib/outcome.ts";

type Command = Packet["cmd"];
type Of<C extends Command> = Extract<Packet, { cmd: C }>;

/** Speaks MQTT byte by byte, so that a test decides what is on the wire and when. */
export class RawClient {
  readonly socket: Socket;
  /** Settles when the broker has closed the connection. */
  readonly closed: Promise<void>;
  /** Every packet that came, in order. */
  readonly packets: Packet[] = [];
  #version: number;
  #next = 0;
  #onPacket: () => void = () => {};
  readonly #listeners: ((packet: Packet) => void)[] = [];
  #isMute = false;
  /** How many bytes came in all. */
  bytes = 0;
  #isClosed = false;

  static async open(port: number, version = 4): Promise<RawClient> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new RawClient(socket, version);
  }

  /** Opens, sends CONNECT, and asserts that the client was let in. */
  static async enter(port: number, wish: Partial<IConnectPacket> = {}): Promise<RawClient> {
    const client = await RawClient.open(port, wish.protocolVersion ?? 4);
    client.connect(wish);
    const { reasonCode, returnCode } = await client.expect("connack");
    assert.equal(reasonCode ?? returnCode, 0, "the client was not let in");
    return client;
  }

  private constructor(socket: Socket, version: number) {
    this.socket = socket;
    this.#version = version;
    const reader = parser({ protocolVersion: version });
    reader.on("packet", (packet) => {
      this.packets.push(packet);
      for (const call of this.#listeners) call(packet);
      this.#onPacket();
    });
    socket.on("data", (chunk) => {
      this.bytes += chunk.length;
      if (!this.#isMute) reader.parse(chunk);
    });
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#isClosed = true;
        this.#onPacket();
        resolve();
      });
    });
  }

  /** Calls for every packet from now on, beside those who wait with `next`. */
  listen(call: (packet: Packet) => void): void {
    this.#listeners.push(call);
  }

  /** Reads on, but looks at nothing that comes. */
  mute(): void {
    this.#isMute = true;
  }

  connect(wish: Partial<IConnectPacket> = {}): void {
    const { clientId = "client", clean = true, keepalive = 0 } = wish;
    this.send({ ...wish, cmd: "connect", clientId, clean, keepalive });
  }

  send(packet: Packet | Uint8Array): void {
    this.socket.write(packet instanceof Uint8Array ? packet : this.encode(packet));
  }

  encode(packet: Packet): Buffer {
    return generate(packet, { protocolVersion: this.#version });
  }

  publish(topic: string, payload: string | Buffer, more: Partial<Of<"publish">> = {}): void {
    const plain = { cmd: "publish", topic, payload, qos: 0, dup: false, retain: false } as const;
    this.send({ ...plain, ...more });
  }

  async subscribe(filter: string, qos: 0 | 1 | 2 = 0): Promise<readonly unknown[]> {
    this.send({ cmd: "subscribe", messageId: 65_000, subscriptions: [{ topic: filter, qos }] });
    return (await this.expect("suback")).granted;
  }

  /** The packet that comes next, which has to be of this kind. */
  async expect<C extends Command>(cmd: C): Promise<Of<C>> {
    const packet = await this.next();
    assert.equal(packet.cmd, cmd, `expected ${cmd}: ${JSON.stringify(packet)}`);
    return packet as Of<C>;
  }

  async next(): Promise<Packet> {
    while (this.#next >= this.packets.length) {
      if (this.#isClosed) throw new Error("the broker closed the connection");
      await new Promise<void>((resolve) => {
        this.#onPacket = resolve;
      });
    }
    const packet = this.packets[this.#next];
    this.#next += 1;
    assert.ok(packet);
    return packet;
  }

  /** Asserts that nothing but the answer to this ping comes. */
  async expectNothing(): Promise<void> {
    this.send({ cmd: "pingreq" });
    await this.expect("pingresp");
  }

  /** Says goodbye and waits until the broker has heard it. */
  async leave(): Promise<void> {
    this.send({ cmd: "disconnect", reasonCode: 0 });
    await this.closed;
  }

  /** Is gone without a word. */
  async vanish(): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }
}

/** What the house keeps of a message: the bytes are only lent to it. */
export type Kept = Omit<ReceivedMessage, "payload"> & { readonly text: string };

/** The part of the house that a broker talks to, with a record of what it said. */
export class TestHouse {
  readonly gauges = new Gauges();
  readonly received: Kept[] = [];
  readonly refused: Refusal[] = [];
  readonly presence: Presence[] = [];
  readonly subscribed: string[] = [];
  readonly attempts: ConnectAttempt[] = [];
  readonly warnings: string[] = [];
  /** The facts of each warning. */
  readonly warned: LogFields[] = [];
  readonly gaps: string[] = [];
  rights: Rights = { publish: ["#"], subscribe: ["#"] };
  /** What makes a batch safe; at once where a test does not say otherwise. */
  store: (messages: readonly ReceivedMessage[]) => Promise<void> = async () => {};
  admit: (attempt: ConnectAttempt) => Promise<Outcome<{ agent: AgentId; rights: Rights }, Problem>>;
  /** New connections a second: as many as a test opens. */
  pace = { all: 1e9, ofAddress: 1e9, burst: 1e9 };
  readonly #clock: Clock;

  constructor(clock: Clock = new TestClock()) {
    this.#clock = clock;
    this.admit = async ({ clientId, username }) => {
      if (username === "nobody") return failure(problem("agent_refused", "nobody may come in"));
      return success({ agent: (username ?? clientId) as AgentId, rights: this.rights });
    };
  }

  get parts(): BrokerParts {
    const warn = (text: string, fields: LogFields = {}) => {
      this.warnings.push(text);
      this.warned.push(fields);
    };
    const log: Log = { ...silentLog, warn, error: warn };
    return {
      admit: (attempt) => {
        this.attempts.push(attempt);
        return this.admit(attempt);
      },
      receive: async (messages) => {
        for (const { payload, topic, agent, receivedAt, retain } of messages) {
          const text = Buffer.from(payload).toString();
          this.received.push({ topic, agent, receivedAt, retain, text });
        }
        await this.store(messages);
      },
      onPresence: (presence) => this.presence.push(presence),
      onSubscribed: (agent, filter) => this.subscribed.push(`${agent} ${filter}`),
      onGap: (agent, clientId) => this.gaps.push(`${agent} ${clientId}`),
      onRefused: (refusal) => this.refused.push(refusal),
      clock: this.#clock,
      gauges: this.gauges,
      log,
    };
  }

  get texts(): readonly string[] {
    return this.received.map(({ text }) => text);
  }

  /** A broker on a free port; it is closed when the test is over. */
  async open(
    t: TestContext,
    folder?: string,
    durability: Durability = "synced",
  ): Promise<{ broker: Broker; port: number }> {
    const mqtt = { host: "127.0.0.1", port: 0 };
    const where = folder === undefined ? {} : { folder, durability };
    const opened = await openEmbeddedBroker(
      { mqtt, mqtts: null, pace: this.pace, ...where },
      this.parts,
    );
    assert.ok(opened.ok, opened.ok ? "" : opened.problem.detail);
    const port = opened.value.ports.mqtt;
    assert.ok(port);
    t.after(() => opened.value.close());
    return { broker: opened.value, port };
  }
}

/** Lets the event loop turn until the broker has come so far. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise<void>((resolve) => setImmediate(resolve));
}

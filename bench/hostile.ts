import { generate, type Packet } from "mqtt-packet";
import { RawClient } from "../test/mqtt-peer.ts";
import type { Account } from "./load.ts";

/** Where the attackers come in, and as whom. */
export type Target = { readonly port: number; readonly account: Account };

type Attack = {
  readonly name: string;
  /** What has to be there first; what it costs is not measured. */
  readonly prepare?: (target: Target) => Promise<void>;
  readonly run: (target: Target) => Promise<void>;
};

const PACKET_BYTES = 256 * 1024;
const RETAINED = 100_000;
const WINDOW = 500;
const AT_ONCE = 10;
const TIMES = 10;

/** Valid or not: what one client can send, and what it costs those who share the event loop. */
export const attacks: readonly Attack[] = [
  { name: "10,000 filters in a packet", run: (target) => sends(target, filters(10_000, 5)) },
  { name: "36,000 filters in a packet", run: (target) => sends(target, filters(36_000, 3)) },
  { name: "filters of 500 levels of +", run: (target) => sends(target, deepFilters()) },
  { name: "user properties to the brim, PUBLISH", run: (target) => sends(target, publishBomb()) },
  { name: "user properties to the brim, SUBSCRIBE", run: subscribesBombs },
  { name: "user properties to the brim, CONNECT", run: connectsBombs },
  { name: "a topic of 32,000 levels", run: (target) => sends(target, deepTopic()) },
  { name: "JSON nested to the brim", run: (target) => sends(target, body(nested())) },
  { name: "JSON of 60,000 numbers", run: (target) => sends(target, body(numbers())) },
  { name: "JSON of 20,000 names", run: (target) => sends(target, body(names())) },
  { name: "50,000 topics", run: publishesOnMany },
  {
    name: "100,000 retained messages",
    prepare: retains,
    run: (target) => replays(target, ["crowd/#"], true),
  },
  { name: "the same, QoS 1, lasting", run: (target) => replays(target, ["crowd/#"], false) },
  { name: "the same by 100 filters", run: (target) => replays(target, overlapping(), true) },
];

/** From several clients at once, again and again; whoever is thrown out comes back. */
async function sends(target: Target, packet: Packet): Promise<void> {
  const bytes = generate(packet, { protocolVersion: 5 });
  await crowd(async (index) => {
    for (let time = 0; time < TIMES; time += 1) {
      const client = await entered(target, index);
      client.send(bytes);
      client.send({ cmd: "pingreq" });
      client.mute();
      const before = client.bytes;
      await Promise.race([client.closed, grows(client, before)]);
      client.socket.destroy();
    }
  });
}

async function subscribesBombs(target: Target): Promise<void> {
  const subscriptions = [{ topic: "crowd/a", qos: 0 as const }];
  await sends(target, { cmd: "subscribe", messageId: 1, subscriptions, properties: bomb() });
}

async function connectsBombs(target: Target): Promise<void> {
  await crowd(async (index) => {
    for (let time = 0; time < TIMES; time += 1) {
      const client = await RawClient.open(target.port, 5);
      client.mute();
      client.connect({ clientId: `hostile-${index}`, protocolVersion: 5, properties: bomb() });
      await client.closed;
      client.socket.destroy();
    }
  });
}

async function publishesOnMany(target: Target): Promise<void> {
  await crowd(async (index) => {
    const client = await entered(target, index);
    for (let sent = 0; sent < 5_000; sent += WINDOW) {
      for (let at = 0; at < WINDOW; at += 1) {
        const topic = `crowd/t${index}/${sent + at}`;
        client.publish(topic, "1", { qos: 1, messageId: at + 1 });
      }
      for (let at = 0; at < WINDOW; at += 1) await client.next();
    }
    client.socket.destroy();
  });
}

async function retains(target: Target): Promise<void> {
  const client = await entered(target, 0);
  for (let sent = 0; sent < RETAINED; sent += WINDOW) {
    for (let at = 0; at < WINDOW; at += 1) {
      const topic = `crowd/r/${(sent + at) % 100}/${sent + at}`;
      client.publish(topic, "x", { qos: 1, messageId: at + 1, retain: true });
    }
    for (let at = 0; at < WINDOW; at += 1) await client.next();
  }
  client.socket.destroy();
}

async function replays(target: Target, topics: readonly string[], clean: boolean): Promise<void> {
  await crowd(async (index) => {
    const properties = { sessionExpiryInterval: clean ? 0 : 600 };
    const clientId = `replay-${index}-${clean}`;
    const client = await entered(target, index, { clean, clientId, properties });
    const subscriptions = topics.map((topic) => ({ topic, qos: clean ? 0 : 1 }) as const);
    client.send({ cmd: "subscribe", messageId: 1, subscriptions });
    client.mute();
    await quiet(client);
    // Nobody acknowledges: at QoS 1 that is as much as the window takes.
    const enough = clean ? 1_000_000 : 2_000;
    if (client.bytes < enough) throw new Error(`only ${client.bytes} bytes of what is retained`);
    client.socket.destroy();
  });
}

function filters(count: number, digits: number): Packet {
  const subscriptions = Array.from({ length: count }, (_, at) => {
    return { topic: at.toString(36).padStart(digits, "0"), qos: 0 as const };
  });
  return { cmd: "subscribe", messageId: 1, subscriptions };
}

function deepFilters(): Packet {
  const subscriptions = Array.from({ length: 250 }, (_, at) => {
    return { topic: `crowd${"/+".repeat(500 - (at % 3))}`, qos: 0 as const };
  });
  return { cmd: "subscribe", messageId: 1, subscriptions };
}

/** Each of them sees all that is retained. */
function overlapping(): readonly string[] {
  const some = ["crowd/#", "crowd/+/#", "crowd/r/#", "crowd/+/+/#", "crowd/r/+/+", "crowd/+/+/+"];
  const ofEach = Array.from({ length: 94 }, (_, at) => `crowd/+/${at}/+`);
  return [...some, ...ofEach];
}

function bomb() {
  const userProperties = { a: Array.from({ length: (PACKET_BYTES - 1_000) / 7 }, () => "b") };
  return { userProperties };
}

function publishBomb(): Packet {
  return message("crowd/a", "1", { properties: bomb() });
}

function deepTopic(): Packet {
  return message("a/".repeat(32_000), "x");
}

function body(payload: string): Packet {
  return message("crowd/body", payload);
}

function message(topic: string, payload: string, more: object = {}): Packet {
  const plain = { cmd: "publish", topic, payload, qos: 1, messageId: 1 } as const;
  return { ...plain, dup: false, retain: false, ...more };
}

function nested(): string {
  return `${"[".repeat(60_000)}1e308${"]".repeat(60_000)}`;
}

function numbers(): string {
  return JSON.stringify(Array.from({ length: 60_000 }, () => 1));
}

function names(): string {
  const rows = Array.from({ length: 10_000 }, (_, at) => [`n${at}`, at]);
  return `{"__proto__":1,${JSON.stringify(Object.fromEntries(rows)).slice(1)}`;
}

async function crowd(one: (index: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => one(index)));
}

async function entered({ port, account }: Target, index: number, more = {}): Promise<RawClient> {
  const { username, password } = account;
  const login = { username, password: Buffer.from(password) };
  const wish = { protocolVersion: 5, clientId: `hostile-${index}`, ...login, ...more } as const;
  return RawClient.enter(port, wish);
}

async function grows(client: RawClient, before: number): Promise<void> {
  while (client.bytes === before) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Until nothing more comes for half a second. */
async function quiet(client: RawClient): Promise<void> {
  for (let before = -1; before < client.bytes; ) {
    before = client.bytes;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

import { connect, type Socket } from "node:net";
import { pathToFileURL } from "node:url";
import { generate } from "mqtt-packet";
import { PacketReader } from "../src/broker/packet-reader.ts";

type RouteOptions = {
  readonly port: number;
  readonly qos: 0 | 1;
  readonly publishers: number;
  readonly messages: number;
  /** Messages that a publisher has on their way to the subscriber. */
  readonly window: number;
};

export type RouteResult = {
  readonly messagesPerSecond: number;
  /** Came to the subscriber; less than all where the broker drops. */
  readonly arrived: number;
};

const PAYLOAD = Buffer.alloc(150, "x");
const PUBLISH = 3;
/** Nothing came for so long: what is missing was dropped. */
const SILENCE_MS = 3_000;

/**
 * From some publishers through the broker to one subscriber. Each publisher sends its next window
 * when half of the one before has arrived, so that no broker has to drop anything.
 */
async function runRoute(options: RouteOptions): Promise<RouteResult> {
  const { messages, publishers: count, window } = options;
  const share = Math.floor(messages / count);
  const trains = Array.from({ length: count }, (_, index) => trainOf(index, options));
  const publishers = await Promise.all(Array.from({ length: count }, (_, i) => open(options, i)));
  const sent = new Array<number>(count).fill(0);
  const arrived = new Array<number>(count).fill(0);
  let total = 0;
  let lastAt = performance.now();
  const send = (index: number): void => {
    const done = sent[index] ?? 0;
    const size = Math.min(window - (done - (arrived[index] ?? 0)), share - done);
    if (size <= 0) return;
    sent[index] = done + size;
    const [train = [], first] = [trains[index], done % window];
    const packets = [
      ...train.slice(first, first + size),
      ...train.slice(0, Math.max(0, first + size - window)),
    ];
    publishers[index]?.write(Buffer.concat(packets));
  };
  const subscriber = await subscribe(options, (index) => {
    total += 1;
    lastAt = performance.now();
    arrived[index] = (arrived[index] ?? 0) + 1;
    if ((sent[index] ?? 0) - (arrived[index] ?? 0) <= window / 2) send(index);
  });
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) send(index);
  while (total < share * count && performance.now() - lastAt < SILENCE_MS) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const socket of [...publishers, subscriber]) socket.destroy();
  const seconds = (lastAt - startedAt) / 1000;
  return { messagesPerSecond: Math.round(total / seconds), arrived: total / (share * count) };
}

/** A window of packets, encoded once: the generator should cost less than what it measures. */
function trainOf(index: number, { qos, window }: RouteOptions): Buffer[] {
  const topic = topicOf(index);
  const plain = { cmd: "publish", topic, payload: PAYLOAD, dup: false, retain: false } as const;
  return Array.from({ length: window }, (_, at) =>
    generate(qos === 0 ? { ...plain, qos } : { ...plain, qos, messageId: at + 1 }),
  );
}

/** The publisher's number stands in the last four bytes. */
function topicOf(index: number): string {
  return `bench/route/${String(index).padStart(4, "0")}`;
}

async function open({ port }: RouteOptions, index: number): Promise<Socket> {
  const socket = await enter(port, `publisher-${index}`);
  socket.resume();
  return socket;
}

async function subscribe(
  { port, qos }: RouteOptions,
  onMessage: (index: number) => void,
): Promise<Socket> {
  const socket = await enter(port, "subscriber");
  const acks: Buffer[] = [];
  const reader = new PacketReader(({ buffer, start, body }) => {
    if ((buffer[start] ?? 0) >> 4 !== PUBLISH) return;
    const topicEnd = body + 2 + buffer.readUInt16BE(body);
    onMessage(Number(buffer.toString("latin1", topicEnd - 4, topicEnd)));
    if (qos === 0) return;
    const ack = Buffer.from([0x40, 2, buffer[topicEnd] ?? 0, buffer[topicEnd + 1] ?? 0]);
    acks.push(ack);
  });
  socket.on("data", (chunk) => {
    reader.read(chunk);
    if (acks.length > 0) socket.write(Buffer.concat(acks.splice(0)));
  });
  const subscriptions = [{ topic: "bench/route/#", qos }];
  socket.write(generate({ cmd: "subscribe", messageId: 1, subscriptions }));
  await new Promise((resolve) => setTimeout(resolve, 200));
  return socket;
}

function enter(port: number, clientId: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    socket.once("error", reject);
    socket.once("data", () => resolve(socket));
    socket.write(generate({ cmd: "connect", clientId, clean: true, keepalive: 0 }));
  });
}

/** In a process of its own: options as JSON in the first argument, the result as one JSON line. */
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const options: RouteOptions = JSON.parse(process.argv[2] ?? "{}");
  process.stdout.write(`${JSON.stringify(await runRoute(options))}\n`);
  process.exit(0);
}

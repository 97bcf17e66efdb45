import { connect, type Socket } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { generate } from "mqtt-packet";

/** Who connects; where absent, clients are named as their agents are and show no password. */
export type Account = {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
};

export type LoadOptions = {
  readonly host?: string;
  readonly port: number;
  readonly clients: number;
  /** Messages of all clients together. */
  readonly messages: number;
  /** Messages that a client has on its way without an acknowledgement. */
  readonly window: number;
  /** The first message's millisecond of the day: two runs against one server keep apart. */
  readonly startMs?: number;
  /** All speak MindSphere, with so many values in a message; else half of them, with four. */
  readonly values?: number;
  /** All messages of a second together, each in a packet of its own; else as fast as it goes. */
  readonly perSecond?: number;
  /** Of client 0, 1, 2 …: even ones speak MindSphere, odd ones viaSens. */
  readonly accounts?: readonly Account[];
};

export type LoadResult = {
  readonly acknowledged: number;
  /** Samples in them: four of each MindSphere message, one of each viaSens message. */
  readonly samples: number;
  readonly seconds: number;
  readonly messagesPerSecond: number;
  /**
   * From the write to the acknowledgement, in milliseconds, of one message in a hundred; none of
   * the first ones, while the generator's own code is cold and it sends in bursts.
   */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the generator itself. */
  readonly cpuSeconds: number;
  /** How late its own event loop was: what it sends late, and sees late, is not the broker's. */
  readonly ownDelayP99Ms: number;
};

type Wire = {
  readonly topic: string;
  readonly bytes: Buffer;
  readonly packetIdAt: number;
  /** Where `HH:MM:SS.mmm` stands, -1 where the message has no time stamp. */
  readonly timeAt: number;
  /** Where the digit of the node stands, -1 where the message is of no node. */
  readonly nodeAt: number;
  readonly samples: number;
};

const DAY_MS = 86_400_000;
const ACK_BYTES = 4;
/** That one viaSens client speaks for, in turn: one sensor has at most a value a millisecond. */
const NODES = 4;
/** Into which a client reads, again and again: its own garbage would make it late. */
const READ_BYTES = 4 * 1024;
const SAMPLE_EVERY = 100;
/** How often its own event loop is looked at; what is measured is from one beat to the next. */
const OWN_BEAT_MS = 1;
/** Share of the messages that are sent before delays are measured. */
const COLD = 0.1;
const TIME = "00:00:00.000";
const SEED = [
  { dataPointId: "realEnergy", value: 605, qualityCode: "0" },
  { dataPointId: "apparentEnergy", value: 15, qualityCode: "0" },
  { dataPointId: "validEnergy", value: "true", qualityCode: "0" },
  { dataPointId: "dataPoint4", value: 87, qualityCode: "0" },
];

/**
 * Publishes with QoS 1 from raw sockets, pre-encoded, and counts what is acknowledged. Tells when
 * all are connected: what that costs is no part of what a message costs.
 */
async function runLoad(
  options: LoadOptions,
  onConnected: () => void = () => {},
): Promise<LoadResult> {
  const clients = Array.from({ length: options.clients }, (_, index) => new Client(options, index));
  await Promise.all(clients.map((client) => client.open()));
  onConnected();
  const ownDelay = monitorEventLoopDelay({ resolution: OWN_BEAT_MS });
  ownDelay.enable();
  const share = Math.floor(options.messages / options.clients);
  const before = performance.now();
  const pacer = options.perSecond ? pace(clients, options.perSecond) : undefined;
  await Promise.all(clients.map((client) => client.publish(share)));
  clearInterval(pacer);
  const seconds = (performance.now() - before) / 1000;
  for (const client of clients) client.close();
  const delays = clients.flatMap((client) => client.delays).toSorted((a, b) => a - b);
  const { user, system } = process.cpuUsage();
  return {
    acknowledged: share * options.clients,
    samples: clients.reduce((sum, client) => sum + client.wire.samples * share, 0),
    seconds,
    messagesPerSecond: Math.round((share * options.clients) / seconds),
    p50Ms: delays[Math.floor(delays.length / 2)] ?? 0,
    p99Ms: delays[Math.floor(delays.length * 0.99)] ?? 0,
    cpuSeconds: (user + system) / 1e6,
    ownDelayP99Ms: ownDelay.percentile(99) / 1e6 - OWN_BEAT_MS,
  };
}

/** Lets the clients send in turn, as many as are due: a timer is late by a millisecond or two. */
function pace(clients: readonly Client[], perSecond: number): NodeJS.Timeout {
  const before = performance.now();
  let sent = 0;
  return setInterval(() => {
    for (const due = ((performance.now() - before) * perSecond) / 1000; sent < due; sent += 1) {
      clients[sent % clients.length]?.sendOne();
    }
  }, 1);
}

class Client {
  readonly wire: Wire;
  readonly delays: number[] = [];
  readonly #options: LoadOptions;
  readonly #account: Account;
  /** Clients look at the time at different messages, so that no moment counts for all of them. */
  readonly #index: number;
  readonly #sentAt = new Map<number, number>();
  #socket: Socket | undefined;
  #sent = 0;
  #acknowledged = 0;
  #wanted = 0;
  #ackBytes = 0;
  #packets: Buffer = Buffer.alloc(0);
  #heard: (buffer: Uint8Array, bytes: number) => void = () => {};
  #onDone: () => void = () => {};

  constructor(options: LoadOptions, index: number) {
    this.#options = options;
    this.#index = index;
    const isMindsphere = index % 2 === 0 || options.values !== undefined;
    this.wire = isMindsphere ? mindsphere(index, options.values) : viasens(index);
    const clientId = index % 2 === 0 ? `acme_agent_${index}` : `net${index}`;
    this.#account = options.accounts?.[index] ?? { clientId, username: "", password: "" };
  }

  open(): Promise<void> {
    const { host = "127.0.0.1", port } = this.#options;
    return new Promise((resolve, reject) => {
      const { clientId } = this.#account;
      const greeted = (connack: Uint8Array) => {
        this.#heard = (acks, bytes) => this.#count(acks, bytes);
        if (connack[3] === 0) resolve();
        else reject(new Error(`${clientId} was refused with code ${connack[3]}`));
      };
      this.#heard = greeted;
      const onread = {
        buffer: Buffer.alloc(READ_BYTES),
        callback: (bytes: number, buffer: Uint8Array) => {
          this.#heard(buffer, bytes);
          return true;
        },
      };
      const wish = { host, port, noDelay: true, onread };
      const socket = connect(wish, () => socket.write(this.#connect()));
      this.#socket = socket;
      socket.on("error", reject);
      socket.on("close", () => reject(new Error(`${clientId} lost its connection`)));
    });
  }

  publish(messages: number): Promise<void> {
    this.#wanted = messages;
    return new Promise((resolve, reject) => {
      this.#onDone = resolve;
      this.#socket?.on("close", () => reject(new Error("the connection was lost under load")));
      if (this.#options.perSecond === undefined) this.#send();
    });
  }

  sendOne(): void {
    this.#send(1);
  }

  close(): void {
    this.#socket?.destroy();
  }

  #connect(): Buffer {
    const { clientId, username, password } = this.#account;
    const login = username === "" ? {} : { username, password: Buffer.from(password) };
    return generate({ cmd: "connect", clientId, clean: true, keepalive: 0, ...login });
  }

  #count(acks: Uint8Array, read: number): void {
    const now = performance.now();
    for (let at = (ACK_BYTES - this.#ackBytes) % ACK_BYTES; at + 3 < read; at += ACK_BYTES) {
      const packetId = ((acks[at + 2] ?? 0) << 8) | (acks[at + 3] ?? 0);
      const since = this.#sentAt.get(packetId);
      if (since === undefined) continue;
      this.#sentAt.delete(packetId);
      this.delays.push(now - since);
    }
    const bytes = this.#ackBytes + read;
    this.#acknowledged += Math.floor(bytes / ACK_BYTES);
    this.#ackBytes = bytes % ACK_BYTES;
    if (this.#acknowledged >= this.#wanted) this.#onDone();
    else if (this.#options.perSecond === undefined) this.#send();
  }

  /** Fills the window with one write. */
  #send(most = this.#options.window): void {
    const free = Math.min(most, this.#options.window - (this.#sent - this.#acknowledged));
    const count = Math.min(free, this.#wanted - this.#sent);
    if (count <= 0) return;
    const { bytes, packetIdAt, timeAt, nodeAt } = this.wire;
    const { startMs = 0 } = this.#options;
    const packets = this.#room(bytes.length * count);
    for (let index = 0; index < count; index += 1) {
      const start = index * bytes.length;
      bytes.copy(packets, start);
      const packetId = (this.#sent % 65_535) + 1;
      packets.writeUInt16BE(packetId, start + packetIdAt);
      if (timeAt >= 0) writeTime(packets, start + timeAt, (startMs + this.#sent) % DAY_MS);
      if (nodeAt >= 0) packets[start + nodeAt] = 49 + (this.#sent % NODES);
      const isSample = (this.#sent + this.#index) % SAMPLE_EVERY === 0;
      if (isSample && this.#sent >= this.#wanted * COLD)
        this.#sentAt.set(packetId, performance.now());
      this.#sent += 1;
    }
    this.#socket?.write(packets);
  }

  /** For packets: where those before them were, once the kernel has these. */
  #room(bytes: number): Buffer {
    const isFree = this.#socket?.writableLength === 0 && this.#packets.length >= bytes;
    if (!isFree) this.#packets = Buffer.allocUnsafeSlow(bytes);
    return this.#packets.subarray(0, bytes);
  }
}

/** The seed's four values, or as many as wanted, once a millisecond of yesterday. */
function mindsphere(index: number, wanted = SEED.length): Wire {
  const values = Array.from({ length: wanted }, (_, at) => {
    const value = SEED[at % SEED.length];
    return at < SEED.length ? value : { ...value, dataPointId: `dataPoint${at + 1}` };
  });

  const day = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);
  const timeseries = [{ timestamp: `${day}T${TIME}Z`, values }];
  const topic = `tc/acme/acme_agent_${index}/o/mc_v3/ts`;
  return wired(topic, JSON.stringify({ timeseries }), values.length);
}

function viasens(index: number): Wire {
  const payload = JSON.stringify({ type: "humid", payload: { humidity: 49 } });
  const wire = wired(`/sauter/viasens/net${index}/1`, payload, 1);
  return { ...wire, nodeAt: wire.bytes.indexOf(wire.topic) + wire.topic.length - 1 };
}

function wired(topic: string, payload: string, samples: number): Wire {
  const publish = { cmd: "publish", topic, payload, dup: false, retain: false } as const;
  const bytes = generate({ ...publish, qos: 1, messageId: 1 });
  const timeAt = bytes.indexOf(TIME);
  const packetIdAt = bytes.length - payload.length - 2;
  return { topic, bytes, packetIdAt, timeAt, nodeAt: -1, samples };
}

/** Writes `HH:MM:SS.mmm`, digit by digit: the generator should cost less than what it measures. */
function writeTime(bytes: Buffer, at: number, timeMs: number): void {
  const seconds = Math.floor(timeMs / 1000);
  writeDigits(bytes, at + 2, Math.floor(seconds / 3600));
  writeDigits(bytes, at + 5, Math.floor(seconds / 60) % 60);
  writeDigits(bytes, at + 8, seconds % 60);
  writeDigits(bytes, at + 12, timeMs % 1000);
}

/** Writes a number so that it ends before `end`; the digits before it stay. */
function writeDigits(bytes: Buffer, end: number, value: number): void {
  bytes[end - 1] = 48 + (value % 10);
  bytes[end - 2] = 48 + (Math.floor(value / 10) % 10);
  if (value >= 100) bytes[end - 3] = 48 + Math.floor(value / 100);
}

/**
 * In a process of its own: options as JSON in the first argument; says `connected`, and the result
 * as one JSON line.
 */
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const options: LoadOptions = JSON.parse(process.argv[2] ?? "{}");
  const sayConnected = () => process.stdout.write("connected\n");
  process.stdout.write(`${JSON.stringify(await runLoad(options, sayConnected))}\n`);
  process.exit(0);
}

import type { Duplex } from "node:stream";
import { connect, type IClientOptions, MqttClient } from "mqtt";
import { LIMIT } from "../domain/limit.ts";
import type { Message } from "../domain/message.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Opening } from "./installation.ts";
import { line } from "./line.ts";

/** How an agent reaches its broker, and who it says it is. */
export type Connection = {
  /** `mqtt://host:port` or `mqtts://…`, or the ear of a broker in this process. */
  readonly broker: string | ((stream: Duplex) => void);
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM texts: the client's certificate and key, and whom it trusts. */
  readonly tls?: { readonly key?: string; readonly certificate?: string; readonly ca?: string };
};

/** Messages put on the wire, acknowledged by the broker, and lost for want of a listener. */
export type Counts = {
  readonly sent: number;
  readonly acknowledged: number;
  readonly lost: number;
};

type WireParts = {
  readonly opening: Opening;
  /** Called each time the connection is made, after the opening was said. */
  readonly onUp: () => void;
  readonly onMessage: (message: Message) => void;
  readonly clock: Clock;
  readonly log: Log;
};

/** One MQTT connection that is made again and again until it is closed. */
export type Wire = {
  /** Lost without a connection, and while too much is not yet acknowledged. */
  publish(message: Message): void;
  counts(): Counts;
  /** Gone without a goodbye, until `mend`: the broker speaks its will. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
};

const RECONNECT_MS = 2_000;
const GRACE_MS = 2_000;
const KEEP_ALIVE_S = 60;

export function openWire(connection: Connection, parts: WireParts): Wire {
  const { opening, log } = parts;
  const client = clientOf(connection, opening);
  const counts = { sent: 0, acknowledged: 0, lost: 0 };
  let waiting = 0;
  let onIdle = () => {};

  const publish = (message: Message): void => {
    if (!client.connected || waiting >= LIMIT.simulatedUnacknowledged) {
      counts.lost += 1;
      return;
    }
    const { topic, payload, retain = false, qos = 1 } = message;
    counts.sent += 1;
    waiting += 1;
    client.publish(topic, Buffer.from(payload), { retain, qos }, (error) => {
      waiting -= 1;
      if (!error) counts.acknowledged += 1;
      if (waiting === 0) onIdle();
    });
  };
  client.on("connect", () => {
    log.info("connected");
    for (const message of opening.beforeSubscribing) publish(message);
    for (const filter of opening.subscriptions) client.subscribe(filter, { qos: 1 });
    for (const message of opening.afterSubscribing) publish(message);
    parts.onUp();
  });
  client.on("message", (topic, payload, { retain }) => parts.onMessage({ topic, payload, retain }));
  client.on("close", () => log.debug("not connected"));
  client.on("error", (error) =>
    log.warn("broker not reached or not willing", { error: String(error) }),
  );
  return {
    publish,
    counts: () => ({ ...counts }),
    cut: () => void client.end(true),
    mend: () => void client.reconnect(),
    async close() {
      await new Promise<void>((resolve) => {
        onIdle = resolve;
        // What is on its way may still be acknowledged, but not for ever.
        parts.clock.after(waiting > 0 && client.connected ? GRACE_MS : 0, resolve);
      });
      // Devices that are switched off do not say goodbye: the broker speaks their will.
      await client.endAsync(true);
    },
  };
}

function clientOf({ broker, tls, ...who }: Connection, opening: Opening): MqttClient {
  const options: IClientOptions = {
    ...who,
    clean: true,
    protocolVersion: 4,
    keepalive: KEEP_ALIVE_S,
    reconnectPeriod: RECONNECT_MS,
    resubscribe: false,
    ...(tls?.key && { key: tls.key }),
    ...(tls?.certificate && { cert: tls.certificate }),
    ...(tls?.ca && { ca: tls.ca }),
    ...(opening.will && { will: willOf(opening.will) }),
  };
  if (typeof broker === "string") return connect(broker, options);
  return new MqttClient(() => {
    const [near, far] = line();
    broker(far);
    return near;
  }, options);
}

function willOf({ topic, payload, retain = false, qos = 1 }: Message): IClientOptions["will"] {
  return { topic, payload: Buffer.from(payload), retain, qos };
}

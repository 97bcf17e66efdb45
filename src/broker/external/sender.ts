import { LIMIT } from "../../domain/limit.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { PacketView } from "../packet-reader.ts";
import { numberAt, PACKET, RETAIN_BIT } from "../protocol.ts";
import type { Conversation, Wire } from "./line.ts";
import { ackReason, FAILED, OURS, type Welcome } from "./packet.ts";

type Waiting = {
  readonly message: Message;
  readonly settle: (outcome: Outcome<void, Problem>) => void;
};

const NOTHING = Buffer.alloc(0);
const PACKET_ID_MAX = 65_535;
const QOS_1 = 1 << 1;
/** Of a PUBLISH packet: all that is neither topic nor payload. */
const HEAD_BYTES_MAX = 32;

/**
 * Sends at QoS 1 and settles when the broker has taken the message. What is on its way when the
 * connection is lost is not sent again by itself: an order that comes late can do harm.
 */
export class Sender implements Conversation {
  readonly #wire: Wire;
  readonly #window: number;
  readonly #welcome: Welcome;
  readonly #now: () => number;
  readonly #onWay = new Map<number, Waiting["settle"]>();
  readonly #waiting: Waiting[] = [];
  #packetId = 0;

  constructor(wire: Wire, welcome: Welcome, now: () => number) {
    this.#wire = wire;
    this.#now = now;
    this.#welcome = welcome;
    this.#window = Math.min(welcome.receiveMaximum, LIMIT.externalSending);
  }

  send(message: Message): Promise<Outcome<void, Problem>> {
    const bytes = Buffer.byteLength(message.topic) + message.payload.length + HEAD_BYTES_MAX;
    if (bytes > this.#welcome.maximumPacketBytes) {
      const detail = `${bytes} bytes are more than the broker takes`;
      return Promise.resolve(failure(problem("payload_too_large", detail)));
    }
    if (this.#waiting.length >= LIMIT.externalWaiting) {
      return Promise.resolve(down("the broker takes messages more slowly than they are sent"));
    }
    return new Promise((settle) => {
      this.#waiting.push({ message, settle });
      this.#pump();
    });
  }

  readonly take = (packet: PacketView): void => {
    const type = (packet.buffer[packet.start] ?? 0) >> 4;
    if (type !== PACKET.puback) return;
    const packetId = numberAt(packet.buffer, packet.body);
    const settle = this.#onWay.get(packetId);
    this.#onWay.delete(packetId);
    settle?.(outcomeOf(ackReason(packet)));
    this.#pump();
  };

  readonly ended = (): void => {
    const lost = down("the connection to the broker was lost before it had taken the message");
    for (const settle of this.#onWay.values()) settle(lost);
    for (const { settle } of this.#waiting.splice(0)) settle(lost);
    this.#onWay.clear();
  };

  #pump(): void {
    while (this.#onWay.size < this.#window) {
      const next = this.#waiting.shift();
      if (!next) return;
      const { message, settle } = next;
      const { expiresAt } = message;
      const secondsLeft = expiresAt === undefined ? null : secondsUntil(expiresAt, this.#now());
      if (secondsLeft !== null && secondsLeft <= 0) {
        settle(down("its time was over before the broker could take it"));
        continue;
      }
      const packetId = this.#nextId();
      this.#onWay.set(packetId, settle);
      this.#write(message, packetId, secondsLeft);
    }
  }

  #write(
    { topic, payload, retain = false }: Message,
    packetId: number,
    secondsLeft: number | null,
  ): void {
    const { writer, version, send } = this.#wire;
    const isKept = retain && this.#welcome.retain;
    const first = (PACKET.publish << 4) | QOS_1 | (isKept ? RETAIN_BIT : 0);
    const properties = version === 5 ? OURS : NOTHING;
    const message = { topic, topicBytes: Buffer.from(topic), payload, properties };
    writer.publish({ message, first, ids: [] }, packetId, secondsLeft);
    send();
  }

  /** 0 is none; those that are on their way are taken. */
  #nextId(): number {
    do this.#packetId = (this.#packetId % PACKET_ID_MAX) + 1;
    while (this.#onWay.has(this.#packetId));
    return this.#packetId;
  }
}

/** MQTT 5 counts whole seconds: the broker forgets it a little late rather than too early. */
function secondsUntil(expiresAt: number, now: number): number {
  return Math.ceil((expiresAt - now) / 1000);
}

function outcomeOf(reason: number): Outcome<void, Problem> {
  if (reason < FAILED) return success(undefined);
  return failure(
    problem("topic_forbidden", `the broker refused it, reason 0x${reason.toString(16)}`),
  );
}

function down(detail: string): Outcome<never, Problem> {
  return failure(problem("link_down", detail));
}

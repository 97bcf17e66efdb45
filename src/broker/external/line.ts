import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { LIMIT } from "../../domain/limit.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Clock, Timer } from "../../lib/clock.ts";
import { PacketReader, type PacketView } from "../packet-reader.ts";
import { PacketWriter } from "../packet-writer.ts";
import { PACKET } from "../protocol.ts";
import type { ServerAddress } from "./external.ts";
import {
  decodeConnack,
  encodeConnect,
  encodeDisconnect,
  encodePing,
  isBusy,
  isWrongLevel,
  type Spoken,
  type Welcome,
} from "./packet.ts";

/** What is spoken on one connection, from CONNACK to its end. */
export type Conversation = {
  readonly take: (packet: PacketView) => void;
  /** Called once; nothing can be written any more. */
  readonly ended: () => void;
};

/** The wire of a conversation: what is written in one turn leaves in one go. */
export type Wire = {
  readonly version: Spoken;
  readonly writer: PacketWriter;
  /** Sends what was written, at the end of this turn. */
  readonly send: () => void;
  readonly holdBack: (isHeldBack: boolean) => void;
  /** Ends the connection; another one is tried. */
  readonly hangUp: (cause: string) => void;
};

/** One node of a cluster, and who we are there. */
type NodeAddress = Omit<ServerAddress, "hosts"> & ServerAddress["hosts"][number];

const SECOND_MS = 1_000;

export type End = {
  readonly problem: Problem;
  /** How long we were welcome. */
  readonly lastedMs: number;
  /** It said that it does not speak MQTT 5, or heard our greeting and closed without a word. */
  readonly isOldBroker: boolean;
  /** It is there, and had no time for us. */
  readonly isBusy: boolean;
  readonly wasWelcome: boolean;
};

type LineParts = {
  readonly will?: () => Message | null;
  readonly clientId: string;
  readonly isFresh: boolean;
  /** How long a broker that took the connection is waited for. Fallback: as for the connection. */
  readonly welcomeWithinMs?: number;
  readonly begin: (wire: Wire, welcome: Welcome) => Conversation;
  readonly clock: Clock;
  readonly onWelcome: () => void;
  readonly onEnd: (end: End) => void;
};

/** One connection, from the socket's opening to its end. */
export class Line {
  readonly #parts: LineParts;
  readonly #socket: Socket;
  readonly #reader: PacketReader;
  readonly #writer = new PacketWriter();
  readonly #version: Spoken;
  #conversation: Conversation | undefined;
  #watch: Timer | undefined;
  #silentSeconds = 0;
  #keepAliveSeconds: number = LIMIT.externalKeepAliveSeconds;
  #pingSeconds = 0;
  #isSending = false;
  #isThere = false;
  #isGreeted = false;
  #welcomeAt = 0;
  #isOver = false;

  constructor(address: NodeAddress, version: Spoken, parts: LineParts) {
    this.#parts = parts;
    this.#version = version;
    this.#writer.isV5 = version === 5;
    this.#reader = new PacketReader((packet) => this.#take(packet), LIMIT.externalPacketBytes);
    this.#socket = openSocket(address);
    const ready = address.tls ? "secureConnect" : "connect";
    this.#socket.once("connect", () => {
      this.#isThere = true;
    });
    this.#socket.once(ready, () => this.#greet(address));
    this.#socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#socket.on("error", (error) => this.#over(problem("link_down", error.message)));
    this.#socket.on("close", () => this.#over(problem("link_down", "the broker closed")));
    this.#watch = parts.clock.after(LIMIT.externalConnectMs, () => this.#waitOn());
  }

  get isWelcome(): boolean {
    return this.#conversation !== undefined && !this.#isOver;
  }

  /** Says goodbye; what was written before still leaves. */
  end(): void {
    if (this.isWelcome) this.#writer.raw(encodeDisconnect());
    this.#flush();
    this.#socket.end();
    this.#over(problem("link_down", "the house has closed the connection"));
  }

  /** Whoever took the connection may have others to welcome before us. */
  #waitOn(): void {
    const { welcomeWithinMs = 0, clock } = this.#parts;
    const leftMs = this.#isThere ? welcomeWithinMs - LIMIT.externalConnectMs : 0;
    const late = problem("link_down", "the broker did not answer in time");
    const giveUp = () => this.#over(late, { isBusy: this.#isThere });
    if (leftMs > 0) this.#watch = clock.after(leftMs, giveUp);
    else giveUp();
  }

  #greet({ username, password }: NodeAddress): void {
    const { clientId, isFresh, will } = this.#parts;
    const bytes = encodeConnect({
      ...{ version: this.#version, clientId, username, password, isFresh },
      keepAliveSeconds: LIMIT.externalKeepAliveSeconds,
      sessionExpirySeconds: LIMIT.sessionAwayMs / SECOND_MS,
      receiveMaximum: LIMIT.externalUnacknowledged,
      maximumPacketBytes: LIMIT.externalPacketBytes,
      will: will?.() ?? null,
    });
    this.#socket.write(bytes);
    this.#isGreeted = true;
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#silentSeconds = 0;
    const trouble = this.#reader.read(chunk);
    if (trouble) this.#over(trouble);
  }

  #take(packet: PacketView): void {
    if (this.#isOver) return;
    const type = (packet.buffer[packet.start] ?? 0) >> 4;
    if (type === PACKET.disconnect) this.#over(farewell(packet));
    else if (this.#conversation) this.#conversation.take(packet);
    else if (type === PACKET.connack) this.#welcomed(packet);
    else this.#over(problem("packet_malformed", "the broker sent no CONNACK"));
  }

  #welcomed(packet: PacketView): void {
    const connack = decodeConnack(packet, this.#version);
    if (!connack.ok) {
      const { problem: trouble, reason } = connack.problem;
      this.#over(trouble, { isOldBroker: isWrongLevel(reason), isBusy: isBusy(reason) });
      return;
    }
    this.#watch?.cancel();
    this.#welcomeAt = this.#parts.clock.monotonic();
    this.#keepAliveSeconds = connack.value.keepAliveSeconds ?? LIMIT.externalKeepAliveSeconds;
    this.#parts.onWelcome();
    this.#conversation = this.#parts.begin(this.#wire(), connack.value);
    this.#everySecond();
  }

  #wire(): Wire {
    return {
      version: this.#version,
      writer: this.#writer,
      send: () => {
        if (this.#isSending) return;
        this.#isSending = true;
        setImmediate(() => this.#flush());
      },
      holdBack: (isHeldBack) => void (isHeldBack ? this.#socket.pause() : this.#socket.resume()),
      hangUp: (cause) => this.#over(problem("link_down", cause)),
    };
  }

  /** A ping each half of the time in which the broker wants to hear something: section 3.1.2.10. */
  #everySecond(): void {
    this.#watch = this.#parts.clock.after(SECOND_MS, () => {
      // While the house takes no more, nothing can be read: that is not the broker's silence.
      if (!this.#socket.isPaused()) this.#silentSeconds += 1;
      const half = Math.max(1, Math.floor(this.#keepAliveSeconds / 2));
      if (this.#silentSeconds > half * 3) {
        this.#over(problem("link_down", "the broker has fallen silent"));
        return;
      }
      this.#pingSeconds = (this.#pingSeconds + 1) % half;
      if (this.#pingSeconds === 0) this.#socket.write(encodePing());
      this.#everySecond();
    });
  }

  #flush(): void {
    this.#isSending = false;
    if (this.#writer.waiting > 0 && !this.#socket.destroyed)
      this.#socket.write(this.#writer.take());
  }

  #over(trouble: Problem, { isOldBroker = false, isBusy = false } = {}): void {
    if (this.#isOver) return;
    const wasWelcome = this.isWelcome;
    this.#isOver = true;
    this.#watch?.cancel();
    this.#reader.halt();
    if (!this.#socket.writableEnded) this.#socket.destroy();
    this.#conversation?.ended();
    const isMute = this.#isGreeted && !wasWelcome && trouble.code === "link_down";
    const lastedMs = wasWelcome ? this.#parts.clock.monotonic() - this.#welcomeAt : 0;
    const isOld = isOldBroker || isMute;
    this.#parts.onEnd({ problem: trouble, lastedMs, isOldBroker: isOld, isBusy, wasWelcome });
  }
}

/** MQTT 5 brokers say why they go: section 3.14.2.1. */
function farewell({ buffer, body, end }: PacketView): Problem {
  const reason = end > body ? (buffer[body] ?? 0) : 0;
  return problem("link_down", `the broker said goodbye, reason 0x${reason.toString(16)}`);
}

function openSocket({ host, port, tls }: NodeAddress): Socket {
  const socket = tls
    ? connectTls({ host, port, ...tlsOptions(tls) })
    : connectPlain({ host, port });
  socket.setNoDelay(true);
  return socket;
}

function tlsOptions({ ca, key, certificate }: NonNullable<NodeAddress["tls"]>) {
  return {
    ...(ca !== undefined && { ca }),
    ...(key !== undefined && { key }),
    ...(certificate !== undefined && { cert: certificate }),
  };
}

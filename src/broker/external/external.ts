import type { AgentId, Timestamp } from "../../domain/brand.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { isValidTopic } from "../../domain/topic.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Account, Broker, BrokerParts, Capabilities } from "../broker.ts";
import { Client } from "./client.ts";
import { DynamicSecurity } from "./dynamic-security.ts";
import { IntakeClient } from "./intake-client.ts";
import { OutgoingClient, type OutgoingParts } from "./outgoing.ts";
import type { Welcome } from "./packet.ts";
import type { ReceiverParts } from "./receiver.ts";
import { Sender } from "./sender.ts";

export type ServerAddress = {
  /** The nodes of one cluster, tried in turn. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly username: string | null;
  readonly password: string | null;
  /** PEM texts; null for TCP without TLS. */
  readonly tls: {
    readonly ca?: string;
    readonly key?: string;
    readonly certificate?: string;
  } | null;
};

type ExternalOptions = {
  readonly address: ServerAddress;
  /** Of all Fieldlines at this broker that share the work; part of client ids. */
  readonly share: string;
  /** Which of the workers this one is, from 0: the broker keeps a session for each. */
  readonly worker: number;
  /** What to take in, shared with the other workers; nothing where this process only sends. */
  readonly filters: readonly string[];
  /** What one worker takes in alone, in its order. Fallback: nothing. */
  readonly ordered?: readonly string[];
  /** False for a worker: what the house says, another process sends. Fallback: true. */
  readonly isSending?: boolean;
  /** Whether the broker's rights are kept in step by Mosquitto's dynamic security. */
  readonly isProvisioned?: boolean;
  /** Where it is remembered that the broker keeps a session. */
  readonly folder?: string;
};

type ExternalParts = Pick<BrokerParts, "receive" | "onRefused" | "clock" | "gauges" | "log"> &
  Pick<ReceiverParts, "agentOf" | "onGap"> & {
    /** All agents, for a broker that is provisioned. */
    readonly accounts: () => Promise<readonly Account[]>;
    /** That the house is here: said whenever the broker comes, and the contrary if we die. */
    readonly announcement?: (isHere: boolean, at: Timestamp) => Message | null;
    readonly chance: () => number;
    /**
     * Whether this worker is the first, who takes in everything where the broker spreads nothing;
     * null where the house has not said so lately. Fallback: worker 0 is.
     */
    readonly isFirst?: () => boolean | null;
  };

/** The session at the broker of whoever is first. */
const FIRST = 0;

/**
 * A broker or a cluster of them that somebody else runs. Two connections: one takes in, with a
 * session that the broker keeps for this worker while it is away, and one sends, without any.
 */
export async function openExternalBroker(
  options: ExternalOptions,
  parts: ExternalParts,
): Promise<Outcome<ExternalBroker, Problem>> {
  const broker = new ExternalBroker(options, parts);
  const trouble = await broker.begin();
  if (trouble?.code !== "broker_refused") return success(broker);
  // What was wrong when it started will not mend itself; a broker that is away comes back.
  await broker.close();
  return failure(trouble);
}

/** A connection to somebody else's broker that only sends, as one of the agents there. */
export interface Outgoing {
  /** Why it is not connected; null while it is. */
  readonly trouble: Problem | null;
  /** Settles when the first try to connect has come to something. */
  tried(): Promise<void>;
  /** Settles when the broker has taken the message. */
  send(message: Message): Promise<Outcome<void, Problem>>;
  close(): void;
}

/** It is made again and again until it is closed, whatever the broker says. */
export function openOutgoing(address: ServerAddress, parts: OutgoingParts): Outgoing {
  return new OutgoingClient(address, parts);
}

class ExternalBroker implements Broker {
  readonly host: string;
  readonly ports: Broker["ports"];
  readonly #options: ExternalOptions;
  readonly #parts: ExternalParts;
  readonly #sending: Client | null;
  readonly #receiving: IntakeClient | null;
  /** With the first one's session, where that is another's and this worker has taken its place. */
  #standIn: IntakeClient | null = null;
  readonly #security: DynamicSecurity | null;
  #sender: Sender | undefined;
  #welcome: Welcome | undefined;
  /** Topics besides those that the options name. */
  #more: readonly string[] = [];
  #version: 4 | 5 = 4;
  #isClosed = false;

  constructor(options: ExternalOptions, parts: ExternalParts) {
    const { address, share, worker, filters, isSending = true } = options;
    this.#options = options;
    this.#parts = parts;
    const [{ host = "", port = null } = {}] = address.hosts;
    this.host = host;
    this.ports = { mqtt: address.tls ? null : port, mqtts: address.tls ? port : null };
    this.#sending = isSending ? this.#send(address, `${share}-send-${worker}`) : null;
    this.#receiving = filters.length === 0 ? null : this.#takeIn(worker);
    const { username: ownName } = address;
    const security = { ...parts, clientId: `${share}-rights-${worker}`, ownName };
    this.#security = options.isProvisioned ? new DynamicSecurity(address, security) : null;
  }

  get caps(): Capabilities {
    return {
      mqtt5: this.#version === 5,
      qos2: this.#welcome?.qos2 ?? false,
      shared: this.#welcome?.shared ?? false,
      presence: "none",
      kick: this.#security !== null,
      perMessageRights: false,
      storesFirst: false,
      listsRetained: false,
    };
  }

  /** Settles with what keeps it from working, if anything does, after the first try. */
  async begin(): Promise<Problem | null> {
    const all = [this.#sending, this.#receiving, this.#security];
    await Promise.all(all.map((each) => each?.settled()));
    return this.trouble;
  }

  /** Why it does not work as it should; null while it does. */
  get trouble(): Problem | null {
    const receiving = this.#receiving?.trouble ?? this.#standIn?.trouble;
    return this.#sending?.trouble ?? receiving ?? this.#security?.trouble ?? null;
  }

  /** Whether what devices publish from now on comes here, or waits for us at the broker. */
  get isTakingIn(): boolean {
    return this.#receiving?.isTakingIn ?? false;
  }

  /** Whether the broker spreads messages among workers; null while that is not known. */
  get isShared(): boolean | null {
    return this.#receiving?.isShared ?? null;
  }

  /** The house has said whether this worker is the first: see `isFirst`. */
  async lead(isFirst: boolean): Promise<void> {
    if (this.#isClosed || this.isShared !== false) return;
    const isOwn = this.#options.worker === FIRST;
    if (isOwn && !isFirst) await this.#receiving?.giveWay();
    if (isOwn || isFirst === (this.#standIn !== null)) return;
    const before = this.#standIn;
    this.#standIn = isFirst ? this.#takeIn(FIRST) : null;
    await before?.drain();
    before?.close();
  }

  async send(message: Message): Promise<Outcome<void, Problem>> {
    if (!isValidTopic(message.topic)) {
      return failure(problem("topic_forbidden", `"${message.topic}" is not a topic`));
    }
    const trouble = this.#sending?.trouble;
    if (this.#isClosed || trouble || !this.#sender) {
      return failure(problem("link_down", trouble?.detail ?? "the broker is closed"));
    }
    this.#parts.gauges.add("mqtt_messages_sent_total");
    return this.#sender.send(message);
  }

  /** These topics, too, are to be taken in from now on; what was said before does not count. */
  listen(topics: readonly string[]): void {
    this.#more = topics;
    this.#receiving?.listen(topics);
    this.#standIn?.listen(topics);
  }

  async provision(agent: AgentId, account: Account | null, password: string | null): Promise<void> {
    if (account) await this.#security?.change(account, password);
    else await this.#security?.remove(agent);
  }

  /** Only the other broker knows. */
  retained(_filter: string): readonly Message[] {
    return [];
  }

  disconnect(_agent: AgentId, _reason: string): number {
    return 0;
  }

  clients(): readonly [] {
    return [];
  }

  agentsHere(): ReadonlySet<never> {
    return new Set();
  }

  /** Devices come to the other broker; nobody is let in here. */
  accept(stream: import("node:stream").Duplex): void {
    stream.destroy();
  }

  /** Takes in no more, and waits until what came is safe and acknowledged. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all([this.#receiving?.drain(), this.#standIn?.drain()]);
    await this.#security?.close();
    this.#receiving?.close();
    this.#standIn?.close();
    this.#sending?.close();
  }

  #send(address: ServerAddress, clientId: string): Client {
    const parts = this.#parts;
    // Who listens believes an end only if it is no older than the beginning.
    let at = parts.clock.now() as Timestamp;
    return new Client(address, {
      ...parts,
      ...{ clientId, isFresh: true },
      will: () => {
        at = parts.clock.now() as Timestamp;
        return parts.announcement?.(false, at) ?? null;
      },
      begin: (wire, welcome, hasWill) => {
        this.#welcome = welcome;
        this.#version = wire.version;
        this.#sender = new Sender(wire, welcome, () => parts.clock.now());
        // A broker that does not take that the house is gone must not say that it is here.
        const here = hasWill ? parts.announcement?.(true, at) : null;
        if (here) void this.#sender.send(here);
        return this.#sender;
      },
    });
  }

  #takeIn(worker: number): IntakeClient {
    const { address, filters, ordered = [], folder } = this.#options;
    const share = { share: this.#options.share, worker, filters, ordered };
    // Every worker has a session of its own, but for that of the first: somebody else may have it.
    const { isFirst = () => true } = this.#parts;
    const mayConnect = (isShared: boolean | null) =>
      worker !== FIRST || isShared === true || isFirst();
    // Whoever had that session was heard for the last time so long ago.
    const isOwn = worker === this.#options.worker;
    const inheritedAt = this.#parts.clock.now() - LIMIT.workerSilentMs;
    const parts = { ...this.#parts, folder, mayConnect, ...(!isOwn && { inheritedAt }) };
    return new IntakeClient(address, share, this.#more, parts);
  }
}

import type { AgentId } from "../../domain/brand.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { isValidTopic } from "../../domain/topic.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Account, Broker, BrokerParts, Capabilities } from "../broker.ts";
import { Client } from "./client.ts";
import { DynamicSecurity } from "./dynamic-security.ts";
import { OutgoingClient, type OutgoingParts } from "./outgoing.ts";
import type { Welcome } from "./packet.ts";
import { Receiver, type ReceiverParts } from "./receiver.ts";
import { Sender } from "./sender.ts";
import { SessionMark } from "./session-mark.ts";
import { type Share, withMore } from "./share.ts";

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
    readonly announcement?: (isHere: boolean) => Message | null;
    readonly chance: () => number;
  };

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
  readonly #parts: ExternalParts;
  readonly #sending: Client | null;
  readonly #receiving: Client | null;
  readonly #security: DynamicSecurity | null;
  #sender: Sender | undefined;
  #receiver: Receiver | undefined;
  #welcome: Welcome | undefined;
  /** Topics besides those that the options name. */
  #more: readonly string[] = [];
  #share: Share | undefined;
  #version: 4 | 5 = 4;
  /** What the broker does not let us subscribe to; null until it has answered. */
  #refusedFilters: readonly string[] | null = null;
  #isClosed = false;

  constructor(options: ExternalOptions, parts: ExternalParts) {
    const { address, share, worker, filters, isSending = true } = options;
    this.#parts = parts;
    const [{ host = "", port = null } = {}] = address.hosts;
    this.host = host;
    this.ports = { mqtt: address.tls ? null : port, mqtts: address.tls ? port : null };
    this.#sending = isSending ? this.#send(address, `${share}-send-${worker}`) : null;
    this.#receiving = filters.length === 0 ? null : this.#receive(options);
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
    const lost = this.#sending?.trouble ?? this.#receiving?.trouble ?? this.#security?.trouble;
    if (lost) return lost;
    const [first] = this.#refusedFilters ?? [];
    if (first === undefined) return null;
    return problem("topic_forbidden", `the broker does not let Fieldline subscribe to '${first}'`);
  }

  /** Whether what devices publish from now on comes here, or waits for us at the broker. */
  get isTakingIn(): boolean {
    return this.#refusedFilters?.length === 0 && this.#receiving?.trouble === null;
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
    if (this.#share) this.#receiver?.change(withMore(this.#share, topics));
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
    await this.#receiver?.drain();
    await this.#security?.close();
    this.#receiving?.close();
    this.#sending?.close();
  }

  #send(address: ServerAddress, clientId: string): Client {
    const parts = this.#parts;
    return new Client(address, {
      ...parts,
      ...{ clientId, isFresh: true },
      will: () => parts.announcement?.(false) ?? null,
      begin: (wire, welcome, hasWill) => {
        this.#welcome = welcome;
        this.#version = wire.version;
        this.#sender = new Sender(wire, welcome, () => parts.clock.now());
        // A broker that does not take that the house is gone must not say that it is here.
        const here = hasWill ? parts.announcement?.(true) : null;
        if (here) void this.#sender.send(here);
        return this.#sender;
      },
    });
  }

  #receive(options: ExternalOptions): Client {
    const { address, worker, filters, ordered = [], folder } = options;
    const share = { share: options.share, worker, filters, ordered };
    this.#share = share;
    const clientId = `${options.share}-ingest-${worker}`;
    const mark = new SessionMark(folder, clientId);
    const onGranted = (refused: readonly string[]) => this.#granted(refused);
    const wish = { ...this.#parts, mark, onGranted };
    return new Client(address, {
      ...this.#parts,
      ...{ clientId, isFresh: false },
      begin: (wire, welcome) => {
        const all = { ...wish, share: withMore(share, this.#more) };
        this.#receiver = new Receiver(all, wire, welcome);
        return this.#receiver;
      },
    });
  }

  #granted(refused: readonly string[]): void {
    const before = this.#refusedFilters ?? [];
    this.#refusedFilters = refused;
    for (const filter of refused.filter((one) => !before.includes(one))) {
      this.#parts.log.error("the broker does not let us subscribe", { filter });
    }
  }
}

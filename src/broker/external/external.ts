import type { AgentId } from "../../domain/brand.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { isValidTopic } from "../../domain/topic.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Broker, BrokerParts, Capabilities } from "../broker.ts";
import { Client } from "./client.ts";
import type { Welcome } from "./packet.ts";
import { Receiver, type ReceiverParts } from "./receiver.ts";
import { Sender } from "./sender.ts";
import { SessionMark } from "./session-mark.ts";

export type ServerAddress = {
  readonly host: string;
  readonly port: number;
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
  /** What to take in; nothing where this process only sends. */
  readonly filters: readonly string[];
  /** Where it is remembered that the broker keeps a session. */
  readonly folder?: string;
};

type ExternalParts = Pick<BrokerParts, "receive" | "onRefused" | "clock" | "gauges" | "log"> &
  Pick<ReceiverParts, "agentOf" | "onGap"> & { readonly chance: () => number };

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

class ExternalBroker implements Broker {
  readonly ports = { mqtt: null, mqtts: null };
  readonly #parts: ExternalParts;
  readonly #clients: readonly Client[];
  #sender: Sender | undefined;
  #receiver: Receiver | undefined;
  #welcome: Welcome | undefined;
  #version: 4 | 5 = 4;
  /** What the broker does not let us subscribe to; null until it has answered. */
  #refusedFilters: readonly string[] | null = null;
  #isClosed = false;

  constructor({ address, share, worker, filters, folder }: ExternalOptions, parts: ExternalParts) {
    this.#parts = parts;
    const { clock, log, chance } = parts;
    const sending = new Client(address, {
      ...{ clock, log, chance, clientId: `${share}-send-${worker}`, isFresh: true },
      begin: (wire, welcome) => {
        this.#welcome = welcome;
        this.#version = wire.version;
        this.#sender = new Sender(wire, welcome);
        return this.#sender;
      },
    });
    if (filters.length === 0) {
      this.#clients = [sending];
      return;
    }
    const clientId = `${share}-ingest-${worker}`;
    const mark = new SessionMark(folder, clientId);
    const onGranted = (refused: readonly string[]) => this.#granted(refused);
    const receiving = new Client(address, {
      ...{ clock, log, chance, clientId, isFresh: false },
      begin: (wire, welcome) => {
        const wish = { ...parts, filters, share, mark, onGranted };
        this.#receiver = new Receiver(wish, wire, welcome);
        return this.#receiver;
      },
    });
    this.#clients = [sending, receiving];
  }

  get caps(): Capabilities {
    return {
      mqtt5: this.#version === 5,
      qos2: this.#welcome?.qos2 ?? false,
      shared: this.#welcome?.shared ?? false,
      presence: "none",
      kick: false,
      perMessageRights: false,
      storesFirst: false,
      listsRetained: false,
    };
  }

  /** Settles with what keeps it from working, if anything does, after the first try. */
  async begin(): Promise<Problem | null> {
    await Promise.all(this.#clients.map((client) => client.settled()));
    return this.trouble;
  }

  /** Why it does not work as it should; null while it does. */
  get trouble(): Problem | null {
    const lost = this.#clients.map(({ trouble }) => trouble).find((trouble) => trouble !== null);
    if (lost) return lost;
    const [first] = this.#refusedFilters ?? [];
    if (first === undefined) return null;
    return problem("topic_forbidden", `the broker does not let Fieldline subscribe to '${first}'`);
  }

  /** Whether what devices publish from now on comes here, or waits for us at the broker. */
  get isTakingIn(): boolean {
    return this.#refusedFilters?.length === 0;
  }

  async send(message: Message): Promise<Outcome<void, Problem>> {
    if (!isValidTopic(message.topic)) {
      return failure(problem("topic_forbidden", `"${message.topic}" is not a topic`));
    }
    const trouble = this.#clients[0]?.trouble;
    if (this.#isClosed || trouble || !this.#sender) {
      return failure(problem("link_down", trouble?.detail ?? "the broker is closed"));
    }
    this.#parts.gauges.add("mqtt_messages_sent_total");
    return this.#sender.send(message);
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

  /** Devices come to the other broker; nobody is let in here. */
  accept(stream: import("node:stream").Duplex): void {
    stream.destroy();
  }

  /** Takes in no more, and waits until what came is safe and acknowledged. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#receiver?.drain();
    for (const client of this.#clients) client.close();
  }

  #granted(refused: readonly string[]): void {
    this.#refusedFilters = refused;
    for (const filter of refused) {
      this.#parts.log.error("the broker does not let us subscribe", { filter });
    }
  }
}

import type { Rights } from "../domain/agent.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import type { Link, Receive } from "../domain/link.ts";
import type { Message } from "../domain/message.ts";
import type { Problem } from "../domain/problem.ts";
import type { Clock } from "../lib/clock.ts";
import type { Gauges } from "../lib/gauge.ts";
import type { Log } from "../lib/log.ts";
import type { Outcome } from "../lib/outcome.ts";

/** The link that all MQTT devices share, inside this process or in an existing cluster. */
export interface Broker extends Link {
  /** What it can do; what it cannot is not pretended. */
  readonly caps: Capabilities;

  /** Why it does not work as it should, where that can be; null while it does. */
  readonly trouble?: Problem | null;

  /** Where devices find it, if that is another machine. */
  readonly host?: string;

  /** The ports that devices come to, after port 0 was resolved. */
  readonly ports: { readonly mqtt: number | null; readonly mqtts: number | null };

  /** What the broker keeps under a filter, for people who look and for drift checks. */
  retained(filter: string): readonly Message[];

  /**
   * Whether somebody who is connected now gets what is sent to the topic; absent where the broker
   * cannot tell.
   */
  hears?(topic: string): boolean;

  /** Closes the agent's connections now; returns how many there were. */
  disconnect(agent: AgentId, reason: string): number;

  /**
   * Judges the agent by other rights from now on, also on connections that are open: what it has
   * subscribed, what waits for it and its will are looked through at once. Absent where rights are
   * the broker's own, see `provision`.
   */
  regrant?(agent: AgentId, rights: Rights): void;

  clients(): readonly ClientInfo[];

  /** What is remembered of clients, connected or away; absent where another broker does. */
  sessions?(): Iterable<SessionInfo>;

  /** Ends a session and its connection; false where there is none. */
  endSession?(agent: AgentId, clientId: string): boolean;

  /** Agents that have a connection: asked often, and of very many. */
  agentsHere(): ReadonlySet<AgentId>;

  /**
   * Tells a broker that keeps rights of its own how one agent is now, null where it is gone, with
   * a password if it got a new one. Settles when the broker knows, or will know when it is back.
   */
  provision?(agent: AgentId, account: Account | null, password: string | null): Promise<void>;

  /**
   * Clients are told that certificates of these authorities (PEM), too, are welcome; whether they
   * are, `admit` decides. Some clients show none that the server does not ask for by name.
   */
  welcome?(authorities: readonly string[]): void;

  /** New connections are shown this certificate; those that are open stay. Both are PEM. */
  renew?(key: string, certificate: string): void;

  /** MQTT over WebSocket: takes a socket-like stream that `api/` accepted. */
  accept(stream: import("node:stream").Duplex, remote: string): void;
}

/** In what brokers differ. */
export type Capabilities = {
  /** Devices may speak MQTT 5, or at least the house does. */
  readonly mqtt5: boolean;
  readonly qos2: boolean;
  /** Shared subscriptions, so that several workers can take in. */
  readonly shared: boolean;
  /** How it is known that an agent is there: from its connection, by its will, or not at all. */
  readonly presence: "exact" | "will" | "none";
  /** Whether `disconnect` ends an agent's connections. */
  readonly kick: boolean;
  /** Whether the house's rights are asked for each message and subscription. */
  readonly perMessageRights: boolean;
  /** Whether a device is acknowledged after the house has stored its message, or before. */
  readonly storesFirst: boolean;
  /** Whether `retained` knows what is kept. */
  readonly listsRetained: boolean;
};

/** An agent as a broker needs it that keeps rights of its own. */
export type Account = {
  readonly agent: AgentId;
  readonly username: string;
  /** The name in its certificate, for brokers that let in by that; null where it has none. */
  readonly commonName: string | null;
  /** The only client id it may have; null where it may choose. */
  readonly clientId: string | null;
  readonly rights: Rights;
  readonly isRevoked: boolean;
};

/** What a broker needs of the house. */
export type BrokerParts = {
  readonly admit: (attempt: ConnectAttempt) => Promise<Outcome<Admission, Problem>>;
  readonly receive: Receive;
  readonly onPresence: (presence: Presence) => void;
  /** After an agent's subscription took effect: what it missed by coming late can be said again. */
  readonly onSubscribed: (agent: AgentId, filter: string) => void;
  /** A connection or a message was refused; kept where an operator sees it. */
  readonly onRefused: (refusal: Refusal) => void;
  /** A client's queue began to lose its oldest messages; said again after it was empty. */
  readonly onGap?: (agent: AgentId, clientId: string) => void;
  readonly clock: Clock;
  readonly gauges: Gauges;
  readonly log: Log;
};

export type ConnectAttempt = {
  readonly clientId: string;
  /** Empty strings count as absent. */
  readonly username: string | null;
  readonly password: string | null;
  /** The client certificate, when TLS showed one. */
  readonly certificate: ClientCertificate | null;
  readonly remote: string;
};

export type ClientCertificate = {
  readonly commonName: string;
  /** Upper-case hex, without separators. */
  readonly serial: string;
  /** TLS found that our own CA signed it, in time; where it did not, `chain` may still lead on. */
  readonly valid: boolean;
  /** DER, its own first, then what the client sent of those above it. */
  readonly chain: readonly Uint8Array[];
  /** Why it is not valid, for example `CERT_HAS_EXPIRED`. */
  readonly reason: string | null;
};

/** Who the client is and where it may publish and subscribe. */
export type Admission = {
  readonly agent: AgentId;
  readonly rights: Rights;
  /** When what it showed expires: its connection is closed then. For ever where absent. */
  readonly endsAt?: Timestamp;
};

export type Presence = {
  readonly agent: AgentId;
  readonly clientId: string;
  readonly remote: string;
  readonly up: boolean;
  /** `connected`, `disconnected`, `taken over`, `keep-alive`, `socket error`, … */
  readonly cause: string;
};

export type Refusal = {
  readonly agent: AgentId | null;
  readonly clientId: string;
  readonly remote: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly problem: Problem;
};

export type ClientInfo = {
  readonly agent: AgentId;
  readonly clientId: string;
  readonly remote: string;
  readonly version: 3 | 4 | 5;
  readonly connectedAt: number;
  readonly subscriptions: readonly string[];
  readonly received: number;
  readonly sent: number;
  readonly dropped: number;
  readonly queued: number;
};

export type SessionInfo = {
  readonly agent: AgentId;
  readonly clientId: string;
  readonly isConnected: boolean;
  /** When its client came, or went, in the clock's milliseconds; `begunAt` null: not known. */
  readonly since: number;
  readonly begunAt: number | null;
  /** How long it is kept for a client that is away. */
  readonly expirySeconds: number;
  /** Whether it is there after a restart. */
  readonly isLasting: boolean;
  readonly queued: number;
  readonly queuedBytes: number;
  /** Sent, and not acknowledged by the client. */
  readonly inflight: number;
  readonly dropped: number;
  /** How often it began to lose messages since the start. */
  readonly gaps: number;
  readonly hasWill: boolean;
  /** As they are while they are read. */
  readonly subscriptions: { readonly size: number; values(): Iterable<SubscriptionInfo> };
};

export type SubscriptionInfo = {
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
  /** Not what this client itself published. */
  readonly noLocal: boolean;
  /** Keep the RETAIN flag as the publisher set it. */
  readonly retainAsPublished: boolean;
  readonly id: number | null;
};

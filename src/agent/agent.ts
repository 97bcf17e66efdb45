import type { Admission, ConnectAttempt } from "../broker/broker.ts";
import type { Agent, AgentKind, Rights } from "../domain/agent.ts";
import type { AgentId } from "../domain/brand.ts";
import type { Actor } from "../domain/event.ts";
import type { Problem } from "../domain/problem.ts";
import type { Credential } from "../domain/records.ts";
import type { Outcome } from "../lib/outcome.ts";

/** Identities that may connect to the broker: enrol, renew, revoke, admit. */
export interface Agents {
  list(): Promise<readonly Agent[]>;
  get(id: AgentId): Promise<Agent | undefined>;
  credentials(id: AgentId): Promise<readonly Credential[]>;

  create(by: Actor, wish: NewAgent): Promise<Outcome<Issued, Problem>>;
  issue(
    by: Actor,
    id: AgentId,
    credential: "password" | "certificate",
  ): Promise<Outcome<Issued, Problem>>;
  /** It is let in no more; whoever holds its connection is told by `onRevoked`. */
  revoke(by: Actor, id: AgentId): Promise<Outcome<Agent, Problem>>;
  remove(by: Actor, id: AgentId): Promise<Outcome<void, Problem>>;

  /** May this connection come in, as whom, and with which rights? The broker asks at CONNECT. */
  admit(attempt: ConnectAttempt): Promise<Outcome<Admission, Problem>>;
  /** Called when an agent's rights end. */
  onRevoked(call: (id: AgentId) => void): void;

  /** PEM of the built-in CA, and what the TLS listener needs; renewed before it expires. */
  readonly authority: Authority;
}

export type Authority = {
  readonly caPem: string;
  readonly serverKeyPem: string;
  /** The server's certificate, then the CA's. */
  readonly serverCertificatePem: string;
};

export type NewAgent = {
  readonly kind: AgentKind;
  readonly name: string;
  readonly tenant: string;
  readonly grant: Rights | null;
  readonly credential: "password" | "certificate" | "both";
  readonly demo?: boolean;
};

/** Shown once: the house keeps no copy of a private key or a password. */
export type Issued = {
  readonly agent: Agent;
  readonly password: string | null;
  readonly certificate: IssuedCertificate | null;
};

export type IssuedCertificate = {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly caPem: string;
  readonly serial: string;
  readonly expiresAt: number;
};

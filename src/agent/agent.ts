import { X509Certificate } from "node:crypto";
import type { Admission, ConnectAttempt } from "../broker/broker.ts";
import type { Agent, AgentKind, Rights } from "../domain/agent.ts";
import type { AgentId } from "../domain/brand.ts";
import type { Actor, NewEvent } from "../domain/event.ts";
import type { Problem } from "../domain/problem.ts";
import type { Credential } from "../domain/records.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Outcome } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import { admit, standing } from "./admit.ts";
import { openAuthority } from "./authority.ts";
import { Boardings } from "./boarding.ts";
import { create, grant, issue, permitTopics, remove, revoke, revokeCertificate } from "./life.ts";
import { Owners } from "./owners.ts";
import { type AgentPage, type AgentWish, agentNames, agentsOnPage } from "./page.ts";
import { openTenantAuthorities, type TenantAuthorities } from "./tenant-authority.ts";

/** Identities that may connect to the broker: enrol, renew, revoke, admit. */
export interface Agents {
  /** Those of whom this is true; all others are told by the page. */
  list(where?: Partial<Agent>): Promise<readonly Agent[]>;
  page(wish: AgentWish): Promise<AgentPage>;
  names(): Promise<ReadonlyMap<AgentId, string>>;
  get(id: AgentId): Promise<Agent | undefined>;
  credentials(id: AgentId): Promise<readonly Credential[]>;

  create(by: Actor, wish: NewAgent): Promise<Outcome<Issued, Problem>>;
  /**
   * A new password ends the one before. A new certificate does not: both are good until they
   * expire, so that an agent can change over without losing anything.
   */
  issue(
    by: Actor,
    id: AgentId,
    credential: "password" | "certificate",
  ): Promise<Outcome<Issued, Problem>>;
  /** Other rights for a plain agent; whoever holds its connection is told by `onGranted`. */
  grant(by: Actor, id: AgentId, rights: Rights): Promise<Outcome<Agent, Problem>>;
  /** What a MindSphere agent may publish beside its own tree: these topics, and no others. */
  permitTopics(by: Actor, id: AgentId, topics: readonly string[]): Promise<Outcome<Agent, Problem>>;
  /** It is let in no more; whoever holds its connection is told by `onEnded`. */
  revoke(by: Actor, id: AgentId): Promise<Outcome<Agent, Problem>>;
  remove(by: Actor, id: AgentId): Promise<Outcome<void, Problem>>;
  /** One certificate lets nobody in any more; the agent's others do. */
  revokeCertificate(by: Actor, credentialId: string): Promise<Outcome<Credential, Problem>>;

  /** Those that come in over HTTP. */
  readonly boardings: Boardings;

  /** May this connection come in, as whom, and with which rights? The broker asks at CONNECT. */
  admit(attempt: ConnectAttempt): Promise<Outcome<Admission, Problem>>;
  /** The rights of somebody whom another broker has let in by our word, or no longer any. */
  standing(username: string): Promise<Outcome<Admission, Problem>>;
  /**
   * Called when what an agent came in with is no longer good: it was revoked or removed, or its
   * password was replaced.
   */
  onEnded(call: (id: AgentId, reason: string) => void): void;
  /** Called with the rights that an agent has from now on; none where it was revoked. */
  onGranted(call: (id: AgentId, rights: Rights) => void): void;
  /** Called after every change of an agent or its credentials, with a password that is new. */
  onChanged(call: (id: AgentId, password: string | null) => void): void;
  /** Whose topic it is, for brokers that do not tell who published. */
  owners(): Promise<Owners>;

  /** What tenants bring of their own. */
  readonly authorities: TenantAuthorities;
  /** Renewed before it expires. */
  readonly authority: Authority;
  /** Called with a new server certificate while the old one is still good for months. */
  onRenewed(call: (authority: Authority) => void): void;
}

/** PEM of the built-in CA, and what the TLS listener needs. */
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

type IssuedCertificate = {
  /** The agent's own, then the CA's: the chain that it shows. */
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly caPem: string;
  readonly serial: string;
  readonly expiresAt: number;
};

type AgentsParts = {
  readonly store: Store;
  readonly journal: { record(event: NewEvent): Promise<unknown> };
  readonly clock: Clock;
  readonly log: Log;
  /** Where the built-in CA keeps its key. */
  readonly folder: string;
  /** Names and addresses of this machine that it does not know itself. */
  readonly hostNames: readonly string[];
};

/** Throws where the CA's folder cannot be read or written: without it nobody can be let in. */
export async function openAgents(parts: AgentsParts): Promise<Agents> {
  const { store, journal, clock } = parts;
  const authority = await openAuthority({ ...parts, log: parts.log.child("agent") });
  const ends: ((id: AgentId, reason: string) => void)[] = [];
  const onEnded = (id: AgentId, reason: string) => {
    for (const call of ends) call(id, reason);
  };
  const grants: ((id: AgentId, rights: Rights) => void)[] = [];
  const onGranted = (id: AgentId, rights: Rights) => {
    for (const call of grants) call(id, rights);
  };
  const changes: ((id: AgentId, password: string | null) => void)[] = [];
  const told = <T>(outcome: Outcome<T, Problem>, id: AgentId, password: string | null = null) => {
    if (outcome.ok) for (const call of changes) call(id, password);
    return outcome;
  };
  const issued = (outcome: Outcome<Issued, Problem>) =>
    outcome.ok ? told(outcome, outcome.value.agent.id, outcome.value.password) : outcome;
  const now = () => clock.now();
  const builtIn = new X509Certificate(authority.current().caPem);
  const authorities = openTenantAuthorities({ store, journal, now, builtIn, onEnded });
  const onProvisioned = (id: AgentId) => {
    for (const call of changes) call(id, null);
  };
  const room = { store, journal, now, authority, onEnded, onGranted };
  const door = { store, journal, now, prove: authorities.prove, onProvisioned };
  return {
    list: (where = {}) => store.agents.find({ where }),
    page: (wish) => agentsOnPage(store, wish),
    names: () => agentNames(store),
    get: (id) => store.agents.get(id),
    credentials: (agentId) => store.credentials.find({ where: { agentId } }),
    create: async (by, wish) => issued(await create(room, by, wish)),
    issue: async (by, id, credential) => issued(await issue(room, by, id, credential)),
    grant: async (by, id, rights) => told(await grant(room, by, id, rights), id),
    permitTopics: async (by, id, topics) => told(await permitTopics(room, by, id, topics), id),
    revoke: async (by, id) => told(await revoke(room, by, id), id),
    remove: async (by, id) => told(await remove(room, by, id), id),
    async revokeCertificate(by, credentialId) {
      const revoked = await revokeCertificate(room, by, credentialId);
      return revoked.ok ? told(revoked, revoked.value.agentId) : revoked;
    },
    boardings: new Boardings(room),
    admit: (attempt) => admit(door, attempt),
    standing: (username) => standing(room, username),
    onEnded: (call) => void ends.push(call),
    onGranted: (call) => void grants.push(call),
    onChanged: (call) => void changes.push(call),
    owners: async () => {
      const owners = await Owners.open(parts);
      changes.push(() => owners.refresh());
      return owners;
    },
    authorities,
    get authority() {
      return authority.current();
    },
    onRenewed: authority.onRenewed,
  };
}

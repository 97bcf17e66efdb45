import { type Agent, type Rights, rightsOf } from "../domain/agent.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import type { Actor, NewEvent } from "../domain/event.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Credential } from "../domain/records.ts";
import { newId } from "../lib/id.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { hashSecret, newSecret } from "../lib/secret.ts";
import type { Store } from "../store/store.ts";
import type { Issued, NewAgent } from "./agent.ts";
import type { HouseAuthority } from "./authority.ts";
import { enrol, wrongGrant, wrongTopics } from "./enrol.ts";

type Room = {
  readonly store: Store;
  readonly journal: { record(event: NewEvent): Promise<unknown> };
  readonly now: () => number;
  readonly authority: HouseAuthority;
  /** Tells those who hold connections of the agent, and why. */
  readonly onEnded: (id: AgentId, reason: string) => void;
  readonly onGranted: (id: AgentId, rights: Rights) => void;
};

type Kind = Credential["kind"];

export async function create(
  room: Room,
  by: Actor,
  wish: NewAgent,
): Promise<Outcome<Issued, Problem>> {
  const enrolled = enrol(wish);
  if (!enrolled.ok) return enrolled;
  const now = room.now();
  const agent: Agent = {
    id: newId(now) as AgentId,
    ...enrolled.value,
    createdAt: now as Timestamp,
  };
  const kinds: readonly Kind[] =
    wish.credential === "both" ? ["password", "certificate"] : [wish.credential];
  const made = await makeCredentials(room, agent, kinds);
  return room.store.together(async () => {
    const taken = await namesake(room.store, agent);
    if (taken) return failure(problem("agent_exists", taken));
    await room.store.agents.put(agent);
    await room.store.credentials.put(...made.credentials);
    const { kind, name, tenant, clientId } = agent;
    const detail = { kind, name, tenant, clientId, ...shown(made.credentials) };
    await record(room, { by, id: agent.id, what: "created", detail });
    return success(made.issued);
  });
}

/** Another credential: before the old certificate expires, or because a password was lost. */
export async function issue(
  room: Room,
  by: Actor,
  id: AgentId,
  kind: Kind,
): Promise<Outcome<Issued, Problem>> {
  const { store } = room;
  const agent = await store.agents.get(id);
  if (!agent) return failure(problem("agent_unknown", `no agent '${id}'`));
  const made = await makeCredentials(room, agent, [kind]);
  let isReplaced = false;
  const issued = await store.together(async () => {
    const isRevoked = (await store.agents.get(id))?.revoked ?? true;
    if (isRevoked) return failure(isRevokedAlready(agent));
    if (kind === "password") isReplaced = await endCredentials(room, { agentId: id, kind });
    await store.credentials.put(...made.credentials);
    await record(room, { by, id, what: "issued", detail: shown(made.credentials) });
    return success(made.issued);
  });
  // A password is replaced because somebody else may have it: who came in with it does not stay.
  if (issued.ok && isReplaced) room.onEnded(id, "password replaced");
  return issued;
}

/** Other rights for a plain agent, from now on and on the connection that it has. */
export async function grant(
  room: Room,
  by: Actor,
  id: AgentId,
  rights: Rights,
): Promise<Outcome<Agent, Problem>> {
  return changeGrant(room, by, id, ({ kind }) => {
    const wrong = wrongGrant(kind, rights);
    return wrong ? failure(problem("request_invalid", wrong)) : success(rights);
  });
}

/** Topics beside its own tree; each holds its client id, so that it is nobody else's. */
export async function permitTopics(
  room: Room,
  by: Actor,
  id: AgentId,
  topics: readonly string[],
): Promise<Outcome<Agent, Problem>> {
  return changeGrant(room, by, id, ({ kind, clientId }) => {
    const wrong = wrongTopics(kind, clientId, topics);
    if (wrong) return failure(problem("request_invalid", wrong));
    return success({ publish: topics, subscribe: [] });
  });
}

async function changeGrant(
  room: Room,
  by: Actor,
  id: AgentId,
  rightsFor: (agent: Agent) => Outcome<Rights, Problem>,
): Promise<Outcome<Agent, Problem>> {
  const { store } = room;
  const changed = await store.together(async () => {
    const agent = await store.agents.get(id);
    if (!agent) return failure(problem("agent_unknown", `no agent '${id}'`));
    if (agent.revoked) return failure(isRevokedAlready(agent));
    const wanted = rightsFor(agent);
    if (!wanted.ok) return wanted;
    const rights = wanted.value;
    const granted = { ...agent, grant: rights };
    await store.agents.put(granted);
    const { publish = [], subscribe = [] } = agent.grant ?? {};
    const before = { publish: [...publish], subscribe: [...subscribe] };
    const after = { publish: [...rights.publish], subscribe: [...rights.subscribe] };
    await record(room, { by, id, what: "granted", detail: { before, after } });
    return success(granted);
  });
  if (changed.ok) room.onGranted(id, rightsOf(changed.value));
  return changed;
}

export async function revoke(room: Room, by: Actor, id: AgentId): Promise<Outcome<Agent, Problem>> {
  const { store } = room;
  const revoked = await store.together(async () => {
    const agent = await store.agents.get(id);
    if (!agent || agent.revoked) return agent;
    await store.agents.put({ ...agent, revoked: true });
    await endCredentials(room, { agentId: id });
    await record(room, { by, id, what: "revoked", detail: { clientId: agent.clientId } });
    return { ...agent, revoked: true };
  });
  if (!revoked) return failure(problem("agent_unknown", `no agent '${id}'`));
  end(room, id, "revoked");
  return success(revoked);
}

export async function remove(room: Room, by: Actor, id: AgentId): Promise<Outcome<void, Problem>> {
  const { store } = room;
  const removed = await store.together(async () => {
    const agent = await store.agents.get(id);
    if (!agent) return undefined;
    await store.credentials.remove({ agentId: id });
    await store.agents.remove({ id });
    await record(room, { by, id, what: "removed", detail: { clientId: agent.clientId } });
    return agent;
  });
  if (!removed) return failure(problem("agent_unknown", `no agent '${id}'`));
  end(room, id, "removed");
  return success(undefined);
}

/** Who is in by it does not stay; which of its certificates a connection showed is not kept. */
export async function revokeCertificate(
  room: Room,
  by: Actor,
  credentialId: string,
): Promise<Outcome<Credential, Problem>> {
  const { store, now } = room;
  const revoked = await store.together(async () => {
    const credential = await store.credentials.get(credentialId);
    if (credential?.kind !== "certificate" || credential.revokedAt !== null) return undefined;
    const { agentId: id, secret: serial } = credential;
    const ended = { ...credential, revokedAt: now() as Timestamp };
    await store.credentials.put(ended);
    await record(room, { by, id, what: "certificate-revoked", detail: { serial } });
    return ended;
  });
  if (!revoked) return failure(problem("certificate_unknown", credentialId));
  room.onEnded(revoked.agentId, "certificate revoked");
  return success(revoked);
}

/** Its connections first, so that their wills are still said; then all that waits for it. */
function end({ onEnded, onGranted }: Room, id: AgentId, reason: string): void {
  onEnded(id, reason);
  onGranted(id, { publish: [], subscribe: [] });
}

function isRevokedAlready({ clientId }: Agent): Problem {
  return problem("agent_refused", `'${clientId}' is revoked: remove it and create it anew`);
}

async function namesake(store: Store, agent: Agent): Promise<string | undefined> {
  const { kind, tenant, name, clientId } = agent;
  if ((await store.agents.count({ kind, tenant, name })) > 0) {
    return `there is a ${kind} agent '${name}'${tenant && ` of '${tenant}'`} already`;
  }
  if ((await store.agents.count({ clientId })) > 0) {
    return `another agent has the client id '${clientId}'`;
  }
  return undefined;
}

type Made = { readonly credentials: readonly Credential[]; readonly issued: Issued };

/** Only a hash and a serial stay here; the secrets themselves go out once. */
async function makeCredentials(room: Room, agent: Agent, kinds: readonly Kind[]): Promise<Made> {
  const password = kinds.includes("password") ? newSecret() : null;
  const pair = kinds.includes("certificate") ? await issueCertificate(room, agent) : null;
  const credentials: Credential[] = [];
  const keep = (kind: Kind, secret: string, expiresAt: Timestamp | null) => {
    const createdAt = room.now() as Timestamp;
    const id = newId(createdAt);
    const life = { authorityId: null, createdAt, expiresAt, revokedAt: null };
    credentials.push({ id, agentId: agent.id, kind, secret, ...life });
  };
  if (password) keep("password", hashSecret(password), null);
  if (pair) keep("certificate", pair.serial, pair.expiresAt as Timestamp);
  return { credentials, issued: { agent, password, certificate: pair } };
}

async function issueCertificate({ authority }: Room, agent: Agent): Promise<Issued["certificate"]> {
  const uri = `urn:fieldline:agent:${agent.id}`;
  const signsTokens = agent.kind === "mindsphere";
  const subject = { commonName: agent.name, uri, signsTokens };
  const { certificatePem, keyPem, serial, expiresAt } = await authority.issue(subject);
  const { caPem } = authority.current();
  const chain = certificatePem + caPem;
  return { certificatePem: chain, privateKeyPem: keyPem, caPem, serial, expiresAt };
}

/** Tells whether there were any. */
async function endCredentials(
  { store, now }: Room,
  which: Pick<Credential, "agentId"> & { readonly kind?: Kind },
): Promise<boolean> {
  const revokedAt = now() as Timestamp;
  const good = await store.credentials.find({ where: { ...which, revokedAt: null } });
  await store.credentials.put(...good.map((credential) => ({ ...credential, revokedAt })));
  return good.length > 0;
}

/** What the journal says of credentials: never a password, not even its hash. */
function shown(credentials: readonly Credential[]): JsonObject {
  return {
    credentials: credentials.map(({ kind, secret, expiresAt }) => {
      return kind === "password" ? { kind } : { kind, serial: secret, expiresAt };
    }),
  };
}

type Happening = {
  readonly by: Actor;
  readonly id: AgentId;
  readonly what: "created" | "issued" | "granted" | "revoked" | "certificate-revoked" | "removed";
  readonly detail: JsonObject;
};

async function record({ journal }: Room, { by, id, what, detail }: Happening): Promise<void> {
  await journal.record({ actor: by, kind: `agent.${what}`, subject: `agent:${id}`, detail });
}

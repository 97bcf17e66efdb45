import { type Agent, clientIdOf } from "../domain/agent.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import { type NewEvent, THE_HOUSE } from "../domain/event.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Credential, TenantAuthority } from "../domain/records.ts";
import { newId } from "../lib/id.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { Store } from "../store/store.ts";
import type { Proof } from "./chain.ts";
import { enrol } from "./enrol.ts";

/** Who shows something, and until when that counts. */
export type Known = { readonly agent: Agent; readonly expiresAt: Timestamp | null };

type ProvisionParts = {
  readonly store: Store;
  readonly journal: { record(event: NewEvent): Promise<unknown> };
  readonly now: () => number;
  /** An agent is new: those who keep rights elsewhere want to know. */
  readonly onProvisioned: (id: AgentId) => void;
};

/**
 * The agent whose certificate a tenant's own authority signed. Its first connection makes it, as in
 * Insights Hub: the tenant is the authority's, the name is the certificate's, whatever underscores
 * stand in them. A certificate that was not seen before is written down, for it may be revoked.
 */
export async function agentOfTenant(
  parts: ProvisionParts,
  { tenant }: TenantAuthority,
  proof: Proof,
  clientId: string,
): Promise<Outcome<Known, Problem>> {
  const { store } = parts;
  const own = clientIdOf("mindsphere", tenant, proof.commonName);
  if (clientId !== own) return refuse(`the client id must be '${own}', not '${clientId}'`);
  const known = await find(store, tenant, proof);
  if (known.agent && known.credential) return judge(known.agent, known.credential);
  const made = await store.together(() => enter(parts, tenant, proof));
  if (made.ok && made.value.isNew) parts.onProvisioned(made.value.agent.id);
  return made.ok ? judge(made.value.agent, made.value.credential) : made;
}

type Entered = {
  readonly agent: Agent;
  readonly credential: Credential;
  readonly isNew: boolean;
};

async function enter(
  { store, journal, now }: ProvisionParts,
  tenant: string,
  proof: Proof,
): Promise<Outcome<Entered, Problem>> {
  const known = await find(store, tenant, proof);
  const agent = known.agent ? success(known.agent) : await newAgent(store, tenant, proof, now());
  if (!agent.ok) return agent;
  const credential = known.credential ?? newCredential(agent.value, proof, now());
  const isNew = known.agent === undefined;
  if (isNew) await store.agents.put(agent.value);
  await store.credentials.put(credential);
  const { id, clientId } = agent.value;
  await journal.record({
    actor: THE_HOUSE,
    kind: isNew ? "agent.provisioned" : "agent.certified",
    subject: `agent:${id}`,
    detail: { clientId, tenant, serial: proof.serial, authority: proof.authorityId },
  });
  return success({ agent: agent.value, credential, isNew });
}

async function find(store: Store, tenant: string, { commonName, serial, authorityId }: Proof) {
  const where = { kind: "mindsphere", tenant, name: commonName } as const;
  const [agent] = await store.agents.find({ where, limit: 1 });
  if (!agent) return {};
  const own = { agentId: agent.id, kind: "certificate", secret: serial, authorityId } as const;
  const [credential] = await store.credentials.find({ where: own, limit: 1 });
  return { agent, credential };
}

async function newAgent(
  store: Store,
  tenant: string,
  { commonName: name }: Proof,
  now: number,
): Promise<Outcome<Agent, Problem>> {
  const wish = {
    kind: "mindsphere",
    name,
    tenant,
    grant: null,
    credential: "certificate",
  } as const;
  const enrolled = enrol(wish);
  if (!enrolled.ok) return refuse(enrolled.problem.detail);
  if ((await store.agents.count({ clientId: enrolled.value.clientId })) > 0) {
    return refuse(`another agent has the client id '${enrolled.value.clientId}'`);
  }
  if ((await store.agents.count({ tenant })) >= LIMIT.agentsPerTenant) {
    return refuse(`'${tenant}' has ${LIMIT.agentsPerTenant} agents already`);
  }
  return success({ id: newId(now) as AgentId, ...enrolled.value, createdAt: now as Timestamp });
}

function newCredential({ id }: Agent, proof: Proof, now: number): Credential {
  return {
    ...{ id: newId(now), agentId: id, kind: "certificate", secret: proof.serial },
    authorityId: proof.authorityId,
    createdAt: now as Timestamp,
    expiresAt: proof.expiresAt as Timestamp,
    revokedAt: null,
  };
}

function judge(
  agent: Agent,
  { secret, revokedAt, expiresAt }: Credential,
): Outcome<Known, Problem> {
  return revokedAt === null
    ? success({ agent, expiresAt })
    : refuse(`the certificate ${secret} is revoked`);
}

function refuse(detail: string): Outcome<never, Problem> {
  return failure(problem("agent_refused", detail));
}

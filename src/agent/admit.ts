import type { Admission, ConnectAttempt } from "../broker/broker.ts";
import { rightsOf } from "../domain/agent.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import type { NewEvent } from "../domain/event.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Credential } from "../domain/records.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { hashSecret, newSecret, sameSecret } from "../lib/secret.ts";
import type { Store } from "../store/store.ts";
import { BEARER, readBearer } from "./bearer.ts";
import { type Proof, serialOf } from "./chain.ts";
import { agentOfTenant, type Known } from "./provision.ts";
import type { AuthorityBook } from "./tenant-authority.ts";

type Parts = {
  readonly store: Store;
  readonly journal: { record(event: NewEvent): Promise<unknown> };
  readonly now: () => number;
  readonly prove: AuthorityBook["prove"];
  readonly onProvisioned: (id: AgentId) => void;
};

const NO_AGENT = "" as AgentId;
/** The password of nobody: there is always one more to compare with. */
const NOBODY = { secret: hashSecret(newSecret()), revokedAt: 0 as Timestamp, expiresAt: null };

/**
 * May this connection come in? A certificate that our CA or a tenant's own signed says who it is,
 * or a token signed with its key; without one, the user name and the password do. Nothing is
 * remembered between two questions: the store answers in some 20 µs, and so an agent that was
 * revoked or made by another process is known at once.
 */
export async function admit(
  parts: Parts,
  attempt: ConnectAttempt,
): Promise<Outcome<Admission, Problem>> {
  const known = await agentOf(parts, attempt);
  if (!known.ok) return known;

  const { agent, expiresAt } = known.value;
  if (agent.revoked) return refuse(`the agent '${agent.clientId}' is revoked`);
  if (agent.kind === "mindsphere" && attempt.clientId !== agent.clientId) {
    return refuse(`the client id must be '${agent.clientId}', not '${attempt.clientId}'`);
  }
  const rights = rightsOf(agent);
  return success({ agent: agent.id, rights, ...(expiresAt !== null && { endsAt: expiresAt }) });
}

async function agentOf(parts: Parts, attempt: ConnectAttempt): Promise<Outcome<Known, Problem>> {
  const { certificate, username, password, clientId } = attempt;
  if (username === BEARER && password) return agentOfBearer(parts, password, clientId);
  if (certificate?.valid) return agentOfSerial(parts, certificate.serial);
  const proof = certificate && (await parts.prove(certificate.chain));
  if (proof?.ok) return agentOfProof(parts, proof.value, clientId);
  // A device may show a certificate of somebody else's making beside its password.
  if (!proof || (username && password)) return agentOfPassword(parts, attempt);
  const reason = [certificate?.reason ?? [], proof.problem].flat().join("; ");
  return refuse(`the certificate is not valid: ${reason}`);
}

/** For other brokers: they have asked `admit` before, and now want to know what a client may do. */
export async function standing(
  { store }: Pick<Parts, "store">,
  username: string,
): Promise<Outcome<Admission, Problem>> {
  const [agent] = await store.agents.find({ where: { clientId: username }, limit: 1 });
  if (!agent || agent.revoked) return refuse(`'${username}' is no agent, or is revoked`);
  return success({ agent: agent.id, rights: rightsOf(agent) });
}

/** Of a certificate that the built-in authority signed. */
async function agentOfSerial(
  { store, now }: Parts,
  serial: string,
): Promise<Outcome<Known, Problem>> {
  const [credential] = await store.credentials.find({
    where: { kind: "certificate", secret: serialOf({ serialNumber: serial }), authorityId: null },
    limit: 1,
  });
  const agent = credential && (await store.agents.get(credential.agentId));
  if (!agent) return refuse(`the certificate ${serial} belongs to no agent`);
  const end = endOf(credential, now());
  return end === undefined
    ? success({ agent, expiresAt: credential.expiresAt })
    : refuse(`the certificate ${serial} ${end}`);
}

async function agentOfProof(
  parts: Parts,
  proof: Proof,
  clientId: string,
): Promise<Outcome<Known, Problem>> {
  if (proof.authorityId === null) return agentOfSerial(parts, proof.serial);
  const authority = await parts.store.authorities.get(proof.authorityId);
  if (!authority) return refuse("the authority of its certificate was removed");
  return agentOfTenant(parts, authority, proof, clientId);
}

/** The token counts at this moment; the connection lasts as long as its certificate. */
async function agentOfBearer(
  parts: Parts,
  token: string,
  clientId: string,
): Promise<Outcome<Known, Problem>> {
  const bearer = await readBearer(parts, token);
  if (!bearer.ok) return refuse(bearer.problem);
  if (bearer.value.clientId !== clientId) {
    return refuse(`the token is for '${bearer.value.clientId}', not '${clientId}'`);
  }
  const known = await agentOfProof(parts, bearer.value.proof, clientId);
  if (!known.ok || known.value.agent.tenant === bearer.value.tenant) return known;
  return refuse(`the token names the tenant '${bearer.value.tenant}', which is another`);
}

/** An unknown name takes the same steps as a wrong password, and is told the same. */
async function agentOfPassword(
  { store, now }: Pick<Parts, "store" | "now">,
  { username, password }: ConnectAttempt,
): Promise<Outcome<Known, Problem>> {
  if (!username || !password) {
    return refuse("it shows no certificate of ours, and neither user name nor password");
  }
  const [agent] = await store.agents.find({ where: { clientId: username }, limit: 1 });
  const agentId = agent?.id ?? NO_AGENT;
  const credentials = await store.credentials.find({ where: { agentId, kind: "password" } });
  const given = hashSecret(password);
  const right = [...credentials, NOBODY].find(({ secret }) => sameSecret(given, secret));
  if (!agent || !right) {
    return failure(problem("sign_in_wrong", "the user name or the password is wrong"));
  }
  const end = endOf(right, now());
  return end === undefined
    ? success({ agent, expiresAt: right.expiresAt })
    : refuse(`the password ${end}`);
}

type Life = Pick<Credential, "revokedAt" | "expiresAt">;

function endOf({ revokedAt, expiresAt }: Life, now: number): string | undefined {
  if (revokedAt !== null) return "is revoked";
  return expiresAt !== null && expiresAt <= now ? "has expired" : undefined;
}

function refuse(detail: string): Outcome<never, Problem> {
  return failure(problem("agent_refused", detail));
}

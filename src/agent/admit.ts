import type { Admission, ClientCertificate, ConnectAttempt } from "../broker/broker.ts";
import { type Agent, rightsOf } from "../domain/agent.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import { type Problem, problem } from "../domain/problem.ts";
import type { Credential } from "../domain/records.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { hashSecret, newSecret, sameSecret } from "../lib/secret.ts";
import type { Store } from "../store/store.ts";

type Parts = { readonly store: Store; readonly now: () => number };

type Known = { readonly agent: Agent; readonly expiresAt: Timestamp | null };

const NO_AGENT = "" as AgentId;
/** The password of nobody: there is always one more to compare with. */
const NOBODY = { secret: hashSecret(newSecret()), revokedAt: 0 as Timestamp, expiresAt: null };

/**
 * May this connection come in? A certificate that our CA signed says who it is; without one, the
 * user name and the password do. Nothing is remembered between two questions: the store answers in
 * some 20 µs, and so an agent that was revoked or made by another process is known at once.
 */
export async function admit(
  parts: Parts,
  attempt: ConnectAttempt,
): Promise<Outcome<Admission, Problem>> {
  const { certificate } = attempt;
  const hasPassword = Boolean(attempt.username && attempt.password);
  // A device may show a certificate of somebody else's making beside its password.
  const byCertificate = certificate !== null && (certificate.valid || !hasPassword);
  const known = byCertificate
    ? await agentOfCertificate(parts, certificate)
    : await agentOfPassword(parts, attempt);
  if (!known.ok) return known;

  const { agent, expiresAt } = known.value;
  if (agent.revoked) return refuse(`the agent '${agent.clientId}' is revoked`);
  if (agent.kind === "mindsphere" && attempt.clientId !== agent.clientId) {
    return refuse(`the client id must be '${agent.clientId}', not '${attempt.clientId}'`);
  }
  const rights = rightsOf(agent);
  return success({ agent: agent.id, rights, ...(expiresAt !== null && { endsAt: expiresAt }) });
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

async function agentOfCertificate(
  { store, now }: Parts,
  { valid, reason, serial }: ClientCertificate,
): Promise<Outcome<Known, Problem>> {
  if (!valid) return refuse(`the certificate is not valid: ${reason ?? "nobody says why"}`);
  const [credential] = await store.credentials.find({
    where: { kind: "certificate", secret: spelt(serial) },
    limit: 1,
  });
  const agent = credential && (await store.agents.get(credential.agentId));
  if (!agent) return refuse(`the certificate ${serial} belongs to no agent`);
  const end = endOf(credential, now());
  return end === undefined
    ? success({ agent, expiresAt: credential.expiresAt })
    : refuse(`the certificate ${serial} ${end}`);
}

/** An unknown name takes the same steps as a wrong password, and is told the same. */
async function agentOfPassword(
  { store, now }: Parts,
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

/** Upper-case, without leading zeros, which some libraries leave out. */
function spelt(serial: string): string {
  return serial.toUpperCase().replace(/^0+/, "");
}

function refuse(detail: string): Outcome<never, Problem> {
  return failure(problem("agent_refused", detail));
}

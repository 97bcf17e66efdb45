import { createPrivateKey } from "node:crypto";
import { Type } from "typebox";
import type { Agent } from "../../domain/agent.ts";
import { THE_HOUSE } from "../../domain/event.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { Credential } from "../../domain/records.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { readBody } from "./body.ts";
import { cutOf, halPage } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";
import { tenantOf } from "./tenant.ts";

const CERTIFICATES = "/api/mindconnectmqtt/v3/agentCertificates";

/** MindConnect MQTT: by which certificates agents come in, whoever signed them. */
export const agentCertificateRoutes: Routes = {
  [`GET ${CERTIFICATES}`]: {
    permission: "engineer",
    summary: "Certificates by which the tenant's agents come in; revoked ones are not among them",
    handle: list,
  },
  [`GET ${CERTIFICATES}/:id`]: {
    permission: "engineer",
    summary: "One certificate; its key is nobody's but the agent's",
    handle: get,
  },
  [`POST ${CERTIFICATES}`]: {
    permission: "engineer",
    summary: "A certificate of the built-in authority for an agent, made where it is not there",
    handle: issue,
  },
  [`DELETE ${CERTIFICATES}/:id`]: {
    permission: "engineer",
    summary: "Revoke a certificate; its agent is disconnected and may come back with another",
    handle: revoke,
  },
};

type Held = { readonly agent: Agent; readonly credential: Credential };

async function list(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask, 20);
  if (!cut.ok) return cut;
  const rows = (await heldBy(house)).map((held) => replyOf(house, held));
  return success(halPage(ask, cut.value, "agentCertificates", rows));
}

async function get(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const found = await find(house, ask);
  return found.ok ? success({ status: 200, body: replyOf(house, found.value) }) : found;
}

const AgentBody = Type.Object({
  name: Type.String({ minLength: 1 }),
  owner: Type.Optional(Type.String()),
});

/** Documents show the key and the certificate as two texts, newer clients read them together. */
async function issue(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, AgentBody);
  if (!body.ok) return body;
  const { name, owner = "" } = body.value;
  const tenant = await tenantOf(house);
  const known = (await agentsOf(house)).find((agent) => agent.name === name);
  const wish = {
    kind: "mindsphere",
    name,
    tenant,
    grant: null,
    credential: "certificate",
  } as const;
  const issued = known
    ? await house.agents.issue(byOf(ask), known.id, "certificate")
    : await house.agents.create(byOf(ask), wish);
  if (!issued.ok) return issued;
  const { agent, certificate } = issued.value;
  const [credential] = (await house.agents.credentials(agent.id)).filter((one) => {
    return one.secret === certificate?.serial;
  });
  house.changed(`agent:${agent.id}`);
  const publicKey = certificate?.certificatePem;
  const privateKey = certificate && inPkcs1(certificate.privateKeyPem);
  const { id: agentId, clientId } = agent;
  const own = { id: credential?.id, name, agentName: agent.name, owner, agentId, clientId };
  const credentials = { certificatePem: publicKey, privateKey };
  return success({
    status: 201,
    body: { ...own, privateKey, publicKey, status: "READY", credentials },
  });
}

/** As the documents show it: `BEGIN RSA PRIVATE KEY`. */
function inPkcs1(pem: string): string {
  return String(createPrivateKey(pem).export({ type: "pkcs1", format: "pem" }));
}

async function revoke(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const found = await find(house, ask);
  if (!found.ok) return found;
  const { agent, credential } = found.value;
  const revoked = await house.agents.revokeCertificate(byOf(ask), credential.id);
  if (!revoked.ok) return revoked;
  house.changed(`agent:${agent.id}`);
  return success({ status: 204 });
}

async function find(house: House, { params }: Ask): Promise<Outcome<Held, Problem>> {
  const id = params["id"] ?? "";
  const found = (await heldBy(house)).find(({ credential }) => credential.id === id);
  return found ? success(found) : failure(problem("certificate_unknown", id));
}

/** In the order in which they were made. */
async function heldBy(house: House): Promise<readonly Held[]> {
  const agents = await agentsOf(house);
  const held = agents.map(async (agent) => {
    const all = await house.agents.credentials(agent.id);
    const good = all.filter(({ kind, revokedAt }) => kind === "certificate" && revokedAt === null);
    return good.map((credential) => ({ agent, credential }));
  });
  const rows = (await Promise.all(held)).flat();
  return rows.toSorted((a, b) => (a.credential.id < b.credential.id ? -1 : 1));
}

async function agentsOf(house: House): Promise<readonly Agent[]> {
  const tenant = await tenantOf(house);
  return house.agents.list({ kind: "mindsphere", tenant });
}

function replyOf({ clock }: House, { agent, credential }: Held) {
  const { id, secret: serialNumber, authorityId, expiresAt } = credential;
  const isOver = expiresAt !== null && expiresAt <= clock.now();
  return {
    ...{ id, name: agent.name, agentName: agent.name, agentId: agent.id },
    ...{ clientId: agent.clientId, serialNumber, caCertificateId: authorityId },
    status: isOver ? "EXPIRED" : "READY",
    validTo: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  };
}

function byOf({ by }: Ask) {
  return by?.actor ?? THE_HOUSE;
}

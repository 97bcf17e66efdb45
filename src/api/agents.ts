import type { Issued } from "../agent/agent.ts";
import type { ClientInfo } from "../broker/broker.ts";
import { type Agent, modelTopicOf, rightsOf } from "../domain/agent.ts";
import type { AgentId, Timestamp } from "../domain/brand.ts";
import { problem } from "../domain/problem.ts";
import type { Credential } from "../domain/records.ts";
import { encodeJson, type JsonObject } from "../lib/json.ts";
import { failure, success } from "../lib/outcome.ts";
import type { AgentReply, IssuedReply } from "./contract.ts";
import { examplesFor } from "./examples.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { limitOf, noSuchRow, pageOf } from "./page.ts";
import { iso, isoOrNull } from "./time.ts";

export const agentHandlers = {
  "GET /agents": listAgents,
  "GET /agents/:id": getAgent,
  "POST /agents": createAgent,
  "POST /agents/:id/credentials": issueCredential,
  "POST /agents/:id/model": handInModel,
  "PUT /agents/:id/grant": grantAgent,
  "POST /agents/:id/revoke": revokeAgent,
  "DELETE /agents/:id": removeAgent,
  "GET /ca.pem": async ({ agents }) => success(agents.authority.caPem),
} satisfies Handlers;

async function listAgents(house: House, { query }: Call<"GET /agents">): Answer<"GET /agents"> {
  const { search } = query;
  const after = query.after as AgentId | undefined;
  if (after !== undefined && !(await house.agents.get(after))) return failure(noSuchRow());
  const limit = limitOf(query);
  const { rows, total } = await house.agents.page({ search, after, limit: limit + 1 });
  const page = pageOf(rows, limit, ({ id }) => id);
  const here = clientsOf(house);
  const items = await Promise.all(page.items.map((agent) => agentReply(house, agent, here)));
  return success({ ...page, total, items });
}

/** One of each agent's. */
function clientsOf({ broker }: House): ReadonlyMap<AgentId, ClientInfo> {
  return new Map(broker.clients().map((client) => [client.agent, client]));
}

async function getAgent(house: House, { params }: Call<"GET /agents/:id">) {
  const agent = await house.agents.get(params.id as AgentId);
  if (!agent) return failure(problem("agent_unknown", `no agent '${params.id}'`));
  return success(await agentReply(house, agent));
}

async function createAgent(house: House, call: Call<"POST /agents">): Answer<"POST /agents"> {
  const { kind, name, tenant = "", grant = null, credential } = call.body;
  const wish = { kind, name, tenant, grant, credential };
  const issued = await house.agents.create(call.by.actor, wish);
  if (!issued.ok) return issued;
  house.changed(`agent:${issued.value.agent.id}`);
  return success(await issuedReply(house, issued.value, call.host));
}

type IssueRoute = "POST /agents/:id/credentials";

async function issueCredential(house: House, call: Call<IssueRoute>): Answer<IssueRoute> {
  const id = call.params.id as AgentId;
  const issued = await house.agents.issue(call.by.actor, id, call.body.credential);
  return issued.ok ? success(await issuedReply(house, issued.value, call.host)) : issued;
}

type ModelRoute = "POST /agents/:id/model";

/** The agent is answered too: what it hears is in the journal before. */
async function handInModel(house: House, call: Call<ModelRoute>): Answer<ModelRoute> {
  const { params, body, by } = call;
  const agent = await house.agents.get(params.id as AgentId);
  if (!agent) return failure(problem("agent_unknown", `no agent '${params.id}'`));
  const topic = modelTopicOf(agent);
  if (topic === undefined || agent.revoked) {
    const detail = "only a MindSphere agent that is not revoked has a model";
    return failure(problem("request_invalid", detail));
  }
  const payload = encodeJson(body.model as JsonObject);
  const detail = { name: agent.name, topic, bytes: payload.length };
  const subject = `agent:${agent.id}`;
  await house.journal.record({ actor: by.actor, kind: "agent.model-given", subject, detail });
  const receivedAt = house.clock.now() as Timestamp;
  return house.ingest.handIn({ topic, payload, agent: agent.id, receivedAt, retain: false });
}

type GrantRoute = "PUT /agents/:id/grant";

async function grantAgent(house: House, { params, body, by }: Call<GrantRoute>) {
  const granted = await house.agents.grant(by.actor, params.id as AgentId, body);
  if (!granted.ok) return granted;
  house.changed(`agent:${params.id}`);
  return success(await agentReply(house, granted.value));
}

async function revokeAgent(house: House, { params, by }: Call<"POST /agents/:id/revoke">) {
  const revoked = await house.agents.revoke(by.actor, params.id as AgentId);
  if (!revoked.ok) return revoked;
  house.changed(`agent:${params.id}`);
  return success(await agentReply(house, revoked.value));
}

async function removeAgent(house: House, { params, by }: Call<"DELETE /agents/:id">) {
  const removed = await house.agents.remove(by.actor, params.id as AgentId);
  if (removed.ok) house.changed(`agent:${params.id}`);
  return removed;
}

async function agentReply(
  house: House,
  agent: Agent,
  here = clientsOf(house),
): Promise<AgentReply> {
  const { id, kind, name, tenant, clientId, revoked, demo, createdAt } = agent;
  const client = here.get(id);
  const { lastSeenAt, messages, rejected } = house.ingest.agentSeen(id);
  const { publish, subscribe } = rightsOf(agent);
  const credentials = await house.agents.credentials(id);
  return {
    id,
    kind,
    name,
    tenant,
    clientId,
    rights: { publish: [...publish], subscribe: [...subscribe] },
    revoked,
    demo,
    createdAt: iso(createdAt),
    connected: client ? true : house.broker.caps.presence === "none" ? null : false,
    remote: client?.remote ?? null,
    lastSeenAt: isoOrNull(lastSeenAt),
    messages,
    rejected,
    credentials: credentials.map(credentialReply),
  };
}

/** Of a password not even the hash leaves the server. */
function credentialReply(credential: Credential): AgentReply["credentials"][number] {
  const { id, kind, secret, createdAt, expiresAt, revokedAt } = credential;
  return {
    id,
    kind,
    serial: kind === "certificate" ? secret : "",
    createdAt: iso(createdAt),
    expiresAt: isoOrNull(expiresAt),
    revokedAt: isoOrNull(revokedAt),
  };
}

async function issuedReply(house: House, issued: Issued, host: string): Promise<IssuedReply> {
  const { agent, password, certificate } = issued;
  const { mqtt, mqtts } = house.broker.ports;
  const way = { host: house.broker.host ?? host, mqttPort: mqtt, mqttsPort: mqtts };
  return {
    agent: await agentReply(house, agent),
    username: password === null ? null : agent.clientId,
    password,
    certificate: certificate && { ...certificate, expiresAt: iso(certificate.expiresAt) },
    ...way,
    examples: examplesFor(issued, way, house.clock.now()),
  };
}

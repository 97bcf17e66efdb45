import { Type } from "typebox";
import { assetOfKey, keyOfAsset, ROOT_KEY } from "../../domain/asset-key.ts";
import type { AssetId } from "../../domain/brand.ts";
import { THE_HOUSE } from "../../domain/event.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { Problem } from "../../domain/problem.ts";
import { type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { agentOf, deviceOf, type KnownAgent } from "./agent-device.ts";
import { readBody } from "./body.ts";
import { checkMatch, versioned } from "./etag.ts";
import { select } from "./filter.ts";
import { cutOf, springPage } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";
import { tenantOf } from "./tenant.ts";

export const AGENTS = "/api/agentmanagement/v3/agents";
const ONE = `${AGENTS}/:id`;

export const agentRoutes: Routes = {
  [`GET ${AGENTS}`]: { permission: "engineer", summary: "MindSphere agents", handle: list },
  [`POST ${AGENTS}`]: {
    permission: "engineer",
    summary: "An agent that comes in over HTTP, for an asset",
    handle: create,
  },
  [`GET ${ONE}`]: { permission: "engineer", agents: true, summary: "One agent", handle: get },
  [`PUT ${ONE}`]: {
    permission: "engineer",
    summary: "Another name or security profile; needs If-Match",
    handle: change,
  },
  [`DELETE ${ONE}`]: {
    permission: "engineer",
    summary: "Removes an agent, not its asset; needs If-Match",
    handle: remove,
  },
  [`GET ${ONE}/status`]: {
    permission: "view",
    agents: true,
    summary: "Whether it is connected, or was heard within five minutes",
    handle: tellStatus,
  },
  [`GET ${ONE}/boarding/configuration`]: {
    permission: "engineer",
    summary: "What the agent needs to register, once, within a week; ends the one before",
    handle: invite,
  },
  [`GET ${ONE}/boarding/status`]: {
    permission: "view",
    agents: true,
    summary: "Whether it has registered",
    handle: tellBoarding,
  },
  [`POST ${ONE}/boarding/offboard`]: {
    permission: "engineer",
    summary: "Lets it in no more until it is invited anew",
    handle: offboard,
  },
};

const AgentBody = Type.Object({
  name: Type.String({ minLength: 1 }),
  securityProfile: Type.Enum(["SHARED_SECRET", "RSA_3072"]),
});
const NewAgentBody = Type.Intersect([AgentBody, Type.Object({ entityId: Type.String() })]);
type Profile = "SHARED_SECRET" | "RSA_3072";

async function list(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask, 20);
  if (!cut.ok) return cut;
  const agents = await house.agents.list({ kind: "mindsphere" });
  const rows = await Promise.all(
    agents.map(async (agent) => {
      return replyOf(house, { agent, boarding: await house.agents.boardings.get(agent.id) });
    }),
  );
  const found = select(rows, ask.query);
  return found.ok ? success(springPage(cut.value, found.value)) : found;
}

async function create(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, NewAgentBody);
  if (!body.ok) return body;
  const { name, entityId, securityProfile } = body.value;
  const boarded = await house.agents.boardings.board(actorOf(ask), {
    name,
    tenant: await tenantOf(house),
    assetId: assetOfKey(entityId),
    profile: securityProfile as Profile,
  });
  return boarded.ok ? told(house, ask, boarded.value, 201) : boarded;
}

async function get(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const known = await asked(house, ask);
  return known.ok ? told(house, ask, known.value) : known;
}

async function change(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const known = await asked(house, ask);
  if (!known.ok) return known;
  const match = checkMatch(ask.headers, etagOf(known.value));
  if (!match.ok) return match;
  const body = readBody(ask.body, AgentBody);
  if (!body.ok) return body;
  const { name, securityProfile } = body.value;
  const version = { id: known.value.agent.id, etag: etagOf(known.value) };
  const wish = { name, profile: securityProfile as Profile };
  const changed = await house.agents.boardings.change(actorOf(ask), version, wish);
  return changed.ok ? told(house, ask, changed.value) : changed;
}

async function remove(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const known = await asked(house, ask);
  if (!known.ok) return known;
  const match = checkMatch(ask.headers, etagOf(known.value));
  if (!match.ok) return match;
  const { id } = known.value.agent;
  const removed = await house.agents.remove(actorOf(ask), id);
  if (!removed.ok) return removed;
  house.changed(`agent:${id}`);
  return success({ status: 204 });
}

async function tellStatus(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const known = await asked(house, ask);
  if (!known.ok) return known;
  const { agent } = known.value;
  const client = house.broker.clients().find((other) => other.agent === agent.id);
  const { lastSeenAt } = house.ingest.agentSeen(agent.id);
  const isRecent = lastSeenAt !== null && lastSeenAt > house.clock.now() - LIMIT.agentOnlineMs;
  const status = client || isRecent ? "ONLINE" : "OFFLINE";
  const since = new Date(client?.connectedAt ?? lastSeenAt ?? agent.createdAt).toISOString();
  return success({ status: 200, body: { status, since } });
}

async function invite(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const known = await asked(house, ask);
  if (!known.ok) return known;
  const invited = await house.agents.boardings.invite(actorOf(ask), known.value.agent.id);
  if (!invited.ok) return invited;
  const { agent, boarding, token, expiresAt } = invited.value;
  const content = {
    baseUrl: ask.origin,
    iat: token,
    clientCredentialProfile: [boarding.profile],
    clientId: keyOfAsset(agent.id as string as AssetId),
    tenant: agent.tenant,
  };
  const headers = { "cache-control": "no-store" };
  const body = { content, expiration: new Date(expiresAt).toISOString() };
  return success({ status: 200, body, headers });
}

async function tellBoarding(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const known = await asked(house, ask);
  if (!known.ok) return known;
  return success({ status: 200, body: { status: boardingOf(known.value) } });
}

/** One that comes over MQTT alone is in as soon as it has credentials. */
function boardingOf({ boarding }: KnownAgent): string {
  if (!boarding || boarding.onboardedAt !== null) return "ONBOARDED";
  return boarding.invitation === null ? "NOT_ONBOARDED" : "ONBOARDING";
}

async function offboard(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const known = await asked(house, ask);
  if (!known.ok) return known;
  const done = await house.agents.boardings.offboard(actorOf(ask), known.value.agent.id);
  return done.ok ? success({ status: 200, body: { status: boardingOf(done.value) } }) : done;
}

function asked(house: House, ask: Ask): Promise<Outcome<KnownAgent, Problem>> {
  return agentOf(house, ask, ask.params["id"] ?? "");
}

async function told(
  house: House,
  ask: Ask,
  known: KnownAgent,
  status = 200,
): Promise<Outcome<Answer, Problem>> {
  if (status === 201) house.changed(`agent:${known.agent.id}`);
  const reply = replyOf(house, known);
  return success(versioned(ask.headers, etagOf(known), reply, status));
}

/** MQTT clients look for themselves by `mqttClientId`. */
function replyOf(house: House, known: KnownAgent) {
  const { agent, boarding } = known;
  const assetId = boarding?.assetId ?? deviceOf(house, agent)?.assetId;
  return {
    id: keyOfAsset(agent.id as string as AssetId),
    name: agent.name,
    entityId: assetId ? keyOfAsset(assetId) : ROOT_KEY,
    securityProfile: boarding?.profile ?? "X509",
    mqttClientId: agent.clientId,
    eTag: etagOf(known),
  };
}

function etagOf({ boarding }: KnownAgent): string {
  return String(boarding?.etag ?? 0);
}

function actorOf({ by }: Ask) {
  return by?.actor ?? THE_HOUSE;
}

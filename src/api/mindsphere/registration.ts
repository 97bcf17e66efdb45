import { Type } from "typebox";
import { assetOfKey, keyOfAsset } from "../../domain/asset-key.ts";
import type { AgentId, AssetId } from "../../domain/brand.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { readBody, readForm } from "./body.ts";
import { tokenAnswer } from "./oauth.ts";
import type { Answer, Ask, Routes } from "./route.ts";

const BASE = "/api/agentmanagement/v3";

/** How an agent gets in by itself: RFC 7591 to register, RFC 7592 for new keys, RFC 7523 after. */
export const registrationRoutes: Routes = {
  [`POST ${BASE}/register`]: {
    permission: "public",
    summary: "Registers an agent with the token of its boarding configuration, once",
    handle: register,
  },
  [`PUT ${BASE}/register/:id`]: {
    permission: "public",
    summary: "New keys for an agent, with its registration access token",
    handle: rotate,
  },
  [`POST ${BASE}/oauth/token`]: {
    permission: "public",
    summary: "A token for an agent that signs an assertion: HS256, or RS384 of 3,072 bits",
    handle: giveToken,
  },
  [`GET ${BASE}/oauth/token_key`]: {
    permission: "public",
    summary: "The key that signs agents' tokens",
    handle: giveKey,
  },
};

const Keys = Type.Object({
  jwks: Type.Optional(Type.Object({ keys: Type.Array(Type.Object({}), { maxItems: 5 }) })),
});

/** What an agent may, its routes say. */
const SCOPE = ["mdsp:core:DefaultAgent"];

async function register(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const keys = keysOf(ask);
  if (!keys.ok) return keys;
  const registered = await house.agents.boardings.register(bearerOf(ask), keys.value);
  return registered.ok ? success(answerOf(ask, registered.value, 201)) : registered;
}

async function rotate(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const keys = keysOf(ask);
  if (!keys.ok) return keys;
  const id = String(assetOfKey(ask.params["id"] ?? "")) as AgentId;
  const rotated = await house.agents.boardings.rotate(id, bearerOf(ask), keys.value);
  return rotated.ok ? success(answerOf(ask, rotated.value, 200)) : rotated;
}

/** An empty body is one without keys: of a shared secret the agent has nothing to send. */
function keysOf({ body }: Ask): Outcome<readonly JsonObject[], Problem> {
  if (body.length === 0) return success([]);
  const read = readBody(body, Keys);
  return read.ok ? success((read.value.jwks?.keys ?? []) as JsonObject[]) : read;
}

function bearerOf({ headers }: Ask): string {
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
}

type Registration = Extract<
  Awaited<ReturnType<House["agents"]["boardings"]["register"]>>,
  { ok: true }
>["value"];

function answerOf({ origin }: Ask, given: Registration, status: number): Answer {
  const { agent, boarding, secret, registrationToken, expiresAt } = given;
  const id = keyOfAsset(agent.id as string as AssetId);
  const isShared = boarding.profile === "SHARED_SECRET";
  const body = {
    client_id: id,
    ...(secret !== null && { client_secret: secret }),
    // Agents with a key of their own must have it, too: they renew before it is over.
    client_secret_expires_at: Math.floor(expiresAt / 1000),
    registration_access_token: registrationToken,
    registration_client_uri: `${origin}${BASE}/register/${id}`,
    grant_types: [boarding.profile],
    token_endpoint_auth_method: isShared ? "client_secret_jwt" : "private_key_jwt",
  };
  return { status, body, headers: { "cache-control": "no-store" } };
}

async function giveToken(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const form = readForm(ask.body);
  const assertion = form["client_assertion"];
  if (form["grant_type"] !== "client_credentials" || assertion === undefined) {
    const detail = "expected grant_type=client_credentials and a client_assertion";
    return failure(problem("request_invalid", detail));
  }
  const agent = await house.agents.boardings.authenticate(assertion);
  if (!agent.ok) return agent;
  const { id, name, tenant } = agent.value;
  const actor = { kind: "agent", id, name } as const;
  const signed = await house.access.issueSigned({
    actor,
    tenant,
    scope: SCOPE,
    remote: ask.remote,
  });
  return success(tokenAnswer(signed, SCOPE));
}

/** The SDK puts line breaks into this PEM by itself, and stumbles over those that are there. */
async function giveKey({ access }: House): Promise<Outcome<Answer, Problem>> {
  const { id, publicPem, jwk } = await access.signingKey();
  const value = publicPem.replace(/\n/g, "");
  return success({ status: 200, body: { kid: id, alg: "RS256", use: "sig", value, ...jwk } });
}

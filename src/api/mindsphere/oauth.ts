import type { SignedToken } from "../../access/access.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { readForm } from "./body.ts";
import type { Answer, Ask, Routes } from "./route.ts";
import { tenantOf } from "./tenant.ts";

/**
 * Tokens for programs. Credentials are a user's name and password, or any name and an API token;
 * a token of `/api/v1` is taken as it is, too. Roles are those of the house.
 */
export const oauthRoutes: Routes = {
  "POST /oauth/token": {
    permission: "public",
    summary: "A token for service credentials: Basic, grant_type=client_credentials",
    handle: (house, ask) => giveToken(house, ask, ask.headers.authorization),
  },
  "POST /api/technicaltokenmanager/v3/oauth/token": {
    permission: "public",
    summary: "A token for app credentials: Basic in X-SPACE-AUTH-KEY",
    handle: (house, ask) => giveToken(house, ask, String(ask.headers["x-space-auth-key"])),
  },
  "GET /token_keys": {
    permission: "public",
    summary: "The key that signs tokens, as JWK and as PEM",
    handle: giveKeys,
  },
};

/** What a token is said to be good for; what its bearer may, his role decides. */
const SCOPE = ["mdsp:core:Fieldline"];

async function giveToken(
  house: House,
  ask: Ask,
  header: string | undefined,
): Promise<Outcome<Answer, Problem>> {
  const { grant_type: grant = "client_credentials" } = readForm(ask.body);
  if (grant !== "client_credentials") {
    return failure(problem("request_invalid", "grant_type: must be client_credentials"));
  }
  const credentials = credentialsIn(header ?? "");
  if (!credentials) return failure(problem("sign_in_wrong", "send credentials as Basic"));
  const known = await house.access.recognise({ ...credentials, remote: ask.remote });
  if (!known.ok) return known;
  const { actor } = known.value;
  const signed = await house.access.issueSigned({
    actor,
    tenant: await tenantOf(house),
    scope: SCOPE,
    remote: ask.remote,
  });
  return success(tokenAnswer(signed, SCOPE));
}

/** RFC 6749, section 5.1. */
export function tokenAnswer(signed: SignedToken, scope: readonly string[]): Answer {
  const body = {
    access_token: signed.token,
    token_type: "bearer",
    expires_in: signed.expiresInSeconds,
    scope: scope.join(" "),
    jti: signed.id,
    timestamp: signed.issuedAt,
  };
  return { status: 200, body, headers: { "cache-control": "no-store" } };
}

/** The active key first: the SDK looks at no other. It wants its PEM on several lines. */
async function giveKeys({ access }: House): Promise<Outcome<Answer, Problem>> {
  const { id, publicPem, jwk } = await access.signingKey();
  const key = { kid: id, alg: "RS256", use: "sig", value: publicPem, ...jwk };
  return success({ status: 200, body: { keys: [key] } });
}

/** Siemens' own samples write `Bearer` where they mean `Basic`. RFC 7617: the name has no colon. */
function credentialsIn(header: string): { name: string; password: string } | undefined {
  const encoded = /^(?:Basic|Bearer) ([\w+/=-]+)$/i.exec(header.trim())?.[1];
  const text = encoded && Buffer.from(encoded, "base64").toString();
  const [, name, password] = /^([^:]*):(.*)$/s.exec(text ?? "") ?? [];
  return name === undefined || password === undefined ? undefined : { name, password };
}

import type { Problem } from "../domain/problem.ts";
import type { TenantAuthority } from "../domain/records.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import type { AuthorityReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { iso, isoOrNull } from "./time.ts";

export const authorityHandlers = {
  "GET /authorities": listAuthorities,
  "POST /authorities": addAuthority,
  "POST /authorities/:id/verify": verifyAuthority,
  "DELETE /authorities/:id": removeAuthority,
} satisfies Handlers;

/** Few: two a tenant. */
async function listAuthorities(house: House): Answer<"GET /authorities"> {
  const items = await house.agents.authorities.list();
  return success({ items: items.map(authorityReply) });
}

async function addAuthority(
  house: House,
  { body, by }: Call<"POST /authorities">,
): Answer<"POST /authorities"> {
  const { tenant, certificatePem } = body;
  return told(house, await house.agents.authorities.add(by.actor, tenant, certificatePem));
}

type VerifyRoute = "POST /authorities/:id/verify";

async function verifyAuthority(
  house: House,
  { params, body, by }: Call<VerifyRoute>,
): Answer<VerifyRoute> {
  const { authorities } = house.agents;
  return told(house, await authorities.verify(by.actor, params.id, body.certificatePem));
}

async function removeAuthority(house: House, { params, by }: Call<"DELETE /authorities/:id">) {
  const removed = await house.agents.authorities.remove(by.actor, params.id);
  if (removed.ok) house.changed(`authority:${params.id}`);
  return removed;
}

function told(
  house: House,
  outcome: Outcome<TenantAuthority, Problem>,
): Outcome<AuthorityReply, Problem> {
  if (!outcome.ok) return failure(outcome.problem);
  house.changed(`authority:${outcome.value.id}`);
  return success(authorityReply(outcome.value));
}

function authorityReply(authority: TenantAuthority): AuthorityReply {
  const { id, tenant, name, fingerprint, registrationCode } = authority;
  return {
    ...{ id, tenant, name, fingerprint, registrationCode },
    state: authority.verifiedAt === null ? "unverified" : "verified",
    certificatePem: authority.certificate,
    expiresAt: iso(authority.expiresAt),
    createdAt: iso(authority.createdAt),
    verifiedAt: isoOrNull(authority.verifiedAt),
  };
}

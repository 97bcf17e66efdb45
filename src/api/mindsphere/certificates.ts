import { Type } from "typebox";
import { THE_HOUSE } from "../../domain/event.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { TenantAuthority } from "../../domain/records.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { readBody } from "./body.ts";
import { cutOf, halPage } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";
import { tenantOf } from "./tenant.ts";

const CAS = "/api/mindconnectmqtt/v3/caCertificates";

/** MindConnect MQTT: who signs agents' certificates. */
export const certificateRoutes: Routes = {
  [`GET ${CAS}`]: {
    permission: "engineer",
    summary: "The tenant's own certificate authorities",
    handle: listAuthorities,
  },
  [`GET ${CAS}/:id`]: { permission: "engineer", summary: "One authority", handle: getAuthority },
  [`POST ${CAS}`]: { permission: "administer", summary: "Upload an authority", handle: add },
  [`GET ${CAS}/:id/registrationCode`]: {
    permission: "administer",
    summary: "The common name of the certificate that verifies an authority",
    handle: getCode,
  },
  [`POST ${CAS}/:id/verify`]: {
    permission: "administer",
    summary: "Show that its key is yours",
    handle: verify,
  },
  [`DELETE ${CAS}/:id`]: {
    permission: "administer",
    summary: "Remove an authority; its agents are disconnected",
    handle: remove,
  },
};

async function listAuthorities(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask, 20);
  if (!cut.ok) return cut;
  const tenant = await tenantOf(house);
  const rows = (await house.agents.authorities.list()).filter((one) => one.tenant === tenant);
  return success(halPage(ask, cut.value, "caCertificates", rows.map(replyOf)));
}

async function getAuthority(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const found = await find(house, ask);
  return found.ok ? success({ status: 200, body: replyOf(found.value) }) : found;
}

async function getCode(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const found = await find(house, ask);
  if (!found.ok) return found;
  const { registrationCode } = found.value;
  return success({ status: 200, body: { registrationCode } });
}

const CertificateBody = Type.Object({ certificate: Type.String({ maxLength: 64 * 1024 }) });

async function add(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, CertificateBody);
  if (!body.ok) return body;
  const { authorities } = house.agents;
  const added = await authorities.add(byOf(ask), await tenantOf(house), body.value.certificate);
  return added.ok ? success({ status: 201, body: replyOf(added.value) }) : added;
}

async function verify(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, CertificateBody);
  if (!body.ok) return body;
  const { authorities } = house.agents;
  const verified = await authorities.verify(byOf(ask), idOf(ask), body.value.certificate);
  return verified.ok ? success({ status: 200, body: replyOf(verified.value) }) : verified;
}

async function remove(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const removed = await house.agents.authorities.remove(byOf(ask), idOf(ask));
  return removed.ok ? success({ status: 204 }) : removed;
}

async function find(house: House, ask: Ask): Promise<Outcome<TenantAuthority, Problem>> {
  const found = await house.agents.authorities.get(idOf(ask));
  if (found) return success(found);
  return failure(problem("authority_unknown", `no authority '${idOf(ask)}'`));
}

function idOf({ params }: Ask): string {
  return params["id"] ?? "";
}

function byOf({ by }: Ask) {
  return by?.actor ?? THE_HOUSE;
}

function replyOf({ id, tenant, name, certificate, ...rest }: TenantAuthority) {
  return {
    ...{ id, tenant, name, certificate },
    status: rest.verifiedAt === null ? "UNVERIFIED" : "VERIFIED",
    registrationCode: rest.registrationCode,
    fingerprint: rest.fingerprint,
    validTo: new Date(rest.expiresAt).toISOString(),
  };
}

import { Type } from "typebox";
import { AGENT_KINDS } from "../domain/agent.ts";
import type { Route } from "./contract.ts";
import {
  AgentSchema,
  countedPage,
  Id,
  IssuedSchema,
  Json,
  Name,
  oneOf,
  PageQuery,
  RightsSchema,
  Search,
  Text,
} from "./schema.ts";
import { AuthoritySchema, CertificateBody } from "./schema-agent.ts";

/** Identities that may connect, and who lets them in: a part of the contract, see `contract.ts`. */

export const AGENT_ROUTES = {
  "GET /agents": {
    permission: "engineer",
    summary: "Identities that may connect, by name; those that are revoked last",
    query: Type.Object({ ...PageQuery, search: Type.Optional(Search) }),
    reply: countedPage(AgentSchema),
  },
  "GET /agents/:id": {
    permission: "engineer",
    summary: "One agent",
    params: Id,
    reply: AgentSchema,
  },
  "POST /agents": {
    permission: "engineer",
    summary: "Create an agent with a password, a certificate or both",
    body: Type.Object({
      kind: oneOf(AGENT_KINDS),
      name: Name,
      tenant: Type.Optional(Text),
      grant: Type.Optional(RightsSchema),
      credential: oneOf(["password", "certificate", "both"]),
    }),
    reply: IssuedSchema,
    created: true,
  },
  "POST /agents/:id/credentials": {
    permission: "engineer",
    summary: "Issue one more credential",
    params: Id,
    body: Type.Object({ credential: oneOf(["password", "certificate"]) }),
    reply: IssuedSchema,
    created: true,
  },
  "POST /agents/:id/disconnect": {
    permission: "engineer",
    summary: "Close an agent's connections; it may come back",
    params: Id,
    reply: Type.Object({ closed: Type.Integer() }),
  },
  "POST /agents/:id/model": {
    permission: "engineer",
    summary: "Hand in a model as if its MindSphere agent had published it",
    params: Id,
    body: Type.Object({ model: Json }),
  },
  "PUT /agents/:id/grant": {
    permission: "engineer",
    summary: "Other rights for a plain agent, at once and on the connection that it has",
    params: Id,
    body: RightsSchema,
    reply: AgentSchema,
  },
  "POST /agents/:id/revoke": {
    permission: "engineer",
    summary: "Close its connection and let it in no more",
    params: Id,
    reply: AgentSchema,
  },
  "DELETE /agents/:id": {
    permission: "engineer",
    summary: "Remove an agent; its connection is closed",
    params: Id,
  },
  "GET /authorities": {
    permission: "engineer",
    summary: "Tenants' own certificate authorities, beside the built-in one",
    reply: Type.Object({ items: Type.Array(AuthoritySchema) }),
  },
  "POST /authorities": {
    permission: "administer",
    summary: "Upload a tenant's authority; it lets nobody in before it is verified",
    body: Type.Object({
      tenant: Name,
      certificatePem: CertificateBody.properties.certificatePem,
    }),
    reply: AuthoritySchema,
    created: true,
  },
  "POST /authorities/:id/verify": {
    permission: "administer",
    summary: "Show that its key is yours: a certificate that it signed for the registration code",
    params: Id,
    body: CertificateBody,
    reply: AuthoritySchema,
  },
  "DELETE /authorities/:id": {
    permission: "administer",
    summary: "Remove an authority; agents that it let in are disconnected",
    params: Id,
  },
  "GET /ca.pem": {
    permission: "public",
    summary: "The certificate of the built-in CA",
    reply: Type.String(),
    produces: "application/x-pem-file",
  },
} as const satisfies Record<string, Route>;

import { Readable } from "node:stream";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Bearer } from "../../access/access.ts";
import { LIMIT } from "../../domain/limit.ts";
import { mayDo } from "../../domain/permission.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { isUnsafeMethod } from "../guard.ts";
import type { House } from "../house.ts";
import { problemIn } from "../reply.ts";
import { agentCertificateRoutes } from "./agent-certificates.ts";
import { agentRoutes } from "./agents.ts";
import { aggregateRoutes } from "./aggregates.ts";
import { aspectTypeRoutes } from "./aspect-types.ts";
import { assetFileRoutes } from "./asset-files.ts";
import { assetPartRoutes } from "./asset-parts.ts";
import { assetTypeRoutes } from "./asset-types.ts";
import { assetRoutes } from "./assets.ts";
import { bulkImportRoutes } from "./bulk-import.ts";
import { certificateRoutes } from "./certificates.ts";
import { commandingRoutes } from "./commanding.ts";
import { customTopicRoutes } from "./custom-topics.ts";
import { dataSourceRoutes } from "./data-sources.ts";
import { diagnosticRoutes } from "./diagnostics.ts";
import { eventJobRoutes } from "./event-jobs.ts";
import { eventTypeRoutes } from "./event-types.ts";
import { eventRoutes } from "./events.ts";
import { exchangeRoutes } from "./exchange.ts";
import { faultReply } from "./fault.ts";
import { iotFileRoutes } from "./iot-files.ts";
import { mappingRoutes } from "./mappings.ts";
import { modelRoutes } from "./models.ts";
import { oauthRoutes } from "./oauth.ts";
import { registrationRoutes } from "./registration.ts";
import type { Answer, Ask, Route, Routes } from "./route.ts";
import { timeSeriesRoutes } from "./time-series.ts";

/** Every route of the Insights Hub API, one file for each of Siemens' services. */
export const SIEMENS_ROUTES: Routes = {
  ...aspectTypeRoutes,
  ...assetTypeRoutes,
  ...assetRoutes,
  ...assetPartRoutes,
  ...assetFileRoutes,
  ...timeSeriesRoutes,
  ...bulkImportRoutes,
  ...aggregateRoutes,
  ...oauthRoutes,
  ...agentRoutes,
  ...registrationRoutes,
  ...dataSourceRoutes,
  ...mappingRoutes,
  ...exchangeRoutes,
  ...diagnosticRoutes,
  ...iotFileRoutes,
  ...commandingRoutes,
  ...eventRoutes,
  ...eventTypeRoutes,
  ...eventJobRoutes,
  ...certificateRoutes,
  ...agentCertificateRoutes,
  ...customTopicRoutes,
  ...modelRoutes,
};

/** Siemens' services that are served here, by their names in the paths. */
const SERVICES = new Set(Object.keys(SIEMENS_ROUTES).flatMap((name) => serviceIn(name) ?? []));

/** What Siemens has and the house does not is said in the form that its clients read. */
export function sendNothing(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [path = ""] = request.url.split("?");
  const service = serviceIn(path) ?? "";
  const detail = SERVICES.has(service)
    ? `${request.method} ${path}: the house's '${service}' has no such route`
    : `the house has no '${service}'; docs/insights-hub.md lists the services that it has`;
  const { status, body } = faultReply(problem("route_unknown", detail), path, request.id);
  return reply.code(status).header("content-type", JSON_TYPE).send(JSON.stringify(body));
}

/** Whether the address is one of Siemens' gateway, and not of the house's own API. */
export function isOfInsightsHub(path: string): boolean {
  return serviceIn(path) !== undefined;
}

function serviceIn(path: string): string | undefined {
  return /\/api\/(\w+)\/v[34]\//.exec(path)?.[1];
}

const JSON_TYPE = "application/json; charset=utf-8";

/**
 * The Insights Hub API at the paths of Siemens' own gateway, so that its public SDK and its command
 * line work when they are pointed at a house. What callers send is read as leniently as there.
 */
export async function registerInsightsHub(app: FastifyInstance, house: House): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_, body, done) => done(null, body));
    scope.setErrorHandler<FastifyError>((error, request, reply) => {
      sendFault(request, reply, problemIn(house.log, error, request));
    });
    for (const [name, route] of Object.entries(SIEMENS_ROUTES)) {
      registerRoute(scope, house, name, route);
    }
  });
}

function registerRoute(app: FastifyInstance, house: House, name: string, route: Route): void {
  const [method = "", url = ""] = name.split(" ");
  app.route({
    method,
    url,
    bodyLimit: route.bodyBytes ?? LIMIT.requestBytes,
    onRequest: async (request, reply) => {
      const refusal = await refusalOf(house, name, route, request);
      return refusal && sendFault(request, reply, refusal);
    },
    handler: async (request, reply) => {
      const outcome = await route.handle(house, askOf(request));
      if (!outcome.ok) return sendFault(request, reply, outcome.problem);
      return send(reply, outcome.value);
    },
  });
}

/** Deny by default, as the guard of `/api/v1`; cookies are not looked at: none can be borrowed. */
async function refusalOf(
  house: House,
  name: string,
  route: Route,
  request: FastifyRequest,
): Promise<Problem | undefined> {
  if (route.permission === "public") return undefined;
  const bearer = await bearerOf(house, request);
  if (!bearer) return problem("sign_in_needed", "no valid token");
  bearers.set(request, bearer);
  const { role } = bearer;
  if (role === null && route.agents) return undefined;
  if (role !== null && mayDo(role, route.permission)) return undefined;
  if (isUnsafeMethod(request.method)) await house.refusals.record(bearer, name, request.ip);
  const who = role === null ? "agents do" : `the role '${role}' does`;
  return problem("permission_missing", `this needs '${route.permission}', which ${who} not have`);
}

/** Who asks, once the guard knows; gone with the request. */
const bearers = new WeakMap<FastifyRequest, Bearer>();

/** A signed token of ours, or an API token as it is. */
async function bearerOf({ access }: House, request: FastifyRequest): Promise<Bearer | undefined> {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (bearer === undefined) return undefined;
  const identity = await access.identify({ cookie: undefined, bearer });
  return identity ?? access.identifySigned(bearer);
}

function askOf(request: FastifyRequest): Ask {
  const { params, query, headers, body, ip, protocol, host, url } = request;
  const [path = ""] = url.split("?");
  return {
    params: params as Ask["params"],
    query: lastOf(query as Record<string, string | string[]>),
    headers,
    body: body instanceof Uint8Array ? body : new Uint8Array(),
    by: bearers.get(request),
    remote: ip,
    origin: `${protocol}://${host}`,
    path,
  };
}

/** Of a name that is given twice, the last counts. */
function lastOf(query: Readonly<Record<string, string | readonly string[]>>): Ask["query"] {
  const entries = Object.entries(query).map(([name, value]) => [
    name,
    typeof value === "string" ? value : value.at(-1),
  ]);
  return Object.fromEntries(entries);
}

function send(reply: FastifyReply, { status, body, headers = {} }: Answer): FastifyReply {
  reply.code(status).headers(headers);
  if (body === undefined) return reply.send();
  if (body instanceof Uint8Array || body instanceof Readable) return reply.send(body);
  const json = JSON.stringify(body, digitsOf);
  return reply.header("content-type", JSON_TYPE).send(json);
}

/** Most readers of JSON round what lies beyond 2^53. */
function digitsOf(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function sendFault(request: FastifyRequest, reply: FastifyReply, what: Problem): FastifyReply {
  const { status, body } = faultReply(what, request.routeOptions.url ?? "", request.id);
  if (status === 401) reply.header("www-authenticate", 'Bearer realm="Fieldline"');
  if (status === 429) reply.header("retry-after", LIMIT.signInPauseMs / 1000);
  const json = JSON.stringify(body);
  return reply.code(status).header("content-type", JSON_TYPE).send(json);
}

import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { Identity } from "../access/access.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Problem } from "../domain/problem.ts";
import { assert } from "../lib/assert.ts";
import type { Outcome } from "../lib/outcome.ts";
import { agentHandlers } from "./agents.ts";
import { assetEventHandlers } from "./asset-events.ts";
import { assetHandlers } from "./assets.ts";
import { authorityHandlers } from "./authorities.ts";
import { backupHandlers } from "./backups.ts";
import { brokerHandlers } from "./broker.ts";
import { commandHandlers } from "./commands.ts";
import { ROUTES, type Route, type RouteName } from "./contract.ts";
import { deviceHandlers } from "./devices.ts";
import { forgetHandlers } from "./forget.ts";
import { admit, COOKIE, isUnsafeMethod } from "./guard.ts";
import { type Call, type Handler, Verbatim } from "./handler.ts";
import { healthHandlers } from "./health.ts";
import { historyHandlers } from "./history.ts";
import { historyFileHandlers } from "./history-file.ts";
import type { House } from "./house.ts";
import { importHandlers } from "./imports.ts";
import { inboxHandlers } from "./inbox.ts";
import { journalHandlers } from "./journal.ts";
import { fileHandlers } from "./kept-files.ts";
import { layoutHandlers } from "./layouts.ts";
import { liveHandlers } from "./live.ts";
import { networkHandlers } from "./networks.ts";
import { statusOf } from "./openapi.ts";
import { overviewHandlers } from "./overview.ts";
import { pointHandlers } from "./points.ts";
import { pushHandlers } from "./push.ts";
import { pushRowsHandlers } from "./push-rows.ts";
import { rejectedHandlers } from "./rejected.ts";
import { sendProblem } from "./reply.ts";
import { retentionHandlers } from "./retention.ts";
import { screenHandlers } from "./screens.ts";
import { sessionHandlers } from "./session.ts";
import { settingsHandlers } from "./settings.ts";
import { storageHandlers } from "./storage.ts";
import { streamHandlers } from "./stream.ts";
import { topicHandlers } from "./topics.ts";
import { userHandlers } from "./users.ts";
import { validator, writer } from "./validate.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; the guard has seen to it on every route that is not public. */
    identity: Identity | undefined;
  }
}

export const BASE = "/api/v1";

/** One handler a route: the compiler refuses a table with a hole, `register` one with too many. */
const HANDLERS: { readonly [R in RouteName]: Handler<R> } = {
  ...agentHandlers,
  ...assetHandlers,
  ...assetEventHandlers,
  ...authorityHandlers,
  ...backupHandlers,
  ...brokerHandlers,
  ...commandHandlers,
  ...deviceHandlers,
  ...fileHandlers,
  ...healthHandlers,
  ...forgetHandlers,
  ...historyHandlers,
  ...historyFileHandlers,
  ...importHandlers,
  ...inboxHandlers,
  ...journalHandlers,
  ...layoutHandlers,
  ...liveHandlers,
  ...networkHandlers,
  ...overviewHandlers,
  ...pointHandlers,
  ...retentionHandlers,
  ...pushHandlers,
  ...pushRowsHandlers,
  ...rejectedHandlers,
  ...screenHandlers,
  ...sessionHandlers,
  ...settingsHandlers,
  ...storageHandlers,
  ...streamHandlers,
  ...topicHandlers,
  ...userHandlers,
};

/** Walks the contract once: each route gets its guard, its schemas and its handler. */
export function registerRoutes(app: FastifyInstance, house: House): void {
  app.decorateRequest("identity", undefined);
  for (const name of Object.keys(HANDLERS)) {
    assert(name in ROUTES, `the handler of '${name}' has no route`);
  }
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    const register = (scope: FastifyInstance) =>
      registerRoute(scope, house, name as RouteName, route);
    if (route.consumes) takeBytes(app, route.consumes, register);
    else register(app);
  }
}

/** A route of its own: no other takes such a body. */
function takeBytes(
  app: FastifyInstance,
  type: string,
  register: (scope: FastifyInstance) => void,
): void {
  void app.register(async (scope) => {
    const parse = { parseAs: "buffer", bodyLimit: LIMIT.importPartBytes } as const;
    scope.addContentTypeParser(type, parse, (_request, body, done) => done(null, body));
    register(scope);
  });
}

function registerRoute(app: FastifyInstance, house: House, name: RouteName, route: Route): void {
  const [method = "", path = ""] = name.split(" ");
  const { params, query, consumes } = route;
  const body = consumes ? undefined : route.body;
  const bodyLimit = consumes ? LIMIT.importPartBytes : LIMIT.requestBytes;
  // Which route it is, is known here only: the table above has checked that both fit.
  const handler = HANDLERS[name] as Handler<never>;
  app.route({
    method: method as HTTPMethods,
    url: BASE + path,
    bodyLimit,
    schema: {
      ...(params && { params }),
      ...(query && { querystring: query }),
      ...(body && { body }),
      ...(route.reply && !route.produces && { response: { [statusOf(route)]: route.reply } }),
    },
    validatorCompiler: ({ schema, httpPart }) =>
      validator(schema as never, httpPart as "body" | "params" | "querystring"),
    serializerCompiler: ({ schema }) => writer(schema as never),
    onRequest: (request, reply) => guard(house, name, request, reply),
    handler: async (request, reply) => {
      const outcome = await handler(house, callOf(request, reply) as Call<never>);
      return send(request, reply, outcome, route);
    },
  });
}

/** Runs before the body is read, and ends the request where it gives its reply. */
async function guard(
  house: House,
  name: RouteName,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const { method, headers } = request;
  const isUnsafe = isUnsafeMethod(method);
  const cookie = request.cookies[COOKIE];
  const admitted = await admit(house.access, ROUTES[name].permission, {
    headers,
    cookie,
    isUnsafe,
  });
  if (admitted.ok) {
    request.identity = admitted.value;
    return undefined;
  }
  const { refused, problem } = admitted;
  if (refused && isUnsafe) await house.refusals.record(refused, name, request.ip);
  return sendProblem(request, reply, problem);
}

function callOf(request: FastifyRequest, reply: FastifyReply): Call<RouteName> {
  const { params, query, body, identity, ip, hostname, headers, cookies } = request;
  return {
    // What the schemas have let pass is of their types.
    ...({ params, query, body, by: identity } as Pick<
      Call<RouteName>,
      "params" | "query" | "body" | "by"
    >),
    remote: ip,
    host: hostname,
    accept: headers.accept ?? "",
    cookie: cookies[COOKIE],
    setCookie: (cookie) => setCookie(request, reply, cookie),
  };
}

function setCookie(request: FastifyRequest, reply: FastifyReply, cookie: string | null): void {
  const secure = request.protocol === "https";
  const options = { path: "/", httpOnly: true, sameSite: "strict", secure } as const;
  if (cookie === null) reply.clearCookie(COOKIE, options);
  else reply.setCookie(COOKIE, cookie, { ...options, maxAge: LIMIT.sessionMs / 1000 });
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: Outcome<unknown, Problem>,
  route: Route,
): FastifyReply {
  if (!outcome.ok) return sendProblem(request, reply, outcome.problem);
  if (outcome.value instanceof Verbatim) {
    const { contentType, body, headers } = outcome.value;
    return reply.headers(headers).header("content-type", contentType).send(body);
  }
  if (route.produces) reply.header("content-type", route.produces);
  return reply.code(statusOf(route)).send(outcome.value);
}

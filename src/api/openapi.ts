import { STATUS_CODES } from "node:http";
import { PROBLEMS } from "../domain/problem.ts";
import { ROUTES, type Route } from "./contract.ts";
import { COOKIE } from "./guard.ts";
import { PROBLEM_TYPE } from "./reply.ts";
import { ProblemSchema } from "./schema.ts";
import { closed } from "./validate.ts";

/** The contract as OpenAPI 3.1, for those who generate a client or read it in their own tool. */
export function openapi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    const [method = "", path = ""] = name.split(" ");
    const template = path.replace(/:(\w+)/g, "{$1}");
    paths[template] = { ...paths[template], [method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Fieldline", version, license: { name: "Apache-2.0" } },
    servers: [{ url: "/api/v1" }],
    paths,
    components: {
      schemas: { Problem: ProblemSchema },
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: COOKIE },
        token: { type: "http", scheme: "bearer" },
      },
    },
  };
}

function operation(name: string, route: Route): Record<string, unknown> {
  const isOpen = route.permission === "public" || route.permission === "setup";
  return {
    operationId: operationId(name),
    summary: route.summary,
    description: `Permission: ${route.permission}.`,
    security: isOpen ? [] : [{ session: [] }, { token: [] }],
    parameters: [...parameters(route.params, "path"), ...parameters(route.query, "query")],
    ...(route.body && {
      requestBody: {
        required: true,
        content: { [route.consumes ?? "application/json"]: { schema: closed(route.body) } },
      },
    }),
    responses: { ...success(name, route), default: problemResponse(isOpen) },
  };
}

/** `GET /points/:id/history` becomes `getPointsIdHistory`. */
function operationId(name: string): string {
  const [verb = "", ...words] = name.split(/[^a-zA-Z]+/).filter((word) => word !== "");
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  return verb.toLowerCase() + words.map(capital).join("");
}

function parameters(schema: Route["params"], place: "path" | "query"): object[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, object>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }));
}

function success(name: string, route: Route): Record<string, unknown> {
  if (name === "GET /live") return { 101: { description: STATUS_CODES[101] } };
  const status = statusOf(route);
  const content = route.produces ?? "application/json";
  const schema = route.reply ?? (route.produces && { type: "string" });
  return {
    [status]: {
      description: STATUS_CODES[status],
      ...(schema && { content: { [content]: { schema } } }),
    },
  };
}

/** 204 says that it is done and that there is nothing to tell. */
export function statusOf(route: Route): 200 | 201 | 204 {
  if (!route.reply && !route.produces) return 204;
  return route.created ? 201 : 200;
}

function problemResponse(isOpen: boolean): object {
  const wanted = isOpen ? "request_invalid" : "sign_in_needed";
  return {
    description: `A problem (RFC 9457), for example: ${PROBLEMS[wanted].meaning}`,
    content: { [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fastifyCookie from "@fastify/cookie";
import fastify from "fastify";
import { PERMISSIONS, type Permission } from "../domain/permission.ts";
import { ROUTES, type Route } from "./contract.ts";
import type { House } from "./house.ts";
import { openapi } from "./openapi.ts";
import { BASE, registerRoutes } from "./routes.ts";

const routes = Object.entries<Route>(ROUTES);
const names = Object.keys(ROUTES).toSorted();

test("no route lacks a permission", () => {
  for (const [name, { permission }] of routes) assert.ok(permission in PERMISSIONS, name);
});

test("only what nobody can harm is open to everybody", () => {
  const open = routes.filter(([, { permission }]) => permission === "public").map(([name]) => name);
  assert.deepEqual(open.toSorted(), [
    "GET /ca.pem",
    "GET /health",
    "GET /openapi.json",
    "GET /setup",
    "GET /version",
    "POST /session",
  ]);
});

test("the server has the routes of the contract, all of them and no other", async () => {
  const app = fastify({ exposeHeadRoutes: false });
  const live: string[] = [];
  app.addHook("onRoute", ({ method, url }) => void live.push(`${method} ${url}`));
  await app.register(fastifyCookie);
  // Nothing is asked of the house while routes are registered.
  registerRoutes(app, {} as House);
  await app.ready();
  assert.deepEqual(live.toSorted(), names.map((name) => name.replace(" ", ` ${BASE}`)).toSorted());
});

test("OpenAPI names the same routes, each once", () => {
  const { paths } = openapi("1.0.0") as { paths: Record<string, Record<string, unknown>> };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(
      (method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`,
    ),
  );
  assert.deepEqual(described.toSorted(), names);
});

test("OpenAPI gives every operation a name of its own", () => {
  const operations = JSON.stringify(openapi("1.0.0")).match(/"operationId":"[^"]+"/g) ?? [];
  assert.equal(new Set(operations).size, names.length);
});

test("OpenAPI declares every parameter that its path names", () => {
  const { paths } = openapi("1.0.0") as {
    paths: Record<string, Record<string, { parameters: { name: string; in: string }[] }>>;
  };
  for (const [path, methods] of Object.entries(paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters } of Object.values(methods)) {
      const declared = parameters.filter((one) => one.in === "path").map(({ name }) => name);
      assert.deepEqual(declared, named, path);
    }
  }
});

test("docs/api.md lists every route with who may, and none that does not exist", () => {
  const text = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
  const rows = text.matchAll(/^\| `((?:GET|POST|PUT|PATCH|DELETE) \/[^`]*)` \| (.+) \| (.+) \|$/gm);
  const listed = Array.from(rows, ([, name, summary, who]) => ({ name, summary, who }));
  const known = routes.map(([name, { summary, permission }]) => ({
    name,
    summary,
    who: leastOf(permission),
  }));
  assert.deepEqual(listed, known);
});

function leastOf(permission: Permission): string {
  if (permission === "self") return "anybody signed in";
  if (permission === "setup") return "nobody, once";
  return PERMISSIONS[permission] ?? "nobody";
}

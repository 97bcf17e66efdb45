import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { problem } from "../domain/problem.ts";
import { TABLE_CELLS_HEADER, TABLE_HEAD } from "../domain/sample-table.ts";
import { isOfInsightsHub, sendNothing } from "./mindsphere/mindsphere.ts";
import { sendProblem } from "./reply.ts";

/** Names with a hash in them, as Vite writes them: another content has another name. */
const HASHED = /\/assets\/[^/]+-[\w-]{8,}\.\w+(\.br|\.gz)?$/;

/** Nothing inline, nothing from elsewhere, no framing; pictures may be part of a style sheet. */
const SCREEN_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Serves the built screens; any address that is not a file or the API is one of their pages. */
export async function serveFiles(app: FastifyInstance, folder: string): Promise<void> {
  const hasScreens = existsSync(join(folder, "index.html"));
  if (hasScreens) {
    await app.register(fastifyStatic, {
      root: folder,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, path) => void reply.headers(cachingOf(path)),
    });
  }
  app.setNotFoundHandler((request, reply) => {
    // `//` is an address, and no URL.
    const [pathname = ""] = request.url.split("?");
    const isPage = request.method === "GET" && !pathname.split("/").at(-1)?.includes(".");
    if (hasScreens && isPage && !isOfApi(pathname)) return reply.sendFile("index.html");
    if (isOfInsightsHub(pathname)) return sendNothing(request, reply);
    return sendProblem(request, reply, problem("route_unknown", `nothing at ${pathname}`));
  });
  app.addHook("onSend", async (request, reply) => harden(request, reply));
}

function cachingOf(path: string): Record<string, string> {
  const isForever = HASHED.test(path);
  return { "cache-control": isForever ? "public, max-age=31536000, immutable" : "no-cache" };
}

/** Headers of every reply. No word of HTTPS: over plain HTTP it would lock the browser out. */
export function harden(request: FastifyRequest, reply: FastifyReply): void {
  const isApi = isOfApi(request.url);
  reply.headers({
    "content-security-policy": isApi ? API_POLICY : SCREEN_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
  });
  if (!isApi) return;
  reply.headers({ "cache-control": "no-store", [TABLE_CELLS_HEADER]: String(TABLE_HEAD.length) });
}

/** Ours and the Insights Hub's: programs ask there, and no page is at such an address. */
function isOfApi(url: string): boolean {
  return /^\/(api|oauth|token_keys)(\/|\?|$)/.test(url);
}

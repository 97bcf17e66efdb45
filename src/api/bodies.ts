import type { FastifyInstance } from "fastify";
import { LIMIT } from "../domain/limit.ts";
import { isDeeper, type Json } from "../lib/json.ts";

/** Bodies are JSON and nothing else: no form of another site's page gets this far. */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    // Some clients name a type although they send nothing.
    if (body.length === 0) return done(null, undefined);
    return parse(request, body as string, (error, json: Json) => {
      const isTooDeep = error === null && isDeeper(json, LIMIT.jsonDepth);
      done(isTooDeep ? new TooDeep() : error, json);
    });
  });
}

/** Whoever walks over such a body later would run out of stack. */
class TooDeep extends Error {
  readonly statusCode = 400;
}

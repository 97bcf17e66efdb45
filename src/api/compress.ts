import { gzip } from "node:zlib";
import type { FastifyInstance } from "fastify";

/** Shorter replies fit into a few packets as they are. */
const BYTES_MIN = 4_096;
/** Most of the gain for a fraction of the time. */
const FASTEST = 1;

/** Long texts, such as histories, travel compressed to those who can read that. */
export function compressReplies(app: FastifyInstance): void {
  app.addHook<unknown>("onSend", async (request, reply, payload) => {
    if (typeof payload !== "string" || payload.length < BYTES_MIN) return payload;
    reply.header("vary", "accept-encoding");
    if (!/\bgzip\b/.test(String(request.headers["accept-encoding"]))) return payload;
    reply.header("content-encoding", "gzip").removeHeader("content-length");
    return squeeze(payload);
  });
}

function squeeze(text: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    gzip(text, { level: FASTEST }, (error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
}

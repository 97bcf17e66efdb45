import { maxHeaderSize } from "node:http";
import type { Socket } from "node:net";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { LIMIT } from "../domain/limit.ts";
import { PROBLEMS, type Problem, problem } from "../domain/problem.ts";
import { knownTrouble } from "../historian/historian.ts";
import type { Log } from "../lib/log.ts";
import { isDiskFull } from "../lib/sqlite.ts";
import type { ProblemReply } from "./contract.ts";

export const PROBLEM_TYPE = "application/problem+json";

/** RFC 9457: what went wrong, for programs (`code`) and for people (`title`, `detail`). */
export function problemReply({ code, detail }: Problem, requestId: string): ProblemReply {
  return {
    type: `urn:fieldline:problem:${code}`,
    title: PROBLEMS[code].meaning,
    status: PROBLEMS[code].status,
    code,
    detail,
    instance: `urn:fieldline:request:${requestId}`,
  };
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  what: Problem,
): FastifyReply {
  const body = problemReply(what, request.id);
  if (body.status === 401) reply.header("www-authenticate", 'Bearer realm="Fieldline"');
  if (body.status === 429) reply.header("retry-after", LIMIT.signInPauseMs / 1000);
  // Text already: a problem has the same form on every route, whatever its reply's schema.
  return reply.code(body.status).header("content-type", PROBLEM_TYPE).send(JSON.stringify(body));
}

/**
 * What Fastify or a handler threw. What the caller can mend is named; anything else is written to
 * the log under the request's id, and the caller learns nothing of our insides.
 */
export function sendError(
  log: Log,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  sendProblem(request, reply, problemIn(log, error, request));
}

/** The same without its form: other APIs say a problem in other words. */
export function problemIn(log: Log, error: FastifyError, request: FastifyRequest): Problem {
  const expected = expectedProblem(error, request);
  if (expected) return expected;
  const route = request.routeOptions.url;
  const { method, id } = request;
  log.error("request failed", { method, route, request: id, reason: error.stack ?? `${error}` });
  return problem("internal", `The log names request ${id}.`);
}

/** What was no request at all, too long or too slow: the same form of answer, then the end. */
export function refuseSocket(
  error: NodeJS.ErrnoException,
  socket: Pick<Socket, "writable" | "end" | "destroy">,
  id: string,
): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const what = problem("request_invalid", NO_REQUEST.get(error.code) ?? "this is no HTTP request");
  const body = JSON.stringify(problemReply(what, id));
  const head = [
    "HTTP/1.1 400 Bad Request",
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

const NO_REQUEST = new Map<string | undefined, string>([
  ["HPE_HEADER_OVERFLOW", `the header is longer than ${maxHeaderSize} bytes`],
  ["ERR_HTTP_REQUEST_TIMEOUT", `the request was not whole within ${LIMIT.requestMs / 1000} s`],
]);

/** What the caller can mend, of what Fastify or a handler threw. */
function expectedProblem(error: FastifyError, request: FastifyRequest): Problem | undefined {
  const trouble = knownTrouble(error);
  if (trouble) return trouble;
  if (isDiskFull(error) || error.code === "ENOSPC") {
    return problem("disk_full", "what was asked is not done: it could not be written");
  }
  if (error.validationContext) {
    return problem("request_invalid", `${error.validationContext} ${error.message}`);
  }
  if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return problem("payload_too_large", `at most ${request.routeOptions.bodyLimit} bytes`);
  }
  if (error.code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    return problem("request_invalid", "send the body as application/json");
  }
  // Fastify's other complaints about a request: bad URLs, bad lengths, bytes that are no JSON.
  const isCallers = error.statusCode !== undefined && error.statusCode < 500;
  return isCallers ? problem("request_invalid", "the request cannot be read") : undefined;
}

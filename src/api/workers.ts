import type { FastifyInstance } from "fastify";
import { LIMIT } from "../domain/limit.ts";
import { problem } from "../domain/problem.ts";
import { sameSecret } from "../lib/secret.ts";
import { type Reception, WORKERS_DOOR } from "../relay/relay.ts";
import { AskLimit } from "./ask-limit.ts";
import type { House } from "./house.ts";
import { sendProblem } from "./reply.ts";

const BYTES = "application/octet-stream";

/** The door of workers that take in for this house; see docs/grow.md. */
export function registerWorkers(
  app: FastifyInstance,
  { clock }: House,
  reception: Reception,
  secret: string,
): void {
  void app.register(async (scope) => {
    const limit = new AskLimit(clock);
    const wish = { parseAs: "buffer", bodyLimit: LIMIT.relayBytes } as const;
    scope.addContentTypeParser(BYTES, wish, (_request, body, done) => done(null, body));
    scope.addHook("onRequest", async (request, reply) => {
      const isPaused = limit.take(request.ip) > 0;
      const shown = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
      if (!isPaused && sameSecret(shown, secret)) return;
      if (!isPaused) limit.wrong(request.ip);
      const trouble = isPaused
        ? problem("sign_in_paused", "it asks too often, or wrongly")
        : problem("sign_in_needed", "the secret of --worker-secret is wrong");
      return sendProblem(request, reply, trouble);
    });
    scope.post(WORKERS_DOOR, async (request, reply) => {
      const taken = await reception.takeIn(request.body as Buffer);
      if (!taken.ok) return sendProblem(request, reply, taken.problem);
      return reply.code(200).send(taken.value);
    });
  });
}

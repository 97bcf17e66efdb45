import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Admission } from "../broker/broker.ts";
import { Gate } from "../domain/gate.ts";
import { LIMIT } from "../domain/limit.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { isJsonObject, type JsonObject } from "../lib/json.ts";
import type { Outcome } from "../lib/outcome.ts";
import { sameSecret } from "../lib/secret.ts";
import { AskLimit } from "./ask-limit.ts";
import { emqx } from "./broker-emqx.ts";
import type { Form, Question } from "./broker-form.ts";
import { rabbitmq } from "./broker-rabbitmq.ts";
import { vernemq } from "./broker-vernemq.ts";
import type { House } from "./house.ts";
import { sendProblem } from "./reply.ts";

const FORMS: Readonly<Record<string, Form>> = { ...emqx, ...rabbitmq, ...vernemq };
/** The secret stands in the path for brokers that cannot send headers of ours. */
const BASES = ["/broker-auth", "/broker-auth/:secret"];

/**
 * Other brokers ask here who may come in, publish and subscribe: EMQX, RabbitMQ and VerneMQ, each
 * in its own form, answered by the rights that the built-in broker goes by. Nothing is there
 * without a secret that they share with us.
 */
export function registerBrokerAuth(app: FastifyInstance, house: House, secret: string): void {
  void app.register(async (scope) => {
    const limit = new AskLimit(house.clock);
    scope.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string" },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(`${body}`))),
    );
    scope.addHook("onRequest", async (request, reply) => {
      const trouble = guard(limit, request, secret);
      return trouble && sendProblem(request, reply, trouble);
    });
    for (const base of BASES) {
      for (const [path, form] of Object.entries(FORMS)) {
        scope.post(`${base}${path}`, (request, reply) => answer(house, form, request, reply));
      }
    }
  });
}

function guard(limit: AskLimit, request: FastifyRequest, secret: string): Problem | undefined {
  const waitMs = limit.take(request.ip);
  if (waitMs > 0) return problem("sign_in_paused", "this broker asks too often, or wrongly");
  const { secret: inPath } = request.params as { secret?: string };
  const inHeader = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (sameSecret(inHeader ?? inPath ?? "", secret)) return undefined;
  limit.wrong(request.ip);
  return problem("sign_in_needed", "the secret that brokers share with Fieldline is wrong");
}

async function answer(
  house: House,
  form: Form,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = isJsonObject(request.body as JsonObject) ? (request.body as JsonObject) : {};
  const hook = `${request.headers["vernemq-hook"] ?? ""}`;
  const question = form.read(body, hook);
  const verdicts = question && (await judge(house, question));
  const written = form.write(verdicts, { body, hook });
  const type = typeof written === "string" ? "text/plain" : "application/json";
  return reply.header("content-type", type).send(written);
}

/** One verdict a topic; for a connection, one. What is refused is recorded, as at our own door. */
async function judge(house: House, question: Question): Promise<readonly boolean[]> {
  const { about, topics = [] } = question;
  const known = await standingOf(house, question);
  if (about === "connect" || about === "known") {
    if (!known.ok) refuse(house, question, null, { topic: "", problem: known.problem });
    return [known.ok];
  }
  return topics.map((topic) => {
    const trouble = known.ok ? forbidden(known.value, about, topic) : known.problem;
    const agent = known.ok ? known.value.agent : null;
    if (trouble) refuse(house, question, agent, { topic, problem: trouble });
    return trouble === undefined;
  });
}

async function standingOf(
  { agents }: House,
  { about, username, clientId, password = "", remote = "" }: Question,
): Promise<Outcome<Admission, Problem>> {
  if (about !== "connect") return agents.standing(username || clientId);
  const attempt = { clientId, username, password, certificate: null, remote };
  return agents.admit(attempt);
}

function forbidden(
  admission: Admission,
  about: "publish" | "subscribe",
  topic: string,
): Problem | undefined {
  const gate = new Gate(admission);
  // The rights of a shared subscription are those of its filter.
  const filter = topic.replace(/^\$share\/[^/]+\//, "");
  if (about === "subscribe") {
    return gate.maySubscribe(filter) ? undefined : gate.refusalOfSubscription(topic);
  }
  const detail = "it may not publish there";
  return gate.mayPublish(topic) ? undefined : problem("topic_forbidden", detail);
}

type Refused = { readonly topic: string; readonly problem: Problem };

function refuse(
  house: House,
  { about, username, clientId, remote = "" }: Question,
  agent: string | null,
  { topic, problem: reason }: Refused,
): void {
  house.gauges.add(`broker_auth_refused_total{about="${about}"}`);
  const sender = { agentId: agent ?? "", clientId: clientId || username || remote, driver: "" };
  house.ingest.refuse({ ...sender, topic, payload: new Uint8Array(0), problem: reason });
  const detail = { about, username, clientId, topic: topic.slice(0, LIMIT.topicBytes) };
  house.refusals.recordByBroker({ ...detail, code: reason.code }).catch((failed: unknown) => {
    house.log.error("a refusal is not in the journal", { reason: String(failed) });
  });
}

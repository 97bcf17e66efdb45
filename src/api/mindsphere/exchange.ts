import type { Timestamp } from "../../domain/brand.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { AssertionError } from "../../lib/assert.ts";
import { parseIsoTime } from "../../lib/iso-time.ts";
import { isJsonObject, type JsonObject, parseJsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { agentOf, type KnownAgent, topicOf } from "./agent-device.ts";
import { chunksOf } from "./chunks.ts";
import { boundaryOf, type Part, partsOf } from "./multipart.ts";
import type { Answer, Ask, Routes } from "./route.ts";

const BASE = "/api/mindconnect/v3";

export const exchangeRoutes: Routes = {
  [`POST ${BASE}/exchange`]: {
    permission: "push-samples",
    agents: true,
    summary: "Time series, events and files of the agent that asks, as multipart",
    bodyBytes: LIMIT.exchangeBytes,
    handle: exchange,
  },
  [`POST ${BASE}/ingest`]: {
    permission: "push-samples",
    agents: true,
    summary: "Time series of the agent `senderId`, its id or MQTT client id",
    bodyBytes: LIMIT.exchangeBytes,
    handle: ingest,
  },
};

/** What Insights Hub's clients call the inner parts where their header is lost. */
const INNER = "mindspherepart";

/** All of it is stored when this is answered, or the agent is told what was not. */
async function exchange(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const sender = ask.by?.actor.kind === "agent" ? ask.by.actor.id : (ask.query["agentId"] ?? "");
  const known = await agentOf(house, ask, sender);
  if (!known.ok) return known;
  const boundary = boundaryOf(ask.headers["content-type"] ?? "");
  if (boundary === undefined) {
    return failure(problem("request_invalid", "content-type: expected multipart with a boundary"));
  }
  const items = partsOf(Buffer.from(ask.body), boundary);
  if (items.length === 0) return failure(problem("request_invalid", "the body has no parts"));
  for (const item of items) {
    const taken = await takeItem(house, known.value, item);
    if (!taken.ok) return taken;
  }
  return success({ status: 200, body: {} });
}

/** Two parts: what it is, and the thing itself. */
async function takeItem(
  house: House,
  known: KnownAgent,
  item: Part,
): Promise<Outcome<void, Problem>> {
  const boundary = boundaryOf(item.headers.get("content-type") ?? "") ?? INNER;
  const [meta, content] = partsOf(item.content, boundary);
  const payload = parseJsonObject(meta?.content ?? new Uint8Array())?.["payload"];
  if (!content || !isJsonObject(payload)) {
    return failure(problem("request_invalid", "a part has no meta data, or nothing else"));
  }
  const type = String(payload["type"]);
  if (/timeseries/i.test(type)) return take(house, known, "timeseries", content.content);
  if (/event/i.test(type)) return take(house, known, "events", content.content);
  if (/file/i.test(type)) return takeFile(house, known, payload["details"], content.content);
  return failure(problem("request_invalid", `payload.type: '${type}' is not known`));
}

const TOPICS = { timeseries: "mc_v3/ts", events: "mc_v3/e" } as const;

/** In messages of the size that one over MQTT may have, by the same walk. */
async function take(
  house: House,
  { agent }: KnownAgent,
  what: keyof typeof TOPICS,
  rows: Buffer,
): Promise<Outcome<void, Problem>> {
  const chunks = chunksOf(rows.toString(), LIMIT.payloadBytes / 2);
  if (!chunks) return failure(problem("payload_malformed", `expected an array of ${what}`));
  const refusal = house.refusal?.();
  if (refusal) return failure(refusal);
  const topic = topicOf(agent, TOPICS[what]);
  for (const chunk of chunks) {
    const payload = Buffer.from(`{"${what}":[${chunk}]}`);
    const receivedAt = house.clock.now() as Timestamp;
    const message = { topic, payload, agent: agent.id, receivedAt, retain: false };
    const taken = await handIn(house, message);
    if (!taken.ok) return taken;
  }
  return success(undefined);
}

async function handIn(
  house: House,
  message: Parameters<House["ingest"]["handIn"]>[0],
): Promise<Outcome<void, Problem>> {
  try {
    return await house.ingest.handIn(message);
  } catch (reason) {
    if (reason instanceof AssertionError) throw reason;
    house.log.error("what an agent sent could not be stored", { reason: String(reason) });
    const detail = "nothing was acknowledged: send it again later";
    return failure(problem("historian_failed", detail));
  }
}

/** It lies with the agent's asset, where IoT File finds it. */
async function takeFile(
  house: House,
  { agent, boarding }: KnownAgent,
  given: unknown,
  content: Buffer,
): Promise<Outcome<void, Problem>> {
  const details = (given ?? {}) as JsonObject;
  const madeAt = parseIsoTime(String(details["creationDate"]));
  if (!boarding) return failure(problem("agent_unknown", "the agent has no asset"));
  const kept = await house.files.put(
    {
      subject: `asset:${boarding.assetId}`,
      path: String(details["fileName"] ?? ""),
      type: String(details["fileType"] ?? ""),
      madeAt: (madeAt ?? null) as Timestamp | null,
      by: { kind: "agent", id: agent.id, name: agent.name },
    },
    content,
  );
  return kept.ok ? success(undefined) : kept;
}

async function ingest(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const sender = ask.query["senderId"] ?? "";
  const [byClient] = await house.agents.list({ clientId: sender });
  const known = await agentOf(house, ask, byClient?.id ?? sender);
  if (!known.ok) return known;
  const receivedAt = house.clock.now() as Timestamp;
  const { agent } = known.value;
  const refusal = house.refusal?.();
  if (refusal) return failure(refusal);
  const topic = topicOf(agent, "mc_v3/ts");
  const message = { topic, payload: ask.body, agent: agent.id, receivedAt, retain: false };
  const taken = await handIn(house, message);
  return taken.ok ? success({ status: 200, body: {} }) : taken;
}

import { Type } from "typebox";
import { keyOfAsset } from "../../domain/asset-key.ts";
import type { AssetId, Series } from "../../domain/brand.ts";
import { LIMIT } from "../../domain/limit.ts";
import type { Device } from "../../domain/model.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { agentOf, deviceOf, type KnownAgent } from "./agent-device.ts";
import { readBody } from "./body.ts";
import { select } from "./filter.ts";
import { cutOf, springPage } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";

const BASE = "/api/mindconnect/v3/diagnosticActivations";

export const diagnosticRoutes: Routes = {
  [`GET ${BASE}`]: { permission: "engineer", summary: "Agents that are looked at", handle: list },
  [`POST ${BASE}`]: {
    permission: "engineer",
    summary: "Looks at an agent's messages; five agents at a time",
    handle: add,
  },
  [`GET ${BASE}/:id`]: { permission: "engineer", summary: "One of them", handle: get },
  [`PUT ${BASE}/:id`]: { permission: "engineer", summary: "ACTIVE or INACTIVE", handle: change },
  [`DELETE ${BASE}/:id`]: { permission: "engineer", summary: "Looks no more", handle: remove },
  [`GET ${BASE}/:id/messages`]: {
    permission: "engineer",
    summary: "What was odd in an agent's messages, and those that were refused; oldest first",
    handle: listMessages,
  },
};

/** Where the house remembers them; what they show is noted of every agent anyway. */
const SETTING = "diagnostic-activations";

/** Agent key to its status. */
type Activations = Readonly<Record<string, "ACTIVE" | "INACTIVE">>;

async function list(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask, 20);
  if (!cut.ok) return cut;
  const rows = Object.entries(await read(house)).map(([id, status]) => replyOf(id, status));
  return success(springPage(cut.value, rows));
}

async function add(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, Type.Object({ agentId: Type.String() }));
  if (!body.ok) return body;
  const known = await agentOf(house, ask, body.value.agentId);
  if (!known.ok) return known;
  const id = keyOfAsset(known.value.agent.id as string as AssetId);
  const before = await read(house);
  if (!(id in before) && Object.keys(before).length >= LIMIT.diagnosticActivations) {
    const detail = `at most ${LIMIT.diagnosticActivations} agents at a time`;
    return failure(problem("activation_limit", detail));
  }
  await write(house, { ...before, [id]: "ACTIVE" });
  return success({ status: 201, body: replyOf(id, "ACTIVE") });
}

async function get(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const status = await asked(house, ask);
  if (!status.ok) return status;
  return success({ status: 200, body: replyOf(ask.params["id"] ?? "", status.value) });
}

async function change(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const before = await asked(house, ask);
  if (!before.ok) return before;
  const Status = Type.Object({ status: Type.Enum(["ACTIVE", "INACTIVE"]) });
  const body = readBody(ask.body, Status);
  if (!body.ok) return body;
  const id = ask.params["id"] ?? "";
  const status = body.value.status as "ACTIVE" | "INACTIVE";
  await write(house, { ...(await read(house)), [id]: status });
  return success({ status: 200, body: replyOf(id, status) });
}

async function remove(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const before = await asked(house, ask);
  if (!before.ok) return before;
  const { [ask.params["id"] ?? ""]: _, ...rest } = await read(house);
  await write(house, rest);
  return success({ status: 204 });
}

async function listMessages(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask, 20);
  if (!cut.ok) return cut;
  const status = await asked(house, ask);
  if (!status.ok) return status;
  const known = await agentOf(house, ask, ask.params["id"] ?? "");
  if (!known.ok) return known;
  const rows = status.value === "ACTIVE" ? await messagesOf(house, known.value) : [];
  const found = select(rows, ask.query);
  return found.ok ? success(springPage(cut.value, found.value)) : found;
}

async function messagesOf(house: House, { agent }: KnownAgent): Promise<readonly JsonObject[]> {
  const device = deviceOf(house, agent);
  const { warnings = [] } = device ? house.ingest.diagnostics(device.id) : {};
  const refused = await house.store.rejected.find({ where: { agentId: agent.id } });
  const odd = warnings.map(({ code, detail, times, at }) => ({
    ...{ at, severity: "WARN", state: "PROCESSING", source: "agent" },
    ...{ correlationId: `${device?.id}-${code}`, message: `${code} ${detail} (${times} times)` },
  }));
  const dropped = refused.map(({ id, at, code, detail, topic, times }) => ({
    ...{ at, severity: "ERROR", state: "DROPPED", source: topic },
    ...{ correlationId: id, message: `${code} ${detail} (${times} times)` },
  }));
  const unmapped = device ? await unmappedOf(house, device) : [];
  return [...odd, ...unmapped, ...dropped]
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, ...row }) => ({ ...row, timestamp: new Date(at).toISOString() }));
}

/** Values that feed no variable: they are kept with the device, where they can be adopted. */
async function unmappedOf({ ingest, historian, store }: House, { id }: Device) {
  const channels = ingest.device(id)?.channels ?? [];
  const latest = await historian.latest(Uint32Array.from(channels, ({ series }) => series));
  const rows = Array.from(latest.series.subarray(0, latest.count), (series, row) => {
    return { series: series as Series, at: latest.at[row] ?? 0 };
  });
  const fed = await Promise.all(rows.map(({ series }) => store.points.count({ series })));
  return rows
    .filter((_, row) => fed[row] === 0)
    .map(({ series, at }) => {
      const name = channels.find((channel) => channel.series === series)?.name ?? "";
      return {
        ...{ at, severity: "WARN", state: "PROCESSING", source: "agent" },
        ...{ correlationId: `${id}-${name}`, message: `'${name}': nothing is mapped to it` },
      };
    });
}

async function asked(
  house: House,
  { params }: Ask,
): Promise<Outcome<"ACTIVE" | "INACTIVE", Problem>> {
  const status = (await read(house))[params["id"] ?? ""];
  if (status) return success(status);
  return failure(problem("agent_unknown", `nobody looks at '${params["id"]}'`));
}

async function read({ store }: House): Promise<Activations> {
  return ((await store.settings.get(SETTING))?.value ?? {}) as Activations;
}

async function write({ store }: House, value: Activations): Promise<void> {
  await store.settings.put({ name: SETTING, value });
}

function replyOf(id: string, status: "ACTIVE" | "INACTIVE") {
  return { id, agentId: id, status };
}

import { Type } from "typebox";
import type { Agent } from "../../domain/agent.ts";
import { keyOfAsset } from "../../domain/asset-key.ts";
import type { AssetId, DeviceId } from "../../domain/brand.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import type { CommandRow } from "../../domain/records.ts";
import { assert } from "../../lib/assert.ts";
import { newId } from "../../lib/id.ts";
import { isJsonObject, type JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { describedOf, deviceOf } from "./agent-device.ts";
import { readBody } from "./body.ts";
import { select } from "./filter.ts";
import { cutOf, halPage } from "./page.ts";
import type { Answer, Ask, Routes } from "./route.ts";
import { tenantOf } from "./tenant.ts";

const JOBS = "/api/commanding/v3/deliveryJobs";

export const commandingRoutes: Routes = {
  [`GET ${JOBS}`]: { permission: "view", summary: "The newest 200 delivery jobs", handle: list },
  [`POST ${JOBS}`]: {
    permission: "command",
    summary: "Sends a command to up to 20 MindSphere agents; who is away gets it later",
    handle: add,
  },
  [`GET ${JOBS}/:id`]: { permission: "view", summary: "One job", handle: get },
  [`DELETE ${JOBS}/:id`]: {
    permission: "command",
    summary: "Forgets a job; what waits for its agent is taken back, the journal keeps the rest",
    handle: remove,
  },
  [`GET ${JOBS}/:id/commands`]: {
    permission: "view",
    summary: "How far each agent is",
    handle: listCommands,
  },
  [`GET ${JOBS}/:id/commands/:commandId`]: {
    permission: "view",
    summary: "One agent's command with its answer",
    handle: getCommand,
  },
};

const SETTING = "delivery-jobs";
/** The command of the driver that carries it (docs of MindSphere's cmd_v3). */
const COMMAND = "command";
/** Insights Hub allows this. */
const NewJob = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 128 }),
  clientIds: Type.Array(Type.String(), { minItems: 1, maxItems: 20 }),
  data: Type.Object({}),
});

type Job = {
  readonly id: string;
  readonly name: string;
  readonly clientIds: readonly string[];
  readonly devices: readonly DeviceId[];
  readonly data: JsonObject;
  readonly createdAt: string;
  readonly createdBy: string;
};

async function list(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask);
  if (!cut.ok) return cut;
  const rows = await Promise.all(
    (await read(house)).map(async (job) => {
      const { id, name, createdAt } = job;
      return { id, name, createdAt, status: statusOf(await commandsOf(house, job)) };
    }),
  );
  const found = select(rows.toReversed(), ask.query);
  return found.ok ? success(halPage(ask, cut.value, "deliveryJobs", found.value)) : found;
}

async function add(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const body = readBody(ask.body, NewJob);
  if (!body.ok) return body;
  const { name, clientIds } = body.value;
  const data = body.value.data as JsonObject;
  const devices: DeviceId[] = [];
  for (const clientId of clientIds) {
    const device = await deviceFor(house, clientId);
    if (!device.ok) return device;
    devices.push(device.value);
  }
  assert(ask.by?.role, "the guard lets nobody without a role in");
  const by = { actor: ask.by.actor, role: ask.by.role };
  const now = house.clock.now();
  const createdAt = new Date(now).toISOString();
  const job = {
    ...{ id: newId(now), name, clientIds, devices, data, createdAt },
    createdBy: by.actor.name,
  };
  await write(house, [...(await read(house)), job].slice(-LIMIT.deliveryJobs));
  for (const deviceId of devices) {
    const parameters = { payload: data, jobId: job.id };
    const expiresInMs = LIMIT.commandExpiresMsMax;
    const asked = await house.commands.ask(by, {
      deviceId,
      name: COMMAND,
      parameters,
      expiresInMs,
    });
    if (!asked.ok) return asked;
  }
  return success({ status: 201, body: await replyOf(house, job) });
}

/** One that has never spoken is made known: its command waits for it. */
async function deviceFor(house: House, clientId: string): Promise<Outcome<DeviceId, Problem>> {
  const agents = await house.agents.list({ kind: "mindsphere" });
  const agent = agents.find((one) => isCalled(one, clientId));
  if (!agent || agent.revoked) {
    return failure(problem("agent_unknown", `clientIds: no agent '${clientId}'`));
  }
  const known = deviceOf(house, agent);
  if (known) return success(known.id);
  const boarding = await house.agents.boardings.get(agent.id);
  const described = await house.ingest.describe(describedOf({ agent, boarding }), []);
  if (!described.ok) return described;
  const device = deviceOf(house, agent);
  assert(device, "what was described is known");
  return success(device.id);
}

function isCalled({ clientId, id }: Agent, name: string): boolean {
  return clientId === name || keyOfAsset(id as string as AssetId) === name;
}

async function get(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const job = await asked(house, ask);
  return job.ok ? success({ status: 200, body: await replyOf(house, job.value) }) : job;
}

async function remove(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const job = await asked(house, ask);
  if (!job.ok) return job;
  assert(ask.by?.role, "the guard lets nobody without a role in");
  const by = { actor: ask.by.actor, role: ask.by.role };
  for (const { id } of await commandsOf(house, job.value)) await house.commands.takeBack(by, id);
  await write(
    house,
    (await read(house)).filter(({ id }) => id !== job.value.id),
  );
  return success({ status: 204 });
}

async function listCommands(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const cut = cutOf(ask);
  if (!cut.ok) return cut;
  const job = await asked(house, ask);
  if (!job.ok) return job;
  const tenant = await tenantOf(house);
  const rows = (await commandsOf(house, job.value)).map((row) => commandOf(job.value, row, tenant));
  const found = select(rows, ask.query);
  return found.ok ? success(halPage(ask, cut.value, "commands", found.value)) : found;
}

async function getCommand(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const job = await asked(house, ask);
  if (!job.ok) return job;
  const rows = await commandsOf(house, job.value);
  const row = rows.find(({ id }) => id === ask.params["commandId"]);
  if (!row) return failure(problem("job_unknown", `no command '${ask.params["commandId"]}'`));
  return success({ status: 200, body: commandOf(job.value, row, await tenantOf(house)) });
}

async function asked(house: House, { params }: Ask): Promise<Outcome<Job, Problem>> {
  const job = (await read(house)).find(({ id }) => id === params["id"]);
  return job ? success(job) : failure(problem("job_unknown", `no job '${params["id"]}'`));
}

async function commandsOf(house: House, { id, devices }: Job): Promise<readonly CommandRow[]> {
  const rows = await Promise.all(
    devices.map((device) => house.commands.ofDevice(device, LIMIT.rowsPerPage)),
  );
  return rows.flat().filter(({ parameters }) => parameters["jobId"] === id);
}

/** Insights Hub's word for what became of a command. */
function wordOf({ state }: CommandRow): "EXECUTING" | "EXECUTED" | "FAILED" | "CANCELED" {
  if (state === "confirmed") return "EXECUTED";
  if (state === "expired") return "CANCELED";
  return state === "failed" || state === "refused" || state === "unknown" ? "FAILED" : "EXECUTING";
}

function statusOf(rows: readonly CommandRow[]): "EXECUTING" | "EXECUTED" | "CANCELED" {
  const words = rows.map(wordOf);
  if (words.includes("EXECUTING")) return "EXECUTING";
  return words.length > 0 && words.every((word) => word === "CANCELED") ? "CANCELED" : "EXECUTED";
}

async function replyOf(house: House, job: Job) {
  const { devices: _, ...rest } = job;
  const status = statusOf(await commandsOf(house, job));
  return { ...rest, tenantId: await tenantOf(house), status };
}

function commandOf(job: Job, row: CommandRow, tenantId: string) {
  const clientId = job.clientIds[job.devices.indexOf(row.deviceId)];
  return {
    ...{ id: row.id as string, clientId, tenantId, status: wordOf(row) as string },
    response: responseOf(row),
    updatedAt: new Date(row.settledAt ?? row.requestedAt).toISOString(),
  };
}

/** What the agent's message says of itself (its time, job and status) is told beside it already. */
function responseOf({ answer }: CommandRow): JsonObject {
  const response = answer?.["response"];
  return isJsonObject(response) ? response : {};
}

async function read({ store }: House): Promise<readonly Job[]> {
  return ((await store.settings.get(SETTING))?.value["jobs"] ?? []) as unknown as readonly Job[];
}

async function write({ store }: House, jobs: readonly Job[]): Promise<void> {
  await store.settings.put({ name: SETTING, value: { jobs: jobs as unknown as JsonObject[] } });
}

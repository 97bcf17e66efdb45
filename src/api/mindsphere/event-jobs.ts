import { randomUUID } from "node:crypto";
import { Type } from "typebox";
import { THE_HOUSE } from "../../domain/event.ts";
import { LIMIT } from "../../domain/limit.ts";
import { PROBLEMS, type Problem, problem } from "../../domain/problem.ts";
import { encodeJson, type Json, type JsonObject } from "../../lib/json.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { House } from "../house.ts";
import { readBody } from "./body.ts";
import { readEventFilter } from "./event-filter.ts";
import { readEvent, selectEvents } from "./events.ts";
import type { Answer, Ask, Routes } from "./route.ts";

const CREATE = "/api/eventmanagement/v3/createEventsJobs";
const DELETE = "/api/eventmanagement/v3/deleteEventsJobs";

export const eventJobRoutes: Routes = {
  [`POST ${CREATE}`]: {
    permission: "push-samples",
    summary: "Adds many events; done when it answers, each by itself",
    handle: addMany,
  },
  [`GET ${CREATE}/:id`]: {
    permission: "push-samples",
    summary: "What became of it",
    handle: async (house, ask) => tell(house, ask),
  },
  [`POST ${DELETE}`]: {
    permission: "engineer",
    summary: "Removes the events of a filter, which names their type; done when it answers",
    handle: removeMany,
  },
  [`GET ${DELETE}/:id`]: {
    permission: "engineer",
    summary: "What became of it",
    handle: async (house, ask) => tell(house, ask),
  },
};

type Job = {
  readonly id: string;
  readonly state: "FINISHED" | "FINISHED_WITH_ERROR";
  readonly details: JsonObject;
};

/** The newest jobs of each house: what they did is safe, only their story goes with a restart. */
const jobs = new WeakMap<House, Map<string, Job>>();

async function addMany(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const many = Type.Array(Type.Object({}), { minItems: 1, maxItems: LIMIT.eventsPerJob });
  const body = readBody(ask.body, Type.Object({ events: many }));
  if (!body.ok) return body;
  const results: JsonObject[] = [];
  for (const event of body.value.events) {
    const wish = await readEvent(house, ask, encodeJson(event as JsonObject));
    const added = wish.ok ? await house.assetEvents.add([wish.value]) : wish;
    const told = { event: JSON.stringify(event) };
    if (added.ok) results.push({ ...told, resultCode: "201" });
    else {
      const { code, detail } = added.problem;
      results.push({ ...told, resultCode: String(PROBLEMS[code].status), errorMessage: detail });
    }
  }
  const isWhole = results.every(({ errorMessage }) => errorMessage === undefined);
  return finish(house, isWhole, results);
}

async function removeMany(house: House, ask: Ask): Promise<Outcome<Answer, Problem>> {
  const Filter = Type.Object({ typeId: Type.Unknown() });
  const body = readBody(ask.body, Type.Object({ filter: Filter }));
  if (!body.ok) return body;
  const wanted = { timestamp: { after: EVER }, ...(body.value.filter as JsonObject) };
  const filter = readEventFilter(JSON.stringify(wanted), house.clock.now());
  if (!filter.ok) return filter;
  const rows = await selectEvents(house, ask, filter.value);
  if (!rows.ok) return rows;
  const ids = rows.value.map(({ id }) => id);
  const removed = await house.assetEvents.remove(ask.by?.actor ?? THE_HOUSE, ids);
  const details = { resultCode: "200", resultDescription: `${removed} events deleted` };
  return finish(house, true, details);
}

/** A filter that says no time means every time. */
const EVER = "1970-01-01T00:00:00Z";

function finish(house: House, isWhole: boolean, told: Json): Outcome<Answer, Problem> {
  const state = isWhole ? "FINISHED" : "FINISHED_WITH_ERROR";
  const details = Array.isArray(told) ? { resultDescription: told } : (told as JsonObject);
  const job: Job = { id: randomUUID(), state, details };
  const known = jobs.get(house) ?? new Map<string, Job>();
  jobs.set(house, known.set(job.id, job));
  const [oldest] = known.keys();
  if (known.size > LIMIT.eventJobs && oldest !== undefined) known.delete(oldest);
  return success({ status: 202, body: job });
}

function tell(house: House, { params }: Ask): Outcome<Answer, Problem> {
  const job = jobs.get(house)?.get(params["id"] ?? "");
  if (!job) return failure(problem("event_unknown", `no job '${params["id"]}'`));
  return success({ status: 200, body: job });
}

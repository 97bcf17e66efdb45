import type { DeviceId } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import { problem } from "../domain/problem.ts";
import type { Rollout, Scope, Template } from "../domain/settings.ts";
import { newId } from "../lib/id.ts";
import type { JsonObject } from "../lib/json.ts";
import { failure, success } from "../lib/outcome.ts";
import type { Body, RolloutReply } from "./contract.ts";
import { deviceSettings, putDeviceSettings } from "./device-settings.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import type { ModelView } from "./model.ts";
import { iso, isoOrNull } from "./time.ts";

export const settingsHandlers = {
  "GET /templates": async ({ settings }) =>
    success({ items: (await settings.templates()).map(templateReply) }),
  "POST /templates": (house, { body, by }) =>
    putTemplate(house, by.actor, newId(house.clock.now()), body),
  "PUT /templates/:id": async (house, { params, body, by }) => {
    const known = await house.settings.templates();
    return known.some(({ id }) => id === params.id)
      ? putTemplate(house, by.actor, params.id, body)
      : failure(problem("template_unknown", params.id));
  },
  "DELETE /templates/:id": ({ settings }, { params, by }) =>
    settings.removeTemplate(by.actor, params.id),
  "GET /layers": listLayers,
  "PUT /layers": ({ settings }, { body, by }) =>
    settings.putLayer(by.actor, { ...body, parameters: body.parameters as JsonObject }),
  "GET /devices/:id/settings": deviceSettings,
  "PUT /devices/:id/settings": putDeviceSettings,
  "GET /rollouts": listRollouts,
  "POST /rollouts": roll,
  "GET /rollouts/:id": getRollout,
  "PUT /rollouts/:id/state": async (house, { params, body, by }) =>
    told(house, await house.settings.steer(by, params.id, body.state)),
  "POST /rollouts/:id/retry": async (house, { params, by }) =>
    told(house, await house.settings.retry(by, params.id)),
} satisfies Handlers;

async function putTemplate(
  { settings }: House,
  by: Parameters<House["settings"]["putTemplate"]>[0],
  id: string,
  body: Body<"POST /templates">,
): Answer<"POST /templates"> {
  const template: Template = { id, ...body, parameters: body.parameters as JsonObject };
  const put = await settings.putTemplate(by, template);
  return put.ok ? success(templateReply(template)) : put;
}

function templateReply({ parameters, ...template }: Template) {
  return { ...template, parameters: { ...parameters } };
}

async function listLayers(house: House): Answer<"GET /layers"> {
  const [layers, templates, view] = await Promise.all([
    house.settings.layers(),
    house.settings.templates(),
    house.model.view(),
  ]);
  const items = layers.map(({ scope: text, templateId, parameters, ...layer }) => {
    const scope = scopeOf(text);
    const found = templates.find(({ id }) => id === templateId);
    const template = found ? { id: found.id, name: found.name } : null;
    const name = nameOf(house, view, scope);
    return { ...layer, scope, templateId, template, name, parameters: { ...parameters } };
  });
  return success({ items });
}

function scopeOf(text: string): Scope {
  const end = text.indexOf(":");
  return { kind: text.slice(0, end) as Scope["kind"], id: text.slice(end + 1) };
}

function nameOf({ ingest }: House, view: ModelView, { kind, id }: Scope): string {
  if (kind === "asset") return view.assets.get(id as never)?.name ?? id;
  return kind === "device" ? (ingest.device(id as DeviceId)?.device.name ?? id) : id;
}

async function listRollouts(house: House): Answer<"GET /rollouts"> {
  const rollouts = await house.settings.rollouts();
  return success({ items: await Promise.all(rollouts.map((row) => rolloutReply(house, row))) });
}

async function roll(house: House, { body, by }: Call<"POST /rollouts">): Answer<"POST /rollouts"> {
  const { name, command, deviceIds, perSecond = LIMIT.rolloutPerSecond } = body;
  const ids = deviceIds as DeviceId[];
  return told(house, await house.settings.roll(by, { name, command, perSecond, deviceIds: ids }));
}

async function getRollout(
  house: House,
  { params }: Call<"GET /rollouts/:id">,
): Answer<"GET /rollouts/:id"> {
  const rollouts = await house.settings.rollouts();
  const rollout = rollouts.find(({ id }) => id === params.id);
  if (!rollout) return failure(problem("rollout_unknown", params.id));
  const steps = await house.settings.steps(rollout.id);
  const rows = steps.map(({ deviceId, state, detail, at }) => {
    const device = house.ingest.device(deviceId)?.device;
    const { name = deviceId, address = "" } = device ?? {};
    return { deviceId, name, address, state, detail, at: isoOrNull(at) };
  });
  return success({ rollout: await rolloutReply(house, rollout), steps: rows });
}

async function told(
  house: House,
  outcome: Awaited<ReturnType<House["settings"]["roll"]>>,
): Answer<"POST /rollouts"> {
  return outcome.ok ? success(await rolloutReply(house, outcome.value)) : outcome;
}

async function rolloutReply(
  { store }: House,
  { id, name, command, state, perSecond, actor, createdAt, endedAt }: Rollout,
): Promise<RolloutReply> {
  const count = (wanted: "waiting" | "sent" | "failed") =>
    store.rolloutSteps.count({ rolloutId: id, state: wanted });
  const [waiting, sent, failed] = [
    await count("waiting"),
    await count("sent"),
    await count("failed"),
  ];
  const times = { createdAt: iso(createdAt), endedAt: isoOrNull(endedAt) };
  return {
    id,
    name,
    command,
    state,
    perSecond,
    actor: actor.name,
    ...times,
    waiting,
    sent,
    failed,
  };
}

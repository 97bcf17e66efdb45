import type { AssetEvent } from "../domain/asset-event.ts";
import type { DeviceId } from "../domain/brand.ts";
import { problem } from "../domain/problem.ts";
import { failure, success } from "../lib/outcome.ts";
import type { AssetEventReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { limitOf } from "./page.ts";
import { iso } from "./time.ts";

export const assetEventHandlers = {
  "GET /devices/:id/events": listEvents,
  "POST /asset-events/:id/acknowledge": acknowledge,
} satisfies Handlers;

type ListRoute = "GET /devices/:id/events";

/** Its own, and those that programs told of its asset. */
async function listEvents(house: House, { params, query }: Call<ListRoute>): Answer<ListRoute> {
  const device = house.ingest.device(params.id as DeviceId)?.device;
  if (!device) return failure(problem("device_unknown", `no device '${params.id}'`));
  const { id: deviceId, assetId } = device;
  const where = assetId === null ? { deviceId } : { assetId };
  const limit = limitOf(query);
  const found = await house.assetEvents.search({ where: { ...where, isLatest: true }, limit });
  return success({ items: found.events.map(replyOf), total: found.total });
}

type AcknowledgeRoute = "POST /asset-events/:id/acknowledge";

async function acknowledge(
  house: House,
  { params, by }: Call<AcknowledgeRoute>,
): Answer<AcknowledgeRoute> {
  const version = { id: params.id, etag: null };
  const changed = await house.assetEvents.change(version, { acknowledged: true });
  if (!changed.ok) return changed;
  const event = { kind: "asset-event.acknowledged", subject: `asset-event:${params.id}` };
  await house.journal.record({ actor: by.actor, ...event, detail: {} });
  return success(replyOf(changed.value));
}

function replyOf(event: AssetEvent): AssetEventReply {
  const { id, at, typeId, correlationId, severity, acknowledged, fields } = event;
  const description = String(fields["description"] ?? "");
  return {
    ...{ id, at: iso(at), typeId, correlationId, severity, acknowledged, description },
    fields: { ...fields },
  };
}

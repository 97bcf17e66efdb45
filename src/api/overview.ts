import type { DeviceId } from "../domain/brand.ts";
import { LIMIT } from "../domain/limit.ts";
import type { Device } from "../domain/model.ts";
import { success } from "../lib/outcome.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { waitingDevices } from "./inbox.ts";
import { lastCountOf } from "./storage.ts";

export const overviewHandlers = {
  "GET /overview": overview,
  "POST /demo": startDemo,
  "DELETE /demo": removeDemo,
} satisfies Handlers;

async function overview(house: House, _: Call<"GET /overview">): Answer<"GET /overview"> {
  const { store, broker, ingest, rates } = house;
  const view = await house.model.view();
  const [rejected, agents, stats] = await Promise.all([
    store.rejected.count(),
    store.agents.find({ where: { revoked: false } }),
    house.historian.stats(),
  ]);
  const devices = ingest.devices().filter(({ assetId }) => assetId !== null);
  const knowable = devices.filter(({ id }) => isKnowable(house, id));
  const reporting = knowable.filter((device) => isReporting(house, device)).length;
  // Integrations that listen are connected too, and are no agents.
  const here = broker.agentsHere();
  const { messages, values } = rates.perSecond;
  return success({
    site: view.children(null)[0]?.name ?? null,
    demo: house.demo.running(),
    devices: devices.length,
    reporting,
    stale: knowable.length - reporting,
    lostNetworks: house.liveness.networks().filter(({ lost }) => lost !== null).length,
    inbox: waitingDevices(house).length,
    rejected,
    assets: view.assets.size,
    points: view.points.size,
    agents: agents.length,
    connected: agents.filter(({ id }) => here.has(id)).length,
    messagesPerSecond: messages,
    valuesPerSecond: values,
    samplesStored: stats.samplesStored,
    lastCount: lastCountOf(stats),
    bytesOnDisk: stats.bytesOnDisk,
  });
}

/** Not one that never spoke, nor one whose whole network is away: that is one loss. */
function isKnowable({ liveness }: House, id: DeviceId): boolean {
  const state = liveness.of(id)?.state;
  return state !== "expected" && state !== "unknown";
}

/** Heard of within the time that its quickest channel may take. */
function isReporting({ ingest, clock }: House, { id }: Device): boolean {
  const { lastSeenAt, hasLeft } = ingest.diagnostics(id);
  const channels = ingest.device(id)?.channels ?? [];
  const fresh = channels.map(({ proposal }) => proposal.freshnessMs ?? LIMIT.freshnessMs);
  const patience = Math.min(...fresh, LIMIT.freshnessMs);
  return !hasLeft && lastSeenAt !== null && clock.now() - lastSeenAt <= patience;
}

async function startDemo(house: House, { by }: Call<"POST /demo">): Answer<"POST /demo"> {
  await house.journal.record({ actor: by.actor, kind: "demo.started", subject: "", detail: {} });
  const started = await house.demo.start();
  house.changed("demo");
  return started;
}

async function removeDemo(house: House, { by }: Call<"DELETE /demo">): Answer<"DELETE /demo"> {
  await house.journal.record({ actor: by.actor, kind: "demo.removed", subject: "", detail: {} });
  const removed = await house.demo.remove();
  house.changed("demo");
  return removed;
}

import { openOutgoing } from "../broker/external/external.ts";
import type { DeviceAddress } from "../domain/brand.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { fieldline } from "../driver/fieldline/fieldline.ts";
import type { Ingest } from "../ingest/ingest.ts";
import type { Closer } from "../lib/closer.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { openUplink, type Source, type Uplink } from "../uplink/uplink.ts";
import { serverOf } from "./broker-address.ts";
import type { Config } from "./config.ts";
import type { Ground } from "./ground.ts";

type Parts = { readonly ground: Ground; readonly ingest: Ingest; readonly closer: Closer };

/** Brings what devices say to the server of `--uplink`; undefined where there is none. */
export async function startUplink(
  { ground, ingest, closer }: Parts,
  config: Config,
): Promise<Outcome<Uplink | undefined, Problem>> {
  const { uplink: address, "uplink-name": name } = config;
  const { historian, clock, gauges } = ground;
  if (address === null) return success(undefined);
  if (name === null || !historian.outbox) {
    return failure(problem("request_invalid", "--uplink needs --uplink-name"));
  }
  const server = serverOf(address, config, "uplink");
  if (!server.ok) return server;
  const log = ground.log.child("uplink");
  const parts = { clock, gauges, log, chance: Math.random };
  const link = openOutgoing(server.value, { ...parts, clientId: `gateway-${name}` });
  const uplink = await openUplink({
    ...parts,
    outbox: historian.outbox,
    send: (message) => link.send(message),
    tried: () => link.tried(),
    reachTrouble: () => link.trouble,
    newest: () => historian.latest(seriesWithWords(ingest, name)),
    sourceOf: sourcesOf(ingest, name),
    valuesOf: ingest.statusSeries.valuesOf,
    twin: fieldline.twin,
  });
  closer.add("uplink", async () => {
    // What was not acknowledged by then is sent again at the next start.
    link.close();
    await uplink.close();
  });
  return success(uplink);
}

/** Devices are called by their driver and their address there; the demo plant's stay here. */
function sourcesOf(ingest: Ingest, gateway: string): (series: number) => Source | undefined {
  let known = new Map<number, Source>();
  const { valuesOf } = ingest.statusSeries;
  return (series) => {
    const isKnown = known.has(series) || valuesOf(series) !== undefined;
    if (!isKnown) known = sourcesNow(ingest, gateway);
    return known.get(series);
  };
}

/** Of what goes up: series of values, and those of their status words. */
function seriesWithWords(ingest: Ingest, gateway: string): Uint32Array {
  const { withWords } = ingest.statusSeries;
  return Uint32Array.from([...sourcesNow(ingest, gateway).keys()].flatMap(withWords));
}

function sourcesNow(ingest: Ingest, gateway: string): Map<number, Source> {
  const sources = new Map<number, Source>();
  for (const { id, driver, address, demo } of ingest.devices()) {
    const device = `${gateway}/${driver}/${address}` as DeviceAddress;
    for (const channel of demo ? [] : (ingest.device(id)?.channels ?? [])) {
      const { series, name, dataType, proposal } = channel;
      const unit = proposal.unit === undefined ? {} : { unit: proposal.unit };
      sources.set(series, { device, channel: name, dataType, ...unit });
    }
  }
  return sources;
}

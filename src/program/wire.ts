import { join } from "node:path";
import type { Broker, BrokerParts, Refusal } from "../broker/broker.ts";
import { openEmbeddedBroker } from "../broker/embedded/embedded.ts";
import type { AgentId } from "../domain/brand.ts";
import type { Problem } from "../domain/problem.ts";
import type { Closer } from "../lib/closer.ts";
import { type Outcome, success } from "../lib/outcome.ts";
import type { Config } from "./config.ts";
import { openElsewhere } from "./elsewhere.ts";
import type { Ground } from "./ground.ts";
import { admitReader, readerOf } from "./readers.ts";
import { refusedConnectionWriter } from "./refused-connections.ts";
import type { Rooms } from "./rooms.ts";
import { takeOverWriter } from "./take-overs.ts";

/** The broker, where both walks meet; with it, devices can come. */
export async function openWire(
  ground: Ground,
  rooms: Rooms,
  config: Config,
  closer: Closer,
): Promise<Outcome<Broker, Problem>> {
  const { agents, later } = rooms;
  const parts = partsOf(ground, rooms);
  const broker = config.broker
    ? await openElsewhere({ ground, rooms, parts, closer }, config.broker, config)
    : await openHere(rooms, parts, config);
  if (!broker.ok) return broker;
  closer.add("broker", () => broker.value.close());
  later.broker = broker.value;
  // What waited for a broker may go, where nobody can tell who hears it.
  rooms.commands.look();
  agents.onEnded((id, reason) => void broker.value.disconnect(id, reason));
  agents.onGranted((id, rights) => broker.value.regrant?.(id, rights));
  rooms.access.onLost((actor) => void broker.value.disconnect(readerOf(actor), "token revoked"));
  agents.authorities.onTrusted((pems) => broker.value.welcome?.(pems));
  agents.onRenewed(({ serverKeyPem, serverCertificatePem }) =>
    broker.value.renew?.(serverKeyPem, serverCertificatePem),
  );
  return broker;
}

async function openHere({ agents }: Rooms, parts: BrokerParts, config: Config) {
  const { serverKeyPem: key, serverCertificatePem: certificate, caPem: ca } = agents.authority;
  const welcome = await agents.authorities.trusted();
  const mqtts = config.mqtts && { ...config.mqtts, key, certificate, ca, welcome };
  const folder = join(config.data, "broker");
  const durability = config["mqtt-ack"];
  return openEmbeddedBroker({ mqtt: config.mqtt, mqtts, folder, durability }, parts);
}

/** What brokers need of the house, whichever they are. */
function partsOf({ journal, clock, gauges, log }: Ground, rooms: Rooms): BrokerParts {
  const { access, agents, commands, ingest, later } = rooms;
  const nameOf = async (agent: AgentId) => (await agents.get(agent))?.name ?? agent;
  const record = journal.record.bind(journal);
  const writeTakeOver = takeOverWriter({ record, nameOf, clock, log });
  const writeRefused = refusedConnectionWriter({ record, clock, log });
  const writeGap = async (agent: AgentId, clientId: string) => {
    const actor = { kind: "agent", id: agent, name: await nameOf(agent) } as const;
    const subject = `agent:${agent}`;
    await record({ actor, kind: "agent.lost-messages", subject, detail: { clientId } });
  };
  return {
    admit: async (attempt) => {
      const ours = later.demo?.admit(attempt);
      if (ours) return success(ours);
      return (await admitReader(access, attempt)) ?? agents.admit(attempt);
    },
    receive: ingest.receive,
    onPresence: (presence) => {
      log.info("agent presence", { ...presence });
      writeTakeOver(presence);
      rooms.liveness.lookSoon();
      commands.look();
    },
    onSubscribed: (agent, filter) => {
      ingest.subscribed(agent, filter);
      commands.look();
    },
    onGap: (agent, clientId) => {
      const failed = (reason: unknown) => log.error("gap not recorded", { reason: String(reason) });
      writeGap(agent, clientId).catch(failed);
    },
    onRefused: (refusal) => {
      ingest.refuse(rejectionOf(refusal));
      writeRefused(refusal);
    },
    clock,
    gauges,
    log: log.child("broker"),
  };
}

export function rejectionOf({ agent, clientId, remote, topic, payload, problem: reason }: Refusal) {
  const sender = { agentId: agent ?? "", clientId: clientId || remote, driver: "" };
  return { ...sender, topic, payload, problem: reason };
}

import { join } from "node:path";
import { type Access, openAccess } from "../access/access.ts";
import { type Agents, openAgents } from "../agent/agent.ts";
import type { Broker, Refusal } from "../broker/broker.ts";
import { openEmbeddedBroker } from "../broker/embedded/embedded.ts";
import { type Commands, openCommands } from "../command/command.ts";
import type { AgentId } from "../domain/brand.ts";
import type { Message } from "../domain/message.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { drivers } from "../driver/registry.ts";
import { type Ingest, openIngest } from "../ingest/ingest.ts";
import type { Closer } from "../lib/closer.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { type Live, openLive } from "../live/live.ts";
import type { Config } from "./config.ts";
import type { Demo } from "./demo.ts";
import type { Ground } from "./ground.ts";
import { takeOverWriter } from "./take-overs.ts";

export type Rooms = {
  readonly access: Access;
  readonly agents: Agents;
  readonly live: Live;
  readonly ingest: Ingest;
  readonly commands: Commands;
  readonly later: Later;
};

/** What opens after the rooms that need it: until then nothing can be sent, and nobody looks. */
type Later = {
  broker: Broker | undefined;
  demo: Demo | undefined;
  readonly watchers: ((subject: string) => void)[];
};

/** The rooms, each handed what it needs of the others as a function. */
export async function openRooms(ground: Ground, config: Config, closer: Closer): Promise<Rooms> {
  const { store, historian, journal, clock, gauges, log } = ground;
  const later: Later = { broker: undefined, demo: undefined, watchers: [] };
  const send = async (message: Message) =>
    later.broker?.send(message) ?? failure(problem("link_down", "the broker is not open yet"));
  const record = journal.record.bind(journal);

  const access = await openAccess(ground);
  closer.add("access", () => access.close());
  const agents = await openAgents({
    ...ground,
    folder: join(config.data, "ca"),
    hostNames: config["host-names"],
  });
  const live = openLive({ clock, latest: (series) => historian.latest(series) });
  const ingest = await openIngest({
    drivers,
    store,
    historian,
    onStored: (samples) => live.stored(samples),
    onChanged: (subject) => {
      for (const watcher of later.watchers) watcher(subject);
    },
    send,
    onConfirmed: (device, command, done) => void commands.confirm(device, command, done),
    record,
    isDemo: (agent) => later.demo?.isDemo(agent) ?? false,
    now: clock.now,
    gauges,
    log: log.child("ingest"),
  });
  closer.add("ingest", () => ingest.close());
  const deviceOf = (id: Parameters<Ingest["device"]>[0]) => ingest.device(id)?.device;
  const commands = await openCommands({ store, record, deviceOf, drivers, send, clock });
  return { access, agents, live, ingest, commands, later };
}

/** The broker, where both walks meet; with it, devices can come. */
export async function openWire(
  { journal, clock, gauges, log }: Ground,
  { agents, ingest, later }: Rooms,
  config: Config,
): Promise<Outcome<Broker, Problem>> {
  const { serverKeyPem: key, serverCertificatePem: certificate, caPem: ca } = agents.authority;
  const mqtts = config.mqtts && { ...config.mqtts, key, certificate, ca };
  const nameOf = async (agent: AgentId) => (await agents.get(agent))?.name ?? agent;
  const record = journal.record.bind(journal);
  const writeTakeOver = takeOverWriter({ record, nameOf, clock, log });
  const writeGap = async (agent: AgentId, clientId: string) => {
    const actor = { kind: "agent", id: agent, name: await nameOf(agent) } as const;
    const subject = `agent:${agent}`;
    await record({ actor, kind: "agent.lost-messages", subject, detail: { clientId } });
  };
  const broker = await openEmbeddedBroker(
    { mqtt: config.mqtt, mqtts, folder: join(config.data, "broker") },
    {
      admit: async (attempt) => {
        const ours = later.demo?.admit(attempt);
        return ours ? success(ours) : agents.admit(attempt);
      },
      receive: ingest.receive,
      onPresence: (presence) => {
        log.info("agent presence", { ...presence });
        writeTakeOver(presence);
      },
      onSubscribed: ingest.subscribed,
      onGap: (agent, clientId) => {
        const failed = (reason: unknown) =>
          log.error("gap not recorded", { reason: String(reason) });
        writeGap(agent, clientId).catch(failed);
      },
      onRefused: (refusal) => ingest.refuse(rejectionOf(refusal)),
      clock,
      gauges,
      log: log.child("broker"),
    },
  );
  if (!broker.ok) return broker;
  later.broker = broker.value;
  agents.onRevoked((id) => void broker.value.disconnect(id, "revoked"));
  agents.onRenewed(({ serverKeyPem, serverCertificatePem }) =>
    broker.value.renew?.(serverKeyPem, serverCertificatePem),
  );
  return broker;
}

function rejectionOf({ agent, clientId, remote, topic, payload, problem: reason }: Refusal) {
  const sender = { agentId: agent ?? "", clientId: clientId || remote, driver: "" };
  return { ...sender, topic, payload, problem: reason };
}

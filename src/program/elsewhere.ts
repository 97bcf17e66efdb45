import { join } from "node:path";
import type { Broker, BrokerParts } from "../broker/broker.ts";
import { openEmbeddedBroker } from "../broker/embedded/embedded.ts";
import { openExternalBroker } from "../broker/external/external.ts";
import type { AgentId } from "../domain/brand.ts";
import { THE_HOUSE } from "../domain/event.ts";
import type { Message } from "../domain/message.ts";
import type { Problem } from "../domain/problem.ts";
import type { Announcement } from "../driver/driver.ts";
import { drivers } from "../driver/registry.ts";
import type { Closer } from "../lib/closer.ts";
import { type Outcome, success } from "../lib/outcome.ts";
import { accountOfAgent, accountsOf } from "./accounts.ts";
import { serverOf, takenInFrom } from "./broker-address.ts";
import type { BrokerAddress, Config } from "./config.ts";
import type { Ground } from "./ground.ts";
import type { Rooms } from "./rooms.ts";

type Parts = {
  readonly ground: Ground;
  readonly rooms: Rooms;
  readonly parts: BrokerParts;
  readonly closer: Closer;
};

/** Another broker takes the devices' connections; the demo plant alone stays in this process. */
export async function openElsewhere(
  { ground, rooms, parts, closer }: Parts,
  address: BrokerAddress,
  config: Config,
): Promise<Outcome<Broker, Problem>> {
  const server = serverOf(address, config, "broker");
  if (!server.ok) return server;
  const owners = await rooms.agents.owners();
  closer.add("owners", () => owners.close());
  const share = config["broker-share"];
  // Where workers take in, this process only sends.
  const wanted = config.role === "web" ? { filters: [], ordered: [] } : takenInFrom(drivers);
  const isProvisioned = config["broker-rights"] === "dynamic-security";
  const options = { address: server.value, share, worker: 0, ...wanted, isProvisioned };
  const external = await openExternalBroker(
    { ...options, folder: join(config.data, "broker-sessions") },
    {
      ...parts,
      agentOf: (topic) => owners.of(topic),
      accounts: () => accountsOf(rooms.agents),
      onGap: gapWriter(ground, address),
      announcement: (isHere, at) => announcementOf({ name: config["sparkplug-host"], isHere, at }),
      chance: Math.random,
    },
  );
  if (!external.ok) return external;
  owners.onTopics((topics) => external.value.listen(topics));
  rooms.agents.onChanged((id, password) => {
    provision(rooms, external.value, id, password).catch((reason: unknown) => {
      ground.log.error("the broker was not told of an agent", { id, reason: String(reason) });
    });
  });
  const inside = await openEmbeddedBroker({ mqtt: null, mqtts: null }, parts);
  return inside.ok ? success(sideBySide(external.value, inside.value)) : inside;
}

/** MQTT lets a client leave one word for the case of its death, and one driver has one. */
function announcementOf(house: Announcement): Message | null {
  const messages = drivers.flatMap(({ announce }) => announce?.(house) ?? []);
  return messages[0] ?? null;
}

async function provision(
  { agents }: Rooms,
  broker: Broker,
  id: AgentId,
  password: string | null,
): Promise<void> {
  const account = await accountOfAgent(agents, id);
  if (account !== undefined) await broker.provision?.(id, account, password);
}

/** Devices are at the one, the demo plant is at the other; what is sent goes to both. */
function sideBySide(external: Broker, inside: Broker): Broker {
  return {
    caps: external.caps,
    get trouble() {
      return external.trouble ?? null;
    },
    ...(external.host !== undefined && { host: external.host }),
    ports: external.ports,
    clients: () => inside.clients(),
    sessions: () => inside.sessions?.() ?? [],
    endSession: (agent, clientId) => inside.endSession?.(agent, clientId) ?? false,
    agentsHere: () => inside.agentsHere(),
    retained: (filter) => inside.retained(filter),
    disconnect: (agent, reason) =>
      external.disconnect(agent, reason) + inside.disconnect(agent, reason),
    regrant: (agent, rights) => inside.regrant?.(agent, rights),
    accept: (stream, remote) => inside.accept(stream, remote),
    async send(message) {
      const [sent] = await Promise.all([external.send(message), inside.send(message)]);
      return sent;
    },
    async close() {
      await Promise.all([external.close(), inside.close()]);
    },
  };
}

/** The broker lost our session: what devices sent meanwhile may be missing; nobody else tells. */
export function gapWriter({ journal, log }: Ground, { hosts }: BrokerAddress) {
  const broker = hosts.map(({ host, port }) => `${host}:${port}`).join(",");
  return (since: number): void => {
    const detail = { broker, since: new Date(since).toISOString() };
    log.error("the broker has lost our session, messages may be missing", detail);
    const event = { actor: THE_HOUSE, kind: "broker.gap", subject: "broker", detail };
    journal.record(event).catch((reason: unknown) => {
      log.error("gap not recorded", { reason: String(reason) });
    });
  };
}

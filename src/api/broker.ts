import type { ClientInfo } from "../broker/broker.ts";
import type { AgentId } from "../domain/brand.ts";
import { BROKER_FIGURES, type BrokerFigure } from "../domain/broker-figure.ts";
import { PROBLEMS, problem } from "../domain/problem.ts";
import { failure, success } from "../lib/outcome.ts";
import { type AgentNames, namesOf } from "./agent-names.ts";
import { sessionHandlers } from "./broker-sessions.ts";
import type { ClientReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { cut } from "./page.ts";
import { matching } from "./search.ts";
import { iso } from "./time.ts";

const NO_NAMES: AgentNames = new Map();

export const brokerHandlers = {
  "GET /broker": getBroker,
  "GET /broker/clients": listClients,
  ...sessionHandlers,
  "POST /agents/:id/disconnect": disconnectAgent,
} satisfies Handlers;

async function getBroker(house: House, _: Call<"GET /broker">): Answer<"GET /broker"> {
  const { broker, gauges, rates } = house;
  const of = (name: string) => gauges.get(`mqtt_${name}`);
  const { received, sent } = rates.perSecond;
  return success({
    mqttAck: house.mqttAck,
    trouble: broker.trouble?.detail ?? null,
    clients: broker.clients().length,
    connections: {
      open: of("connections"),
      waiting: of("connections_waiting"),
      held: of("connections_held"),
    },
    sessions: of("sessions"),
    subscriptions: of("subscriptions"),
    retained: { messages: of("retained_messages"), bytes: of("retained_bytes") },
    received: { ...trafficOf(house, "received"), perSecond: received },
    sent: { ...trafficOf(house, "sent"), perSecond: sent },
    queuedBytes: of("queued_bytes"),
    pendingBytes: of("pending_bytes"),
    logBytes: of("session_log_bytes"),
    takeOvers: of("take_overs_total"),
    takeOversHeld: of("take_overs_held_total"),
    throttled: of("throttled_total"),
    dropped: [...gauges.byLabel("mqtt_dropped_total")],
    refused: [...gauges.byLabel("mqtt_refused_total")],
    figures: BROKER_FIGURES.map((figure) => figureReply(house, figure)),
  });
}

/** What is counted for each value of a label, the most frequent first. */
function figureReply({ gauges }: House, figure: BrokerFigure) {
  const { gauge, topic, says, group, unit, rows: words = {} } = figure;
  const rows = gauges.byLabel(gauge).map(({ label, value }) => {
    return { label, says: words[label] ?? meaningOf(label), value };
  });
  return { gauge, topic, says, group, unit, value: gauges.total(gauge), rows };
}

/** Refusals are counted by their problem codes. */
function meaningOf(label: string): string {
  const problems: Readonly<Record<string, { readonly meaning: string }>> = PROBLEMS;
  return problems[label]?.meaning ?? label;
}

function trafficOf({ gauges }: House, way: "received" | "sent") {
  const messages = gauges.get(`mqtt_messages_${way}_total`);
  return { messages, bytes: gauges.get(`mqtt_bytes_${way}_total`) };
}

async function listClients(house: House, { query }: Call<"GET /broker/clients">) {
  const all = house.broker.clients();
  const search = query.search?.trim();
  const names = search ? await house.agents.names() : NO_NAMES;
  const found = matching(all, search || undefined, (client) => textOf(client, names));
  const page = cut(found, query, idOf);
  if (!page.ok) return page;
  const { items, ...rest } = page.value;
  const shown = await namesOf(
    house,
    items.map(({ agent }) => agent),
  );
  return success({ ...rest, items: items.map((client) => clientReply(client, shown)) });
}

function textOf({ agent, clientId, remote, subscriptions }: ClientInfo, names: AgentNames): string {
  return [names.get(agent) ?? "", clientId, remote, ...subscriptions].join(" ");
}

function idOf({ agent, clientId }: ClientInfo): string {
  return `${agent} ${clientId}`;
}

function clientReply(client: ClientInfo, names: AgentNames): ClientReply {
  const { agent, clientId, version, connectedAt, subscriptions, ...rest } = client;
  return {
    ...rest,
    id: idOf(client),
    agentId: agent,
    name: names.get(agent) ?? clientId,
    clientId,
    version: ({ 3: "3.1", 4: "3.1.1", 5: "5.0" } as const)[version],
    connectedAt: iso(connectedAt),
    subscriptions: [...subscriptions],
  };
}

type DisconnectRoute = "POST /agents/:id/disconnect";

/** It may come back at once: to keep it out, it is revoked. */
async function disconnectAgent(
  house: House,
  { params, by }: Call<DisconnectRoute>,
): Answer<DisconnectRoute> {
  const id = params.id as AgentId;
  const agent = await house.agents.get(id);
  if (!agent) return failure(problem("agent_unknown", `no agent '${params.id}'`));
  const subject = `agent:${id}`;
  const detail = { name: agent.name };
  await house.journal.record({ actor: by.actor, kind: "agent.disconnected", subject, detail });
  const closed = house.broker.disconnect(id, "disconnected by an engineer");
  house.changed(subject);
  return success({ closed });
}

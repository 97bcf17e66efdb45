import type { SessionInfo, SubscriptionInfo } from "../broker/broker.ts";
import type { AgentId } from "../domain/brand.ts";
import { problem } from "../domain/problem.ts";
import { failure, success } from "../lib/outcome.ts";
import { type AgentNames, namesOf } from "./agent-names.ts";
import type { SessionReply, SubscriptionReply } from "./contract.ts";
import type { Answer, Call, Handlers } from "./handler.ts";
import type { House } from "./house.ts";
import { cut } from "./page.ts";
import { matching } from "./search.ts";
import { iso } from "./time.ts";

/** What the broker remembers of clients: there may be ten thousand, and only a page is told. */
export const sessionHandlers = {
  "GET /broker/sessions": listSessions,
  "POST /broker/sessions/end": endSession,
  "GET /broker/subscriptions": listSubscriptions,
} satisfies Handlers;

type Subscribed = { readonly session: SessionInfo; readonly subscription: SubscriptionInfo };

const NO_NAMES: AgentNames = new Map();

async function listSessions(house: House, { query }: Call<"GET /broker/sessions">) {
  const wanted = sessionsOf(house).filter((session) => isAmong(session, query.only));
  const search = query.search?.trim() || undefined;
  const names = search ? await house.agents.names() : NO_NAMES;
  const page = cut(
    matching(wanted, search, (session) => textOf(session, names)),
    query,
    idOf,
  );
  if (!page.ok) return page;
  const { items, ...rest } = page.value;
  const shown = await namesOf(
    house,
    items.map(({ agent }) => agent),
  );
  return success({ ...rest, items: items.map((session) => sessionReply(session, shown)) });
}

async function listSubscriptions(house: House, { query }: Call<"GET /broker/subscriptions">) {
  const search = query.search?.trim() || undefined;
  const names = search ? await house.agents.names() : NO_NAMES;
  const found = matching(
    subscribedIn(house, query.session),
    search,
    ({ session, subscription }) => `${textOf(session, names)} ${subscription.filter}`,
  );
  const page = cut(found, query, subscriptionIdOf);
  if (!page.ok) return page;
  const { items, ...rest } = page.value;
  const shown = await namesOf(
    house,
    items.map(({ session }) => session.agent),
  );
  return success({ ...rest, items: items.map((row) => subscriptionReply(row, shown)) });
}

function subscribedIn(house: House, wanted: string | undefined): Subscribed[] {
  return sessionsOf(house)
    .filter((session) => wanted === undefined || idOf(session) === wanted)
    .flatMap((session) =>
      Array.from(session.subscriptions.values(), (subscription) => ({ session, subscription })),
    );
}

type EndRoute = "POST /broker/sessions/end";

/** In the journal first: what waited in it is gone for good. */
async function endSession(house: House, { body, by }: Call<EndRoute>): Answer<EndRoute> {
  const agent = body.agentId as AgentId;
  const { clientId } = body;
  const session = sessionsOf(house).find((each) => {
    return each.agent === agent && each.clientId === clientId;
  });
  if (!session) return failure(problem("session_unknown", `no session '${clientId}'`));
  const { queued, subscriptions } = session;
  const name = (await house.agents.get(agent))?.name ?? clientId;
  const detail = { name, clientId, queued, subscriptions: subscriptions.size };
  const subject = `agent:${agent}`;
  await house.journal.record({ actor: by.actor, kind: "agent.session-ended", subject, detail });
  house.broker.endSession?.(agent, clientId);
  house.changed(subject);
  return success(undefined);
}

function sessionsOf({ broker }: House): SessionInfo[] {
  return [...(broker.sessions?.() ?? [])];
}

function isAmong({ isConnected, queued }: SessionInfo, only?: string): boolean {
  if (only === "waiting") return queued > 0;
  return only === undefined || isConnected === (only === "connected");
}

function textOf({ agent, clientId }: SessionInfo, names: AgentNames): string {
  return `${names.get(agent) ?? ""} ${clientId}`;
}

function idOf({ agent, clientId }: SessionInfo): string {
  return `${agent} ${clientId}`;
}

function subscriptionIdOf({ session, subscription }: Subscribed): string {
  return `${idOf(session)} ${subscription.filter}`;
}

function sessionReply(session: SessionInfo, names: AgentNames): SessionReply {
  const { agent, since, begunAt, isConnected, expirySeconds, subscriptions, ...rest } = session;
  return {
    ...rest,
    ...{ id: idOf(session), agentId: agent, isConnected, expirySeconds },
    name: names.get(agent) ?? session.clientId,
    since: iso(since),
    begunAt: begunAt === null ? null : iso(begunAt),
    endsAt: isConnected ? null : iso(since + expirySeconds * 1000),
    subscriptions: subscriptions.size,
  };
}

function subscriptionReply(row: Subscribed, names: AgentNames): SubscriptionReply {
  const { session, subscription } = row;
  const { agent, clientId, isConnected } = session;
  const { filter, qos, noLocal, retainAsPublished, id } = subscription;
  return {
    id: subscriptionIdOf(row),
    ...{ sessionId: idOf(session), agentId: agent, clientId, isConnected },
    name: names.get(agent) ?? clientId,
    ...{ filter, qos, noLocal, retainAsPublished, identifier: id },
  };
}

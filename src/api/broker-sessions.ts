import type { SessionInfo, SubscriptionInfo } from "../broker/broker.ts";
import type { AgentId } from "../domain/brand.ts";
import { problem } from "../domain/problem.ts";
import { failure, success } from "../lib/outcome.ts";
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

type Named = { readonly session: SessionInfo; readonly name: string };
type Subscribed = Named & { readonly subscription: SubscriptionInfo };

async function listSessions(house: House, { query }: Call<"GET /broker/sessions">) {
  const { only, search } = query;
  const wanted = (await namedSessions(house)).filter(({ session }) => isAmong(session, only));
  const found = matching(wanted, search?.trim(), textOf);
  const page = cut(found, query, ({ session }) => idOf(session));
  return page.ok ? success({ ...page.value, items: page.value.items.map(sessionReply) }) : page;
}

async function listSubscriptions(house: House, { query }: Call<"GET /broker/subscriptions">) {
  const sessions = await namedSessions(house);
  const theirs = query.session
    ? sessions.filter(({ session }) => idOf(session) === query.session)
    : sessions;
  const all = theirs.flatMap((named) =>
    Array.from(named.session.subscriptions.values(), (subscription) => {
      return { ...named, subscription };
    }),
  );
  const found = matching(all, query.search?.trim(), (row) => {
    return `${textOf(row)} ${row.subscription.filter}`;
  });
  const page = cut(found, query, subscriptionIdOf);
  return page.ok
    ? success({ ...page.value, items: page.value.items.map(subscriptionReply) })
    : page;
}

type EndRoute = "POST /broker/sessions/end";

/** In the journal first: what waited in it is gone for good. */
async function endSession(house: House, { body, by }: Call<EndRoute>): Answer<EndRoute> {
  const agent = body.agentId as AgentId;
  const { clientId } = body;
  const session = [...(house.broker.sessions?.() ?? [])].find((each) => {
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

/** The demo's own agents are not among those that the house keeps. */
async function namedSessions({ agents, broker }: House): Promise<Named[]> {
  const names = new Map((await agents.list()).map(({ id, name }) => [id, name]));
  return Array.from(broker.sessions?.() ?? [], (session) => {
    return { session, name: names.get(session.agent) ?? session.clientId };
  });
}

function isAmong({ isConnected, queued }: SessionInfo, only?: string): boolean {
  if (only === "waiting") return queued > 0;
  return only === undefined || isConnected === (only === "connected");
}

function textOf({ session, name }: Named): string {
  return `${name} ${session.clientId}`;
}

function idOf({ agent, clientId }: SessionInfo): string {
  return `${agent} ${clientId}`;
}

function subscriptionIdOf({ session, subscription }: Subscribed): string {
  return `${idOf(session)} ${subscription.filter}`;
}

function sessionReply({ session, name }: Named): SessionReply {
  const { agent, since, begunAt, isConnected, expirySeconds, subscriptions, ...rest } = session;
  return {
    ...rest,
    ...{ id: idOf(session), agentId: agent, name, isConnected, expirySeconds },
    since: iso(since),
    begunAt: begunAt === null ? null : iso(begunAt),
    endsAt: isConnected ? null : iso(since + expirySeconds * 1000),
    subscriptions: subscriptions.size,
  };
}

function subscriptionReply({ session, name, subscription }: Subscribed): SubscriptionReply {
  const { agent, clientId, isConnected } = session;
  const { filter, qos, noLocal, retainAsPublished, id } = subscription;
  return {
    id: subscriptionIdOf({ session, name, subscription }),
    ...{ sessionId: idOf(session), agentId: agent, name, clientId, isConnected },
    ...{ filter, qos, noLocal, retainAsPublished, identifier: id },
  };
}

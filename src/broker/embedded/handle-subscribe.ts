import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { isValidFilter } from "../../domain/topic.ts";
import type { PacketView } from "../packet-reader.ts";
import { REASON } from "../protocol.ts";
import type { Client } from "./connection.ts";
import type { Core } from "./core.ts";
import {
  decodeSubscribe,
  decodeUnsubscribe,
  encodeSuback,
  encodeUnsuback,
  type WantedSubscription,
} from "./packet.ts";
import { breakOff, report } from "./refusal.ts";
import { type Delivery, firstByte } from "./routed-message.ts";
import { innerFilter } from "./shared.ts";

const IS_SHARED = /^\$share(\/|$)/;
const SEND_ALWAYS = 0;
const SEND_IF_NEW = 1;

/** SUBSCRIBE: each filter is granted or refused by itself; then follow the retained messages. */
export function handleSubscribe(core: Core, client: Client, packet: PacketView): void {
  const decoded = decodeSubscribe(packet, client.agreement);
  if (!decoded.ok) {
    breakOff(core, client, decoded.problem.detail);
    return;
  }
  const { packetId, wanted } = decoded.value;
  if (wanted.some(({ filter, noLocal }) => noLocal && innerFilter(filter) !== null)) {
    // MQTT 5.0 section 3.8.3.1.
    breakOff(core, client, "a shared subscription without the own messages", REASON.protocolError);
    return;
  }
  const { session } = client.admitted;
  const granted: { subscription: WantedSubscription; isReplayDue: boolean }[] = [];
  const codes = wanted.map((subscription) => {
    const refusal = refusalOf(client, subscription.filter);
    if (refusal) {
      report(core, client, { problem: refusal.problem, topic: subscription.filter });
      return client.isV5 ? refusal.reason : REASON.unspecified;
    }
    granted.push({ subscription, isReplayDue: subscribe(core, client, subscription) });
    return subscription.qos;
  });
  if (granted.length > 0) session.book?.write(session);
  const replays = granted.flatMap(({ subscription, isReplayDue }) =>
    isReplayDue ? replaysOf(core, client, subscription) : [],
  );
  whenWritten(client, () => {
    client.send(encodeSuback(packetId, codes, client.agreement.version));
    for (const delivery of replays) client.admitted.session.replay(delivery);
    for (const { subscription } of granted) {
      const { filter } = subscription;
      core.parts.onSubscribed(client.admitted.gate.agent, innerFilter(filter) ?? filter);
    }
  });
}

/** UNSUBSCRIBE: what is on its way already may still come (MQTT 5.0 section 3.10.4). */
export function handleUnsubscribe(core: Core, client: Client, packet: PacketView): void {
  const decoded = decodeUnsubscribe(packet, client.agreement.version);
  if (!decoded.ok) {
    breakOff(core, client, decoded.problem.detail);
    return;
  }
  const { packetId, filters } = decoded.value;
  const { session } = client.admitted;
  const codes = filters.map((filter) => {
    if (!session.subscriptions.delete(filter)) return REASON.noSubscriptionExisted;
    core.subscriptions.remove(session, filter);
    return REASON.success;
  });
  session.book?.write(session);
  whenWritten(client, () => {
    client.send(encodeUnsuback(packetId, codes, client.agreement.version));
  });
}

/** Subscriptions that were acknowledged are still there after a restart. */
function whenWritten(client: Client, call: () => void): void {
  const { book } = client.admitted.session;
  if (book) book.whenSafe(() => client.isOpen && call());
  else call();
}

type Refusal = { readonly reason: number; readonly problem: Problem };

function refusalOf(client: Client, filter: string): Refusal | null {
  const { session, gate } = client.admitted;
  const isTooLong =
    Buffer.byteLength(filter) > LIMIT.topicBytes || filter.split("/").length > LIMIT.topicLevels;
  if (isTooLong || !isWellFormed(filter)) {
    const detail = "the filter is malformed or too long";
    return { reason: REASON.filterInvalid, problem: problem("topic_forbidden", detail) };
  }
  const isNew = !session.subscriptions.has(filter);
  if (isNew && session.subscriptions.size >= LIMIT.subscriptionsPerClient) {
    const detail = `a client has at most ${LIMIT.subscriptionsPerClient} subscriptions`;
    return { reason: REASON.quotaExceeded, problem: problem("topic_forbidden", detail) };
  }
  if (gate.maySubscribe(innerFilter(filter) ?? filter)) return null;
  return { reason: REASON.notAuthorised, problem: gate.refusalOfSubscription(filter) };
}

function isWellFormed(filter: string): boolean {
  const inner = IS_SHARED.test(filter) ? innerFilter(filter) : filter;
  return inner !== null && isValidFilter(inner);
}

/** Whether the retained messages are wanted now; who shares gets none: MQTT 5.0 section 4.8.2. */
function subscribe(core: Core, client: Client, wanted: WantedSubscription): boolean {
  const { session } = client.admitted;
  const isNew = !session.subscriptions.has(wanted.filter);
  session.subscriptions.set(wanted.filter, wanted);
  core.subscriptions.add(session, wanted);
  const { retainHandling } = wanted;
  if (innerFilter(wanted.filter) !== null) return false;
  return retainHandling === SEND_ALWAYS || (retainHandling === SEND_IF_NEW && isNew);
}

/** Every message is asked for again: a grant decides at delivery, not only at SUBSCRIBE. */
function replaysOf(
  { archive, system, retained }: Core,
  client: Client,
  { filter, qos, id }: WantedSubscription,
): readonly Delivery[] {
  const { session, gate } = client.admitted;
  const ids = id === null ? [] : [id];
  const kept = [...retained.under(filter), ...system.under(filter)];
  const messages = kept.filter(({ topic }) => gate.maySubscribe(topic));
  return messages.flatMap((message) => {
    const most = Math.min(qos, message.qos);
    const first = firstByte(most, true);
    if (!session.book || !archive || most === 0) return { message, first, ids };
    return archive.keep(message, [{ session, first, ids }]).map(({ delivery }) => delivery);
  });
}

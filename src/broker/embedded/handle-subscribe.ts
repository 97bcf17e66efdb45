import { LIMIT } from "../../domain/limit.ts";
import { problem } from "../../domain/problem.ts";
import { isValidFilter } from "../../domain/topic.ts";
import type { Client } from "./connection.ts";
import type { Core } from "./core.ts";
import {
  decodeSubscribe,
  decodeUnsubscribe,
  encodeSuback,
  encodeUnsuback,
  type WantedSubscription,
} from "./packet.ts";
import type { PacketView } from "./packet-reader.ts";
import { REASON } from "./protocol.ts";
import { breakOff, report } from "./refusal.ts";
import { firstByte } from "./routed-message.ts";

const SHARED = /^\$share(\/|$)/;
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
  const granted: { subscription: WantedSubscription; isReplayDue: boolean }[] = [];
  const codes = wanted.map((subscription) => {
    const refusal = refusalOf(client, subscription.filter);
    if (refusal) {
      const { filter: topic } = subscription;
      report(core, client, { problem: problem("topic_forbidden", refusal.detail), topic });
      return client.isV5 ? refusal.reason : REASON.unspecified;
    }
    granted.push({ subscription, isReplayDue: subscribe(core, client, subscription) });
    return subscription.qos;
  });
  client.send(encodeSuback(packetId, codes, client.agreement.version));
  for (const { subscription, isReplayDue } of granted) {
    if (isReplayDue) replay(core, client, subscription);
    core.parts.onSubscribed(client.admitted.gate.agent, subscription.filter);
  }
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
  client.send(encodeUnsuback(packetId, codes, client.agreement.version));
}

function refusalOf(
  client: Client,
  filter: string,
): { readonly reason: number; readonly detail: string } | null {
  const { session, gate } = client.admitted;
  const isTooLong =
    Buffer.byteLength(filter) > LIMIT.topicBytes || filter.split("/").length > LIMIT.topicLevels;
  if (isTooLong || !isValidFilter(filter)) {
    return { reason: REASON.filterInvalid, detail: "the filter is malformed or too long" };
  }
  if (SHARED.test(filter)) {
    const reason = REASON.sharedSubscriptionsUnsupported;
    return { reason, detail: "shared subscriptions are not served" };
  }
  const isNew = !session.subscriptions.has(filter);
  if (isNew && session.subscriptions.size >= LIMIT.subscriptionsPerClient) {
    const detail = `a client has at most ${LIMIT.subscriptionsPerClient} subscriptions`;
    return { reason: REASON.quotaExceeded, detail };
  }
  if (gate.maySubscribe(filter)) return null;
  const detail = `${gate.agent} may not subscribe to ${filter}`;
  return { reason: REASON.notAuthorised, detail };
}

/** Whether the retained messages are wanted now. */
function subscribe(core: Core, client: Client, wanted: WantedSubscription): boolean {
  const { session } = client.admitted;
  const isNew = !session.subscriptions.has(wanted.filter);
  session.subscriptions.set(wanted.filter, wanted);
  core.subscriptions.add(session, wanted);
  const { retainHandling } = wanted;
  return retainHandling === SEND_ALWAYS || (retainHandling === SEND_IF_NEW && isNew);
}

/** Every message is asked for again: a grant decides at delivery, not only at SUBSCRIBE. */
function replay(core: Core, client: Client, { filter, qos, id }: WantedSubscription): void {
  const { session, gate } = client.admitted;
  const ids = id === null ? [] : [id];
  for (const message of core.retained.under(filter)) {
    if (!gate.maySubscribe(message.topic)) continue;
    session.replay({ message, first: firstByte(Math.min(qos, message.qos), true), ids });
  }
}

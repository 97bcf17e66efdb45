import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { isValidFilter } from "../../domain/topic.ts";
import type { PacketView } from "../packet-reader.ts";
import { REASON } from "../protocol.ts";
import type { Client } from "./connection.ts";
import type { Core } from "./core.ts";
import { breakOff, Refusals, reportAll } from "./refusal.ts";
import { innerFilter } from "./shared.ts";
import {
  decodeSubscribe,
  encodeSuback,
  type WantedSubscription,
  type WantedSubscriptions,
} from "./subscribe-packet.ts";

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
  const { packetId, hasNoLocal, wanted } = decoded.value;
  const { version } = client.agreement;
  if (hasNoLocal && hasOwnShare(wanted())) {
    // MQTT 5.0 section 3.8.3.1.
    breakOff(core, client, "a shared subscription without the own messages", REASON.protocolError);
    return;
  }
  const { codes, granted, replays } = answer(core, client, decoded.value);
  const { session } = client.admitted;
  if (granted.length > 0) session.book?.write(session);
  // Subscriptions that were acknowledged are still there after a restart.
  session.whenSafe(() => {
    if (!client.isOpen) return;
    client.send(encodeSuback(packetId, codes, version));
    for (const replay of replays) replay();
    for (const { filter } of granted) {
      core.parts.onSubscribed(client.admitted.gate.agent, innerFilter(filter) ?? filter);
    }
  });
}

type Answer = {
  /** For each filter the QoS that is granted, or why none is. */
  readonly codes: Uint8Array;
  readonly granted: readonly WantedSubscription[];
  readonly replays: readonly (() => void)[];
};

function answer(core: Core, client: Client, { count, wanted }: WantedSubscriptions): Answer {
  const { session } = client.admitted;
  const codes = new Uint8Array(count);
  const granted: WantedSubscription[] = [];
  const replays: (() => void)[] = [];
  const refused = new Refusals();
  let at = 0;
  for (const subscription of wanted()) {
    const refusal = refusalOf(client, subscription.filter);
    if (refusal) {
      refused.add(() => ({ problem: refusal.problem(), topic: subscription.filter }));
      codes[at] = client.isV5 ? refusal.reason : REASON.unspecified;
    } else {
      granted.push(subscription);
      const isReplayDue = subscribe(core, client, subscription);
      if (isReplayDue) replays.push(core.replays.begin(session, subscription));
      codes[at] = subscription.qos;
    }
    at += 1;
  }
  reportAll(core, client, refused);
  return { codes, granted, replays };
}

function hasOwnShare(wanted: Iterable<WantedSubscription>): boolean {
  for (const { filter, noLocal } of wanted) {
    if (noLocal && innerFilter(filter) !== null) return true;
  }
  return false;
}

/** In words only where somebody reads them: a packet may hold 50,000 filters. */
type Refusal = { readonly reason: number; readonly problem: () => Problem };

const TOO_MANY: Refusal = {
  reason: REASON.quotaExceeded,
  problem: () => {
    const detail = `a client has at most ${LIMIT.subscriptionsPerClient} subscriptions`;
    return problem("topic_forbidden", detail);
  },
};
const MALFORMED: Refusal = {
  reason: REASON.filterInvalid,
  problem: () => problem("topic_forbidden", "the filter is malformed or too long"),
};

/** What is no more than counted comes first: most of 50,000 filters are too many. */
function refusalOf(client: Client, filter: string): Refusal | null {
  const { session, gate } = client.admitted;
  const { subscriptions } = session;
  if (subscriptions.size >= LIMIT.subscriptionsPerClient && !subscriptions.has(filter)) {
    return TOO_MANY;
  }
  const isTooLong =
    Buffer.byteLength(filter) > LIMIT.topicBytes || filter.split("/").length > LIMIT.topicLevels;
  if (isTooLong || !isWellFormed(filter)) return MALFORMED;
  if (gate.maySubscribe(innerFilter(filter) ?? filter)) return null;
  const inWords = () => gate.refusalOfSubscription(filter);
  return { reason: REASON.notAuthorised, problem: inWords };
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

import { RETAIN_BIT } from "../protocol.ts";
import type { Archive, Reader } from "./archive.ts";
import type { Connection } from "./connection.ts";
import type { Core } from "./core.ts";
import type { Arrival } from "./intake.ts";
import { firstByte, type RoutedMessage } from "./routed-message.ts";
import type { Session } from "./session.ts";
import type { Listener } from "./subscriptions.ts";

const NOBODY: readonly Reader[] = [];

/**
 * Writes down what sessions that outlive this process are to get, and which QoS 2 messages their
 * clients have sent. Null where there is nothing to wait for, as with most of what devices send.
 */
export function keepArrivals(core: Core, arrivals: readonly Arrival[]): Promise<void> | null {
  const { archive } = core;
  if (!archive) return null;
  let hasKept = false;
  for (const arrival of arrivals) {
    if (arrival.qos > 0) hasKept = keepArrival(core, archive, arrival) || hasKept;
  }
  return hasKept ? archive.safe() : null;
}

function keepArrival(core: Core, archive: Archive, arrival: Arrival): boolean {
  const publisher = arrival.connection?.admitted?.session ?? null;
  const listeners = listenersOf(core, arrival);
  const readers = listeners.length > 0 ? readersOf(listeners, arrival, publisher) : NOBODY;
  const { packetId, qos } = arrival;
  const receipt = qos === 2 && publisher?.book ? { session: publisher, packetId } : null;
  if (readers.length === 0 && !receipt) return false;
  const message = readers.length > 0 ? keptMessage(arrival) : sharedMessage(arrival);
  arrival.kept = archive.keep(message, readers, receipt);
  return true;
}

/** Passes a message on that is safe: to each session that listens, waiting for none of them. */
export function routeArrival(core: Core, arrival: Arrival): void {
  const { connection } = arrival;
  for (const { session, delivery } of arrival.kept) {
    session.deliver(delivery);
    if (session.isBehind && connection) core.backPressure.hold(connection, session);
  }
  const listeners = listenersOf(core, arrival);
  if (listeners.length === 0) return;
  // Without an acknowledgement to wait for, the payload is written from where it was read.
  const isKept = arrival.qos > 0 && listeners.some(({ qos }) => qos > 0);
  const message = isKept ? keptMessage(arrival) : sharedMessage(arrival);
  deliver(core, { listeners, message, retain: arrival.retain, connection });
}

/** Passes on what the house itself sends. */
export async function routeMessage(core: Core, message: RoutedMessage, retain: boolean) {
  const { own } = core.subscriptions;
  const chosen = core.subscriptions.chosen(message.topic);
  const listeners = [...own.listeners(message.topic), ...chosen];
  const readers = readersOf(listeners, { qos: message.qos, retain }, null);
  if (core.archive && readers.length > 0) {
    const kept = core.archive.keep(message, readers);
    await core.archive.safe();
    for (const { session, delivery } of kept) session.deliver(delivery);
  }
  deliver(core, { listeners, message, retain, connection: null });
}

/** A client was lost: what it shares with others and did not acknowledge goes to one of them. */
export function handOver(core: Core, session: Session): void {
  const { archive, subscriptions } = core;
  const isTaken = (filter: string) => subscriptions.other(filter, session) !== undefined;
  for (const { message, first, shared = "" } of session.surrender(isTaken)) {
    const other = subscriptions.other(shared, session);
    if (!other) continue;
    const retain = (first & RETAIN_BIT) !== 0;
    const listeners = [other];
    const kept = archive?.keep(message, readersOf(listeners, { qos: message.qos, retain }, null));
    archive?.whenSafe(() => {
      for (const { session: member, delivery } of kept ?? []) member.deliver(delivery);
    });
    deliver(core, { listeners, message, retain, connection: null });
  }
}

/** Those whose session outlives this process, and who are to get the message for sure. */
function readersOf(
  listeners: readonly Listener[],
  { qos, retain }: Pick<Arrival, "qos" | "retain">,
  publisher: Session | null,
): readonly Reader[] {
  if (!listeners.some((listener) => isLasting(listener, qos))) return NOBODY;
  return listeners
    .filter((listener) => isLasting(listener, qos))
    .filter(({ noLocal, session }) => !(noLocal && session === publisher))
    .map(({ session, qos: most, retainAsPublished, ids, shared }) => {
      const first = firstByte(Math.min(most, qos), retainAsPublished && retain);
      return { session, first, ids, shared };
    });
}

function isLasting({ session, qos: most }: Listener, qos: number): boolean {
  return session.book !== null && Math.min(most, qos) > 0;
}

/** The message with a payload of its own: it outlives the bytes it was read from. */
export function keptMessage(arrival: Arrival): RoutedMessage {
  return { ...sharedMessage(arrival), payload: Buffer.from(arrival.payload) };
}

function sharedMessage(arrival: Arrival): RoutedMessage {
  return {
    topic: arrival.topic,
    topicBytes: arrival.known.bytes,
    payload: arrival.payload,
    qos: arrival.qos,
    properties: arrival.properties,
    expiresAt: arrival.expiresAt,
  };
}

function listenersOf(core: Core, arrival: Arrival): readonly Listener[] {
  const { known } = arrival;
  const { own } = core.subscriptions;
  if (known.listenersAsOf !== own.asOf) {
    known.listeners = own.listeners(known.text);
    known.listenersAsOf = own.asOf;
  }
  arrival.chosen ??= core.subscriptions.chosen(known.text);
  return arrival.chosen.length === 0 ? known.listeners : [...known.listeners, ...arrival.chosen];
}

type Delivering = {
  readonly listeners: readonly Listener[];
  readonly message: RoutedMessage;
  readonly retain: boolean;
  /** The publisher's; null where it has none. */
  readonly connection: Connection | null;
};

function deliver({ backPressure }: Core, delivering: Delivering): void {
  const { listeners, message, retain, connection } = delivering;
  const publisher = connection?.admitted?.session ?? null;
  for (const listener of listeners) {
    const { session, qos, noLocal, retainAsPublished, ids, shared } = listener;
    if (noLocal && session === publisher) continue;
    // It was written down, and delivered from there.
    if (isLasting(listener, message.qos)) continue;
    const first = firstByte(Math.min(qos, message.qos), retainAsPublished && retain);
    session.deliver({ message, first, ids, shared });
    if (session.isBehind && connection) backPressure.hold(connection, session);
  }
}

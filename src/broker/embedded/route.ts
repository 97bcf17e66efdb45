import type { Archive, Reader } from "./archive.ts";
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
  const readers = readersOf(listenersOf(core, arrival), arrival, publisher);
  const { packetId, qos } = arrival;
  const receipt = qos === 2 && publisher?.book ? { session: publisher, packetId } : null;
  if (readers.length === 0 && !receipt) return false;
  const message = readers.length > 0 ? keptMessage(arrival) : sharedMessage(arrival);
  arrival.kept = archive.keep(message, readers, receipt);
  return true;
}

/** Passes a message on that is safe: to each session that listens, waiting for none of them. */
export function routeArrival(core: Core, arrival: Arrival): void {
  for (const { session, delivery } of arrival.kept ?? []) session.deliver(delivery);
  const listeners = listenersOf(core, arrival);
  if (listeners.length === 0) return;
  // Without an acknowledgement to wait for, the payload is written from where it was read.
  const isKept = arrival.qos > 0 && listeners.some(({ qos }) => qos > 0);
  const message = isKept ? keptMessage(arrival) : sharedMessage(arrival);
  const publisher = arrival.connection?.admitted?.session ?? null;
  deliver({ listeners, message, retain: arrival.retain, publisher });
}

/** Passes on what the house itself sends. */
export async function routeMessage(core: Core, message: RoutedMessage, retain: boolean) {
  const listeners = core.subscriptions.listeners(message.topic);
  const readers = readersOf(listeners, { qos: message.qos, retain }, null);
  if (core.archive && readers.length > 0) {
    const kept = core.archive.keep(message, readers);
    await core.archive.safe();
    for (const { session, delivery } of kept) session.deliver(delivery);
  }
  deliver({ listeners, message, retain, publisher: null });
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
    .map(({ session, qos: most, retainAsPublished, ids }) => {
      return { session, first: firstByte(Math.min(most, qos), retainAsPublished && retain), ids };
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

function listenersOf(core: Core, { known }: Arrival): readonly Listener[] {
  const { asOf } = core.subscriptions;
  if (known.listenersAsOf !== asOf) {
    known.listeners = core.subscriptions.listeners(known.text);
    known.listenersAsOf = asOf;
  }
  return known.listeners;
}

type Delivering = {
  readonly listeners: readonly Listener[];
  readonly message: RoutedMessage;
  readonly retain: boolean;
  readonly publisher: Session | null;
};

function deliver({ listeners, message, retain, publisher }: Delivering): void {
  for (const listener of listeners) {
    const { session, qos, noLocal, retainAsPublished, ids } = listener;
    if (noLocal && session === publisher) continue;
    // It was written down, and delivered from there.
    if (isLasting(listener, message.qos)) continue;
    const first = firstByte(Math.min(qos, message.qos), retainAsPublished && retain);
    session.deliver({ message, first, ids });
  }
}

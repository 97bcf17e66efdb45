import type { Core } from "./core.ts";
import type { Arrival } from "./intake.ts";
import { firstByte, type RoutedMessage } from "./routed-message.ts";
import type { Session } from "./session.ts";
import type { Listener } from "./subscriptions.ts";

/** Passes a message on that is safe: to each session that listens, waiting for none of them. */
export function routeArrival(core: Core, arrival: Arrival): void {
  const listeners = listenersOf(core, arrival);
  if (listeners.length === 0) return;
  // Without an acknowledgement to wait for, the payload is written from where it was read.
  const isKept = arrival.qos > 0 && listeners.some(({ qos }) => qos > 0);
  const message = isKept ? keptMessage(arrival) : sharedMessage(arrival);
  const publisher = arrival.connection?.admitted?.session ?? null;
  deliver({ listeners, message, retain: arrival.retain, publisher });
}

/** Passes on what the house itself sends. */
export function routeMessage(core: Core, message: RoutedMessage, retain: boolean): void {
  const listeners = core.subscriptions.listeners(message.topic);
  deliver({ listeners, message, retain, publisher: null });
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
  for (const { session, qos, noLocal, retainAsPublished, ids } of listeners) {
    if (noLocal && session === publisher) continue;
    const first = firstByte(Math.min(qos, message.qos), retainAsPublished && retain);
    session.deliver({ message, first, ids });
  }
}

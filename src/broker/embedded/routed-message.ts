import type { Message } from "../../domain/message.ts";
import { PACKET, RETAIN_BIT } from "../protocol.ts";
import { NO_PROPERTIES } from "./publish-properties.ts";

/** A message on its way to those who subscribed; all of them share it. */
export type RoutedMessage = {
  readonly topic: string;
  readonly topicBytes: Uint8Array;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  /** MQTT 5 properties that are passed on as they came. */
  readonly properties: Uint8Array;
  /** When it is of no use any more, in the clock's milliseconds. */
  readonly expiresAt: number | null;
};

/** A message as one session gets it. */
export type Delivery = {
  readonly message: RoutedMessage;
  /** The first byte of its packet: type, DUP, QoS, RETAIN. */
  readonly first: number;
  /** Identifiers of the subscriptions that it answers; only MQTT 5 clients see them. */
  readonly ids: readonly number[];
  /** The shared filter that it came by: if this client is lost, another member gets it. */
  readonly shared?: string | undefined;
  /** Where it survives a restart: its packet id, given in advance, and its record in the log. */
  readonly written?: { readonly packetId: number; readonly record: WrittenRecord };
};

/**
 * Shared by all deliveries of a message; `at` is when it was written, in the clock's milliseconds.
 * The segment changes when an old one is freed.
 */
export type WrittenRecord = { readonly serial: number; readonly at: number; segment: number };

export function routedMessage(message: Message): RoutedMessage {
  return {
    topic: message.topic,
    topicBytes: Buffer.from(message.topic),
    payload: Buffer.from(message.payload),
    qos: message.qos ?? 1,
    properties: NO_PROPERTIES,
    expiresAt: message.expiresAt ?? null,
  };
}

export function firstByte(qos: number, isRetained: boolean): number {
  return (PACKET.publish << 4) | (qos << 1) | (isRetained ? RETAIN_BIT : 0);
}

export function secondsLeft(message: RoutedMessage, now: number): number | null {
  return message.expiresAt === null ? null : Math.ceil((message.expiresAt - now) / 1000);
}

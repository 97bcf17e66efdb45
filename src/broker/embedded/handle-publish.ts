import { LIMIT } from "../../domain/limit.ts";
import type { PacketView } from "../packet-reader.ts";
import { DUP_BIT, numberAt, PACKET, qosOf, REASON, RETAIN_BIT } from "../protocol.ts";
import type { Client } from "./connection.ts";
import type { Core } from "./core.ts";
import { type Arrival, NOTHING_KEPT } from "./intake.ts";
import { NONE, readPublishProperties } from "./publish-properties.ts";
import { breakOff, report } from "./refusal.ts";
import type { KnownTopic } from "./topic-table.ts";

/** A message from a client: read where it lies, checked, and offered to the house. */
export function handlePublish(core: Core, client: Client, packet: PacketView): void {
  const { buffer, body, end } = packet;
  const first = buffer[packet.start] ?? 0;
  const qos = qosOf(first);
  const topicEnd = body + 2 + numberAt(buffer, body);
  const idEnd = qos === 0 ? topicEnd : topicEnd + 2;
  const packetId = qos === 0 ? 0 : numberAt(buffer, topicEnd);
  if (idEnd > end || qos === 3 || isAmiss(first, packetId)) {
    breakOff(core, client, "PUBLISH with wrong flags, length or packet id");
    return;
  }
  const properties = client.isV5 ? readPublishProperties(buffer, idEnd, end) : NONE;
  if (!properties) {
    breakOff(core, client, "PUBLISH with properties that it may not have");
    return;
  }
  const { topicAlias, expirySeconds } = properties;
  const known = findTopic(client, packet, topicEnd, topicAlias);
  if (!known) {
    const reason = topicAlias === null ? REASON.topicInvalid : REASON.topicAliasInvalid;
    breakOff(core, client, "PUBLISH on what is no topic", reason);
    return;
  }
  take(core, client, {
    topic: known.text,
    payload: buffer.subarray(idEnd + properties.bytes, end),
    agent: client.admitted.gate.agent,
    receivedAt: client.readAt,
    retain: (first & RETAIN_BIT) !== 0,
    known,
    qos,
    properties: properties.passedOn,
    expiresAt: expirySeconds === null ? null : client.readAt + expirySeconds * 1000,
    connection: client,
    packetId,
    kept: NOTHING_KEPT,
    chosen: null,
  });
}

/** Only what is acknowledged has a packet id and may come again: MQTT 5.0 section 3.3.1. */
function isAmiss(first: number, packetId: number): boolean {
  return qosOf(first) === 0 ? (first & DUP_BIT) !== 0 : packetId === 0;
}

/** A topic alias stands for the topic that it was last given with: MQTT 5.0 section 3.3.2.3.4. */
function findTopic(
  client: Client,
  packet: PacketView,
  end: number,
  alias: number | null,
): KnownTopic | undefined {
  const { topics, aliases } = client.admitted;
  const start = packet.body + 2;
  if (alias === null) return topics.find(packet.buffer, start, end);
  if (alias === 0 || alias > LIMIT.topicAliases) return undefined;
  if (start === end) return aliases.get(alias);
  const known = topics.find(packet.buffer, start, end);
  if (known) aliases.set(alias, known);
  return known;
}

function take(core: Core, client: Client, arrival: Arrival): void {
  if (arrival.qos === 2 && isRepeated(client, arrival.packetId)) return;
  if (arrival.qos === 1) client.unacknowledged += 1;
  const { session } = client.admitted;
  const open = client.unacknowledged + session.unreleased.size;
  if (client.isV5 && open > LIMIT.unacknowledgedPerClient) {
    const detail = `more than ${LIMIT.unacknowledgedPerClient} messages without acknowledgement`;
    breakOff(core, client, detail, REASON.receiveMaximumExceeded);
    return;
  }
  client.received += 1;
  const { topic, payload, known } = arrival;
  if (known.refusal) report(core, client, { problem: known.refusal, topic, payload });
  core.intake.offer(arrival);
}

/**
 * A QoS 2 message that was not released yet came before: it is acknowledged, and not taken again.
 * While the first one is not safe, this connection waits for it.
 */
function isRepeated(client: Client, packetId: number): boolean {
  const { unreleased } = client.admitted.session;
  const waiting = unreleased.get(packetId);
  if (waiting === null) client.ack(PACKET.pubrec, packetId);
  else unreleased.set(packetId, client);
  return waiting !== undefined;
}

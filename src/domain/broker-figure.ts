import type { LIMIT } from "./limit.ts";

/** One of the broker's own figures, wherever it is shown. */
export type BrokerFigure = {
  /** As the house counts it, and behind `fieldline_` at `/metrics`. */
  readonly gauge: string;
  /** Below `$SYS/broker/`; as other brokers call it, if they have it, so that dashboards work. */
  readonly topic: string;
  /** For people. */
  readonly says: string;
  readonly group: "traffic" | "kept" | "limit";
  readonly unit: "count" | "bytes";
  /** The values of its label, in words: known from the start, and each counted by itself. */
  readonly rows?: Readonly<Record<string, string>>;
  /** Whatever it meets at these limits is counted here. */
  readonly limits?: readonly (keyof typeof LIMIT)[];
};

/** Everything that the broker counts: its page, `/metrics` and `$SYS` are drawn from this. */
export const BROKER_FIGURES: readonly BrokerFigure[] = [
  {
    ...traffic("mqtt_connections", "clients/connected", "Connections"),
    limits: ["connections", "connectWithinMs"],
  },
  {
    ...traffic("mqtt_connections_waiting", "clients/waiting", "Wait to be let in"),
    limits: ["connectsPerBurst", "entriesOfAddress", "entryPatienceMs"],
  },
  {
    ...traffic("mqtt_connections_held", "clients/held", "Slowed down"),
    limits: ["pendingBytes", "subscriberPatienceMs"],
  },
  traffic("mqtt_messages_received_total", "messages/received", "Messages received"),
  traffic("mqtt_messages_sent_total", "messages/sent", "Messages sent"),
  inBytes(traffic("mqtt_bytes_received_total", "bytes/received", "Received")),
  inBytes(traffic("mqtt_bytes_sent_total", "bytes/sent", "Sent")),
  {
    ...kept("mqtt_sessions", "clients/total", "Sessions"),
    limits: ["sessions", "sessionsPerAgent", "sessionAwayMs"],
  },
  {
    ...kept("mqtt_subscriptions", "subscriptions/count", "Subscriptions"),
    limits: ["subscriptionsPerClient"],
  },
  {
    ...kept("mqtt_retained_messages", "retained messages/count", "Retained messages"),
    limits: ["retainedMessages"],
  },
  {
    ...inBytes(kept("mqtt_retained_bytes", "retained messages/bytes", "Retained")),
    limits: ["retainedBytes"],
  },
  {
    ...inBytes(kept("mqtt_queued_bytes", "store/messages/bytes", "Waits for clients")),
    limits: ["queuedBytes", "inflightPerClient"],
  },
  {
    ...inBytes(kept("mqtt_pending_bytes", "store/pending/bytes", "Waits for the disk")),
    limits: ["pendingBytes"],
  },
  inBytes(kept("mqtt_session_log_bytes", "store/sessions/bytes", "Log of sessions")),
  {
    ...limit("mqtt_dropped_total", "publish/messages/dropped", "Messages dropped"),
    rows: {
      backlog_full: "Too much waited in all",
      expired: "Its time was over",
      not_stored: "Could not be stored",
      packet_too_large: "Larger than its reader takes",
      queue_full: "Too much waited for a client",
      retained_full: "No room to retain it",
      session_evicted: "Its session had to make room",
      slow_subscriber: "Its reader was too slow",
      too_old: "Waited for days",
    },
    limits: [
      ...(["queuedPerSession", "queuedBytesPerSession", "queuedBytes", "queuedMs"] as const),
      ...(["retainedMessages", "retainedBytes", "sessions", "socketBacklogBytes"] as const),
    ],
  },
  {
    ...limit("mqtt_refused_total", "refused", "Refused"),
    rows: {},
    limits: [
      ...(["packetBytes", "propertiesPerPacket", "topicBytes", "topicLevels"] as const),
      ...(["topicAliases", "clientIdBytes", "passwordBytes", "connections"] as const),
      ...(["sessionsPerAgent", "subscriptionsPerClient", "unacknowledgedPerClient"] as const),
    ],
  },
  {
    ...limit("mqtt_closed_total", "clients/closed", "Closed"),
    rows: {
      no_connect: "Connected and did not sign in",
      keep_alive: "Fell silent for longer than promised",
      sign_in_expired: "What it signed in with had expired",
    },
    limits: ["connectWithinMs", "keepAliveSeconds"],
  },
  {
    ...limit("mqtt_connections_delayed_total", "clients/delayed", "Waited to be let in"),
    limits: ["connectsPerSecond", "connectsPerSecondOfAddress", "connectsPerBurst"],
  },
  {
    ...limit("mqtt_throttled_total", "clients/throttled", "Sent faster than a client may"),
    limits: ["messagesPerSecond", "messagesPerBurst", "bytesPerSecond", "bytesPerBurst"],
  },
  {
    ...limit("mqtt_back_pressure_total", "clients/behind", "Waited for a slow reader"),
    limits: ["subscriberPatienceMs"],
  },
  {
    ...limit("mqtt_pending_full_total", "store/pending/full", "Waited for the disk"),
    limits: ["pendingBytes"],
  },
  limit("mqtt_take_overs_total", "clients/taken over", "Taken over"),
  {
    ...limit("mqtt_take_overs_held_total", "clients/taken over/held", "Held back in a fight"),
    limits: ["takeOversPerMinute", "takeOverPauseMs"],
  },
  limit("mqtt_batches_failed_total", "store/messages/failed", "Batches that were not stored"),
  limit("mqtt_session_writes_failed_total", "store/sessions/failed", "Failed writes of sessions"),
];

type Plain = Pick<BrokerFigure, "gauge" | "topic" | "says" | "group" | "unit">;

function traffic(gauge: string, topic: string, says: string): Plain {
  return { gauge, topic, says, group: "traffic", unit: "count" };
}

function kept(gauge: string, topic: string, says: string): Plain {
  return { gauge, topic, says, group: "kept", unit: "count" };
}

function limit(gauge: string, topic: string, says: string): Plain {
  return { gauge, topic, says, group: "limit", unit: "count" };
}

function inBytes(figure: Plain): Plain {
  return { ...figure, unit: "bytes" };
}

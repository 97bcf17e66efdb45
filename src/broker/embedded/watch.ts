import { LIMIT } from "../../domain/limit.ts";
import type { Timer } from "../../lib/clock.ts";
import { REASON } from "../protocol.ts";
import type { Connection, Farewell } from "./connection.ts";
import type { Core } from "./core.ts";

type Ending = { readonly farewell: Farewell; readonly counter: string };

const SECOND_MS = 1_000;
/** A client may be late by half of what it promised: MQTT 5.0 section 3.1.2.10. */
const PATIENCE = 1.5;
/** How often queues are looked through for what has become too old. */
const SWEEP_SECONDS = 60;
/** How often those who read `$SYS` are told what changed. */
const SAY_SECONDS = 10;
const NO_CONNECT: Ending = {
  farewell: { cause: "no CONNECT in time", reason: null, isWillDue: false },
  counter: 'mqtt_closed_total{reason="no_connect"}',
};
const EXPIRED: Ending = {
  farewell: {
    cause: "what it signed in with has expired",
    reason: REASON.notAuthorised,
    isWillDue: true,
  },
  counter: 'mqtt_closed_total{reason="sign_in_expired"}',
};
const SILENT: Ending = {
  farewell: { cause: "keep-alive", reason: REASON.keepAliveTimeout, isWillDue: true },
  counter: 'mqtt_closed_total{reason="keep_alive"}',
};

/**
 * Looks at all connections once a second. Seconds are counted rather than measured: while this
 * process stood still, nobody could have been heard, and nobody is closed for it.
 */
export function watch(core: Core): Timer {
  let timer = core.parts.clock.after(SECOND_MS, look);
  let seconds = 0;
  function look(): void {
    seconds += 1;
    for (const connection of core.connections) check(core, connection);
    if (seconds % SWEEP_SECONDS === 0) core.sessions.sweep();
    gauge(core);
    if (seconds % SAY_SECONDS === 0) core.system.say();
    timer = core.parts.clock.after(SECOND_MS, look);
  }
  return { cancel: () => timer.cancel() };
}

function gauge({ parts, archive, connections, intake, sessions, ...core }: Core): void {
  const { gauges } = parts;
  let held = 0;
  for (const connection of connections) if (connection.isHeld) held += 1;
  gauges.set("mqtt_connections_held", held);
  gauges.set("mqtt_connections_waiting", core.turnstile.waiting);
  gauges.set("mqtt_connections_delayed_total", core.turnstile.delayed);
  gauges.set("mqtt_retained_messages", core.retained.count);
  gauges.set("mqtt_retained_bytes", core.retained.bytes);
  gauges.set("mqtt_sessions", sessions.size);
  gauges.set("mqtt_subscriptions", core.subscriptions.size);
  gauges.set("mqtt_queued_bytes", sessions.queuedBytes);
  gauges.set("mqtt_pending_bytes", intake.pendingBytes);
  gauges.set("mqtt_session_log_bytes", archive?.bytes ?? 0);
}

/** What is read meanwhile may change it: whoever has spoken again is not late. */
function check(core: Core, connection: Connection): void {
  connection.silentSeconds += 1;
  // What it says is not read: it cannot be late.
  if (connection.admitted && connection.isHeld) connection.silentSeconds = 0;
  const end = () => endOf(connection, core.parts.clock.now());
  if (end() === null) return;
  core.endings.add(() => {
    const ending = end();
    if (!ending || !connection.isOpen) return;
    core.parts.gauges.add(ending.counter);
    connection.close(ending.farewell);
  });
}

/** Why it is not to stay; null while it may. */
function endOf({ admitted, agreement, silentSeconds }: Connection, now: number): Ending | null {
  // The first of these seconds was not a whole one.
  const silent = silentSeconds - 1;
  const { keepAliveSeconds } = agreement;
  const endsAt = admitted?.endsAt ?? null;
  if (admitted === null) return silent * SECOND_MS >= LIMIT.connectWithinMs ? NO_CONNECT : null;
  if (endsAt !== null && endsAt <= now) return EXPIRED;
  return keepAliveSeconds > 0 && silent >= keepAliveSeconds * PATIENCE ? SILENT : null;
}

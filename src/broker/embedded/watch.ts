import { LIMIT } from "../../domain/limit.ts";
import type { Timer } from "../../lib/clock.ts";
import { REASON } from "../protocol.ts";
import type { Connection } from "./connection.ts";
import type { Core } from "./core.ts";

const SECOND_MS = 1_000;
/** A client may be late by half of what it promised: MQTT 5.0 section 3.1.2.10. */
const PATIENCE = 1.5;

/**
 * Looks at all connections once a second. Seconds are counted rather than measured: while this
 * process stood still, nobody could have been heard, and nobody is closed for it.
 */
export function watch(core: Core): Timer {
  let timer = core.parts.clock.after(SECOND_MS, look);
  function look(): void {
    for (const connection of core.connections) check(connection);
    const { gauges } = core.parts;
    gauges.set("mqtt_sessions", core.sessions.size);
    gauges.set("mqtt_pending_bytes", core.intake.pendingBytes);
    timer = core.parts.clock.after(SECOND_MS, look);
  }
  return { cancel: () => timer.cancel() };
}

function check(connection: Connection): void {
  connection.silentSeconds += 1;
  // The first of these seconds was not a whole one.
  const silentSeconds = connection.silentSeconds - 1;
  const { keepAliveSeconds } = connection.agreement;
  if (connection.admitted === null) {
    if (silentSeconds * SECOND_MS < LIMIT.connectWithinMs) return;
    connection.close({ cause: "no CONNECT in time", reason: null, isWillDue: false });
  } else if (keepAliveSeconds > 0 && silentSeconds >= keepAliveSeconds * PATIENCE) {
    connection.close({ cause: "keep-alive", reason: REASON.keepAliveTimeout, isWillDue: true });
  }
}

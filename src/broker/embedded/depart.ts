import type { Connection, Farewell } from "./connection.ts";
import type { Core } from "./core.ts";
import { handOver } from "./route.ts";
import { executeWill } from "./will.ts";

/** A connection is over: its will, its session, and those who want to know. */
export function depart(core: Core, connection: Connection, farewell: Farewell): void {
  core.connections.delete(connection);
  core.parts.gauges.set("mqtt_connections", core.connections.size);
  const { admitted, clientId, remote, will } = connection;
  if (!admitted) return;
  const { session, gate } = admitted;
  session.connection = null;
  const { address } = remote;
  const { cause, isWillDue } = farewell;
  core.parts.onPresence({ agent: gate.agent, clientId, remote: address, up: false, cause });
  if (will && isWillDue) executeWill(core, session, will);
  core.backPressure.relieve(session);
  handOver(core, session);
  core.sessions.leave(session);
}

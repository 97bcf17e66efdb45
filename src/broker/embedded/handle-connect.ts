import type { AgentId } from "../../domain/brand.ts";
import { Gate } from "../../domain/gate.ts";
import { LIMIT } from "../../domain/limit.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { isValidTopic } from "../../domain/topic.ts";
import { newId } from "../../lib/id.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import type { Admission } from "../broker.ts";
import type { PacketView } from "../packet-reader.ts";
import { REASON } from "../protocol.ts";
import {
  type Connack,
  type ConnectPacket,
  decodeConnect,
  encodeConnack,
} from "./connect-packet.ts";
import type { Connection } from "./connection.ts";
import type { Core } from "./core.ts";
import { breakOff, report } from "./refusal.ts";
import { narrow } from "./regrant.ts";
import type { Session } from "./session.ts";
import { keptSeconds } from "./sessions.ts";
import { cancelWill } from "./will.ts";

type Refusal = { readonly problem: Problem; readonly reason: number };

/** CONNECT: who is it, may it come in, and is there a session to go on with? */
export async function handleConnect(core: Core, connection: Connection, packet: PacketView) {
  const decoded = decodeConnect(packet);
  if (!decoded.ok) {
    const { problem, reason } = decoded.problem;
    if (reason === REASON.versionUnsupported) refuse(core, connection, decoded.problem);
    else breakOff(core, connection, problem.detail, reason);
    return;
  }
  const connect = decoded.value;
  connection.clientId = connect.clientId || `auto-${newId(core.parts.clock.now())}`;
  agree(connection, connect);
  const wrong = wrongWith(connect);
  if (wrong) {
    refuse(core, connection, wrong);
    return;
  }
  if (!connection.takes(connackOf(connection, connect, false))) {
    breakOff(core, connection, "a client that takes not even CONNACK");
    return;
  }
  connection.beginAdmission();
  const admission = await verdictOn(core, connection, connect);
  if (!connection.isOpen) return;
  if (admission.ok) letIn(core, connection, connect, admission.value);
  else refuse(core, connection, admission.problem);
  connection.endAdmission();
}

async function verdictOn(
  core: Core,
  connection: Connection,
  connect: ConnectPacket,
): Promise<Outcome<Admission, Refusal>> {
  for (;;) {
    const asked = core.verdicts.count;
    const admission = await admit(core, connection, connect);
    if (admission.ok) await turnOf(core, admission.value.agent, connection.clientId);
    if (asked === core.verdicts.count) return admission;
    // Somebody was revoked or granted other rights meanwhile: what the house said is out of date.
  }
}

function agree(connection: Connection, connect: ConnectPacket): void {
  const window = connect.receiveMaximum ?? LIMIT.inflightPerClient;
  connection.agree({
    version: connect.version,
    isBridge: connect.isBridge,
    keepAliveSeconds: keepAliveOf(connect),
    receiveMaximum: Math.min(window, LIMIT.inflightPerClient),
    maximumPacketBytes: connect.maximumPacketBytes ?? Number.POSITIVE_INFINITY,
    topicAliases: connect.topicAliases,
    wantsReasons: connect.wantsReasons,
    will: connect.will,
  });
}

/** MQTT 3 cannot be told: what its client promised holds. */
function keepAliveOf({ version, keepAliveSeconds }: ConnectPacket): number {
  return version === 5 ? Math.min(keepAliveSeconds, LIMIT.keepAliveSeconds) : keepAliveSeconds;
}

/** What the protocol or a limit forbids, whoever it is. */
function wrongWith(connect: ConnectPacket): Refusal | null {
  const { clientId, version, password, will } = connect;
  // MQTT 3 gives a name only to those that leave nothing behind: 3.1.1 section 3.1.3.1.
  const needsId = version === 3 || (version === 4 && !connect.cleanStart);
  if (Buffer.byteLength(clientId) > LIMIT.clientIdBytes || (clientId === "" && needsId)) {
    const detail = `a client id has 1 to ${LIMIT.clientIdBytes} bytes`;
    return { problem: problem("agent_refused", detail), reason: REASON.clientIdInvalid };
  }
  if (Buffer.byteLength(password ?? "") > LIMIT.passwordBytes) {
    const detail = `a password has at most ${LIMIT.passwordBytes} bytes`;
    return { problem: problem("agent_refused", detail), reason: REASON.credentialsWrong };
  }
  if (connect.authenticationMethod !== null) {
    const detail = "extended authentication is not spoken here";
    const reason = REASON.authenticationMethodUnknown;
    return { problem: problem("agent_refused", detail), reason };
  }
  if (will && !isPublishable(will.topic)) {
    const detail = "the will has no valid topic";
    return { problem: problem("topic_forbidden", detail), reason: REASON.topicInvalid };
  }
  return null;
}

function isPublishable(topic: string): boolean {
  const isSmall =
    Buffer.byteLength(topic) <= LIMIT.topicBytes && topic.split("/").length <= LIMIT.topicLevels;
  return isSmall && isValidTopic(topic);
}

/** Asks the house; a house that fails to answer lets nobody in. */
async function admit(
  core: Core,
  connection: Connection,
  connect: ConnectPacket,
): Promise<Outcome<Admission, Refusal>> {
  const { username, password, will } = connect;
  const { clientId, remote } = connection;
  const { certificate, address } = remote;
  const attempt = { clientId, username, password, certificate, remote: address };
  const answer = await core.parts.admit(attempt).catch((reason: unknown) => {
    core.parts.log.error("admission failed", { clientId, reason: String(reason) });
    return failure(problem("internal", "the house could not decide whether to let it in"));
  });
  if (!answer.ok) return failure({ problem: answer.problem, reason: reasonOf(answer.problem) });
  if (will && !new Gate(answer.value).mayPublish(will.topic)) {
    const detail = `${answer.value.agent} may not have its will published on ${will.topic}`;
    return failure({ problem: problem("topic_forbidden", detail), reason: REASON.notAuthorised });
  }
  return success(answer.value);
}

function reasonOf({ code }: Problem): number {
  switch (code) {
    case "sign_in_wrong":
    case "agent_unknown":
      return REASON.credentialsWrong;
    case "internal":
      return REASON.serverUnavailable;
    default:
      return REASON.notAuthorised;
  }
}

function refuse(core: Core, connection: Connection, { problem, reason }: Refusal): void {
  report(core, connection, { problem });
  const { version, wantsReasons } = connection.agreement;
  const bare = { reason, sessionPresent: false, properties: {} };
  const said = { ...bare, properties: { reasonString: problem.detail } };
  const connacks = (wantsReasons ? [said, bare] : [bare]).map((one) => encodeConnack(version, one));
  const answer = connacks.find((connack) => connection.takes(connack));
  if (answer) connection.send(answer);
  connection.close({ cause: problem.detail, reason: null, isWillDue: false });
}

function letIn(
  core: Core,
  connection: Connection,
  connect: ConnectPacket,
  admission: Admission,
): void {
  const gate = new Gate(admission);
  const { agent } = gate;
  const { clientId, remote } = connection;
  takeOver(core, gate, clientId);
  const former = core.sessions.find(agent, clientId);
  if (!former && !core.sessions.makeRoomFor(agent)) {
    const detail = `an agent has at most ${LIMIT.sessionsPerAgent} clients`;
    const reason = REASON.quotaExceeded;
    refuse(core, connection, { problem: problem("agent_refused", detail), reason });
    return;
  }
  if (former && connect.cleanStart) core.sessions.end(former);
  const known = connect.cleanStart ? undefined : former;
  const session = known ?? core.sessions.begin(agent, clientId, core.parts.clock.now());
  core.sessions.welcome(session);
  cancelWill(session);
  session.expirySeconds = keptSeconds(connect.sessionExpirySeconds);
  session.connection = connection;
  const book = core.sessions.writeDown(session);
  connection.enter(session, gate, admission.endsAt ?? null);
  // Who is told that it is in may rely on its will: MQTT 5.0 section 3.1.2.5.
  if (book && connection.will) connection.silence((speak) => book.whenSafe(speak));
  connection.send(connackOf(connection, connect, known !== undefined));
  const { address } = remote;
  core.parts.onPresence({ agent, clientId, remote: address, up: true, cause: "connected" });
  if (known) resume(core, known, connection, gate);
}

/** Two clients that fight over one name take it from each other more slowly. */
async function turnOf({ parts, sessions, takeOvers }: Core, agent: AgentId, clientId: string) {
  const old = sessions.find(agent, clientId)?.connection;
  if (!old || old.hasEnded) return;
  const name = `${agent} ${clientId}`;
  const now = parts.clock.monotonic();
  const waitMs = takeOvers.waitMs(name, now);
  if (waitMs === 0) return;
  if (takeOvers.isNews(name, now)) {
    parts.log.warn("two clients fight over one identity", { agent, clientId });
  }
  parts.gauges.add("mqtt_take_overs_held_total");
  await new Promise<void>((resolve) => parts.clock.after(waitMs, resolve));
}

/** One connection a client: the newest wins, and the old one is told why. */
function takeOver(core: Core, { agent }: Gate, clientId: string): void {
  const old = core.sessions.find(agent, clientId)?.connection;
  if (!old) return;
  // Whoever lost its connection and is back takes nothing from anybody.
  if (old.hasEnded) {
    old.lose();
    return;
  }
  core.parts.gauges.add("mqtt_take_overs_total");
  core.takeOvers.note(`${agent} ${clientId}`, core.parts.clock.monotonic());
  old.close({ cause: "taken over", reason: REASON.takenOver, isWillDue: true });
}

function connackOf(
  connection: Connection,
  connect: ConnectPacket,
  sessionPresent: boolean,
): Uint8Array {
  const properties = offer(connection, connect);
  return encodeConnack(connect.version, { reason: REASON.success, sessionPresent, properties });
}

/** What this broker can do less than MQTT 5 allows, or decided for the client. */
function offer(connection: Connection, connect: ConnectPacket): Connack["properties"] {
  const kept = keptSeconds(connect.sessionExpirySeconds);
  const { keepAliveSeconds } = connection.agreement;
  return {
    ...(keepAliveSeconds !== connect.keepAliveSeconds && { serverKeepAlive: keepAliveSeconds }),
    ...(kept !== connect.sessionExpirySeconds && { sessionExpiryInterval: kept }),
    ...(connect.clientId === "" && { assignedClientIdentifier: connection.clientId }),
    receiveMaximum: LIMIT.unacknowledgedPerClient,
    maximumPacketSize: LIMIT.packetBytes,
    topicAliasMaximum: LIMIT.topicAliases,
  };
}

/** Goes on with a session; what the agent's rights do not allow any more is forgotten first. */
function resume(core: Core, session: Session, connection: Connection, gate: Gate): void {
  narrow(core, session, gate);
  session.resume(connection);
}

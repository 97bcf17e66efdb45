import type { Duplex } from "node:stream";
import type { Rights } from "../../domain/agent.ts";
import type { AgentId } from "../../domain/brand.ts";
import type { Durability } from "../../domain/durability.ts";
import type { Message } from "../../domain/message.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { isValidTopic } from "../../domain/topic.ts";
import type { Timer } from "../../lib/clock.ts";
import { failure, type Outcome, success } from "../../lib/outcome.ts";
import { Slices } from "../../lib/slices.ts";
import { TurnBudget } from "../../lib/turn-budget.ts";
import type { Broker, BrokerParts, Capabilities, ClientInfo, SessionInfo } from "../broker.ts";
import { REASON } from "../protocol.ts";
import { Archive } from "./archive.ts";
import { BackPressure } from "./back-pressure.ts";
import { checkFolder } from "./check.ts";
import { Connection, type ConnectionParts, HOLD, LINGER_MS, type Remote } from "./connection.ts";
import type { Core } from "./core.ts";
import { depart } from "./depart.ts";
import { handlePacket } from "./handle-packet.ts";
import { Intake } from "./intake.ts";
import {
  type Address,
  type Arrived,
  type Door,
  type Listening,
  listenPlain,
  listenTls,
  type TlsAddress,
} from "./listen.ts";
import { Outbound } from "./outbound.ts";
import { breakOffReading, refuseUnknown } from "./refusal.ts";
import { regrant } from "./regrant.ts";
import { Replays } from "./replays.ts";
import { RetainedStore } from "./retained-store.ts";
import { keepArrivals, keptMessage, routeArrival, routeMessage } from "./route.ts";
import { type RoutedMessage, routedMessage } from "./routed-message.ts";
import type { SessionBook } from "./session-book.ts";
import { endSession, sessionInfo } from "./session-info.ts";
import { Sessions } from "./sessions.ts";
import { AllSubscriptions } from "./shared.ts";
import { beginFigures, SystemTopics } from "./system-topics.ts";
import { TakeOvers } from "./take-overs.ts";
import { Troubles } from "./troubles.ts";
import { type Pace, Turnstile } from "./turnstile.ts";
import { watch } from "./watch.ts";
import { deferWill, publishWaiting, resumeWill } from "./will.ts";

type EmbeddedOptions = {
  readonly mqtt: Address | null;
  readonly mqtts: TlsAddress | null;
  /** Where retained messages and sessions survive a restart; without it they do not. */
  readonly folder?: string;
  /** When messages are acknowledged. Fallback: synced. */
  readonly durability?: Durability;
  /** New connections a second; LIMIT says how many where absent. */
  readonly pace?: Pace;
};

/** Reads what a broker keeps in a folder that nobody has open; tells what is wrong. */
export function checkEmbeddedBroker(folder: string): Promise<readonly string[]> {
  return checkFolder(folder);
}

/** MQTT 3.1, 3.1.1 and 5.0 inside this process. */
export async function openEmbeddedBroker(
  options: EmbeddedOptions,
  parts: BrokerParts,
): Promise<Outcome<Broker, Problem>> {
  const { durability = "synced" } = options;
  const retained = await RetainedStore.open(options.folder, { ...parts, durability });
  if (!retained.ok) return retained;
  const troubles = new Troubles();
  const watched = { ...parts, durability, onTrouble: troubles.of("sessions") };
  const archive = options.folder ? await Archive.open(options.folder, watched) : success(null);
  if (!archive.ok) return archive;
  const turnstile = new Turnstile(parts.clock, options.pace);
  const opening = { retained: retained.value, archive: archive.value, turnstile, troubles };
  const broker = new EmbeddedBroker(newCore(parts, opening));
  const opened = await broker.open(options);
  if (opened.ok) return success(broker);
  await broker.close();
  return opened;
}

type Opened = Pick<Core, "retained" | "archive" | "turnstile" | "troubles">;

function newCore(parts: BrokerParts, opened: Opened): Core {
  const { retained, archive, troubles } = opened;
  const { clock, gauges, log, receive } = parts;
  const subscriptions = new AllSubscriptions();
  const connections = new Set<Connection>();
  const sessions = new Sessions({
    ...{ clock, gauges, log, archive },
    ...(parts.onGap && { onGap: parts.onGap }),
    onCaughtUp: (session) => core.backPressure.relieve(session),
    onEnd: (session, book) => {
      endBook(core, book, publishWaiting(core, session));
      for (const filter of session.subscriptions.keys()) subscriptions.remove(session, filter);
    },
  });
  const intake = new Intake({
    ...{ receive, gauges, log },
    retain: (arrivals) => retained.keep(arrivals.map(keptMessage)),
    keep: (arrivals) => keepArrivals(core, arrivals),
    route: (arrival) => routeArrival(core, arrival),
    onTrouble: troubles.of("intake"),
    onFull: (isFull) => {
      if (isFull) gauges.add("mqtt_pending_full_total");
      for (const connection of connections) connection.hold(HOLD.house, isFull);
    },
  });
  const takeOvers = new TakeOvers();
  const verdicts = { count: 0 };
  const backPressure = new BackPressure(parts);
  const endings = new Slices<() => void>(clock, (end) => end());
  const core: Core = {
    ...{ ...opened, parts, subscriptions, connections, sessions, intake, takeOvers },
    ...{ backPressure, endings, verdicts },
    system: { under: (filter) => system.under(filter), say: () => system.say() },
    replays: {
      begin: (session, subscription) => replays.begin(session, subscription),
      resume: (session) => replays.resume(session),
    },
  };
  const replays = new Replays(core);
  const system = new SystemTopics(core);
  beginFigures(parts);
  restoreSessions(core);
  return core;
}

/** What is written of a session stays as long as its will is on its way. */
function endBook({ intake }: Core, book: SessionBook | null, hasWill: boolean): void {
  if (!book) return;
  if (hasWill) intake.whenSafe(() => book.end());
  else book.end();
}

function restoreSessions(core: Core): void {
  const { archive, replays, sessions, subscriptions } = core;
  for (const recovered of archive?.recovered ?? []) {
    const session = sessions.restore(recovered);
    if (!session.book) continue;
    resumeWill(core, session, recovered.state.leftAt);
    session.whenCaughtUp(() => replays.resume(session));
    for (const subscription of session.subscriptions.values()) {
      subscriptions.add(session, subscription);
    }
  }
  archive?.watch(() => sessions.lasting());
}

/** All there is. */
const CAPABILITIES: Capabilities = {
  mqtt5: true,
  qos2: true,
  shared: true,
  presence: "exact",
  kick: true,
  perMessageRights: true,
  storesFirst: true,
  listsRetained: true,
};

class EmbeddedBroker implements Broker {
  readonly caps = CAPABILITIES;
  readonly #core: Core;
  readonly #connectionParts: ConnectionParts;
  readonly #watch: Timer;
  readonly #listening: Listening[] = [];
  #ports: Broker["ports"] = { mqtt: null, mqtts: null };
  #isClosed = false;

  constructor(core: Core) {
    this.#core = core;
    this.#watch = watch(core);
    const { clock } = core.parts;
    this.#connectionParts = {
      clock,
      turn: new TurnBudget(clock),
      late: new Slices<() => void>(clock, (read) => read()),
      gauges: core.parts.gauges,
      outbound: new Outbound(),
      onPacket: (connection, packet) => handlePacket(core, connection, packet),
      onProblem: (connection, trouble) => breakOffReading(core, connection, trouble),
      onEnded: (connection, cause) => core.endings.add(() => connection.lose(cause)),
      onGone: (connection, farewell) => depart(core, connection, farewell),
    };
  }

  get trouble(): Problem | null {
    return this.#core.troubles.problem;
  }

  get ports(): Broker["ports"] {
    return this.#ports;
  }

  async open(options: EmbeddedOptions): Promise<Outcome<void, Problem>> {
    const door: Door = {
      onArrived: (arrived) => this.#welcome(arrived),
      clock: this.#core.parts.clock,
      turnstile: this.#core.turnstile,
      onRefused: (remote, detail) =>
        refuseUnknown(this.#core, remote, problem("agent_refused", detail)),
    };
    const mqtt = options.mqtt && (await listenPlain(options.mqtt, door));
    if (mqtt && !mqtt.ok) return mqtt;
    if (mqtt) this.#listening.push(mqtt.value);
    const mqtts = options.mqtts && (await listenTls(options.mqtts, door));
    if (mqtts && !mqtts.ok) return mqtts;
    if (mqtts) this.#listening.push(mqtts.value);
    this.#ports = { mqtt: mqtt?.value.port ?? null, mqtts: mqtts?.value.port ?? null };
    return success(undefined);
  }

  accept(stream: Duplex, remote: string): void {
    this.#begin(stream, { address: remote, certificate: null });
  }

  async send(message: Message): Promise<Outcome<void, Problem>> {
    if (this.#isClosed) return failure(problem("link_down", "the broker is closed"));
    if (!isValidTopic(message.topic)) {
      return failure(problem("topic_forbidden", `"${message.topic}" is not a topic`));
    }
    const routed = routedMessage(message);
    const kept = message.retain ? await this.#keep(routed) : success(undefined);
    if (!kept.ok) return kept;
    return this.#route(routed, message.retain ?? false);
  }

  hears(topic: string): boolean {
    return this.#core.subscriptions.reach(topic);
  }

  retained(filter: string): readonly Message[] {
    return this.#core.retained
      .under(filter)
      .map(({ topic, payload, qos }) => ({ topic, payload, qos, retain: true }));
  }

  disconnect(agent: AgentId, reason: string): number {
    const theirs = [...this.#core.connections].filter((connection) => connection.agent === agent);
    this.#core.verdicts.count += 1;
    for (const connection of theirs) {
      connection.close({ cause: reason, reason: REASON.administrative, isWillDue: true });
    }
    return theirs.length;
  }

  regrant(agent: AgentId, rights: Rights): void {
    regrant(this.#core, agent, rights);
  }

  welcome(authorities: readonly string[]): void {
    for (const { welcome } of this.#listening) welcome?.(authorities);
  }

  renew(key: string, certificate: string): void {
    for (const { renew } of this.#listening) renew?.(key, certificate);
  }

  clients(): readonly ClientInfo[] {
    return [...this.#core.connections].flatMap((connection) => {
      const { admitted, clientId, remote, agreement, connectedAt, received, sent } = connection;
      if (!admitted) return [];
      const { session, gate } = admitted;
      return {
        ...{ agent: gate.agent, clientId, remote: remote.address, version: agreement.version },
        ...{ connectedAt, received, sent, dropped: session.dropped, queued: session.queued },
        subscriptions: [...session.subscriptions.keys()],
      };
    });
  }

  *sessions(): Generator<SessionInfo> {
    const now = this.#core.parts.clock.now();
    for (const session of this.#core.sessions.all()) yield sessionInfo(session, now);
  }

  endSession(agent: AgentId, clientId: string): boolean {
    return endSession(this.#core, agent, clientId);
  }

  agentsHere(): ReadonlySet<AgentId> {
    const agents = new Set<AgentId>();
    for (const { agent } of this.#core.connections) if (agent !== null) agents.add(agent);
    return agents;
  }

  /** Takes no more, waits until what came is safe and acknowledged, and says goodbye. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#watch.cancel();
    const ports = this.#listening.map(({ server }) => {
      return new Promise<void>((resolve) => server.close(() => resolve()));
    });
    const { archive, connections, intake, parts, retained } = this.#core;
    archive?.beginClosing();
    for (const connection of connections) connection.hold(HOLD.house, true);
    await intake.idle();
    for (const connection of [...connections]) {
      deferWill(connection);
      connection.close({ cause: "shut down", reason: REASON.shuttingDown, isWillDue: false });
    }
    parts.clock.after(LINGER_MS, () => {
      for (const { sockets } of this.#listening) for (const socket of sockets) socket.destroy();
    });
    await Promise.all(ports);
    await Promise.all([retained.close(), archive?.close()]);
  }

  async #keep(message: RoutedMessage): Promise<Outcome<void, Problem>> {
    try {
      return success(await this.#core.retained.keep([message]));
    } catch (reason) {
      const { topic } = message;
      this.#core.parts.log.error("retained message not kept", { topic, reason: String(reason) });
      return failure(problem("folder_unreadable", `the message on ${topic} could not be kept`));
    }
  }

  async #route(message: RoutedMessage, retain: boolean): Promise<Outcome<void, Problem>> {
    try {
      return success(await routeMessage(this.#core, message, retain));
    } catch (reason) {
      this.#core.parts.log.error("message not kept for sessions", { reason: String(reason) });
      return failure(problem("link_down", "the broker closed before the message was safe"));
    }
  }

  #welcome({ socket, certificate }: Arrived): void {
    this.#begin(socket, { address: socket.remoteAddress ?? "", certificate });
  }

  #begin(stream: Duplex, remote: Remote): void {
    const { connections, intake, parts } = this.#core;
    if (this.#isClosed) {
      stream.destroy();
      return;
    }
    const connection = new Connection(stream, remote, this.#connectionParts);
    connections.add(connection);
    parts.gauges.set("mqtt_connections", connections.size);
    if (intake.isFull) connection.hold(HOLD.house, true);
  }
}

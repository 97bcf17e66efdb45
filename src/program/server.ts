import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openAccess } from "../access/access.ts";
import { openAgents } from "../agent/agent.ts";
import { openApi } from "../api/api.ts";
import type { Broker } from "../broker/broker.ts";
import { openEmbeddedBroker } from "../broker/embedded/embedded.ts";
import { openCommands } from "../command/command.ts";
import type { AgentId } from "../domain/brand.ts";
import type { Message } from "../domain/message.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { drivers } from "../driver/registry.ts";
import { openEmbeddedHistorian } from "../historian/embedded/embedded.ts";
import { openIngest } from "../ingest/ingest.ts";
import { openJournal } from "../journal/journal.ts";
import { systemClock } from "../lib/clock.ts";
import { Closer } from "../lib/closer.ts";
import { Gauges } from "../lib/gauge.ts";
import { jsonLog, type Log } from "../lib/log.ts";
import { failure, type Outcome, success } from "../lib/outcome.ts";
import { openLive } from "../live/live.ts";
import { openSqliteStore } from "../store/sqlite/sqlite.ts";
import type { Config } from "./config.ts";
import { openDemo } from "./demo.ts";
import { configOf, type ExitCode, type Io } from "./io.ts";
import { VERSION } from "./version.ts";

/** `fieldline server`: the whole product in one process, until it is asked to stop. */
export async function runServer(args: readonly string[], io: Io): Promise<ExitCode> {
  if (args.includes("--help")) {
    io.print("usage: fieldline server [options]; see fieldline --help and docs/config.md");
    return 0;
  }
  const config = configOf(args, io);
  if (!config) return 2;
  const clock = systemClock;
  const log = jsonLog((line) => process.stderr.write(line), config["log-level"], clock.now);
  const closer = new Closer();
  const opened = await openHouse(config, log, closer);
  if (!opened.ok) {
    await closer.closeAll();
    io.complain(`${opened.problem.code}: ${opened.problem.detail}`);
    return 2;
  }
  greet(config, io, opened.value);
  await new Promise<void>((resolve) => io.onStop(resolve));
  for (const { name, reason } of await closer.closeAll()) {
    log.error("could not close", { name, reason: String(reason) });
  }
  return 0;
}

type House = {
  readonly setupToken: string | null;
  readonly ports: {
    readonly http: number;
    readonly mqtt: number | null;
    readonly mqtts: number | null;
  };
};

/** Puts the house together, from the ground up; `closer` takes it apart in reverse. */
async function openHouse(
  config: Config,
  log: Log,
  closer: Closer,
): Promise<Outcome<House, Problem>> {
  const clock = systemClock;
  const gauges = new Gauges();
  const folder = config.data;
  const made = makeFolder(folder);
  if (!made.ok) return made;

  const historian = await openEmbeddedHistorian(
    { folder: join(folder, "history") },
    { log: log.child("historian") },
  );
  if (!historian.ok) return historian;
  closer.add("historian", () => historian.value.close());
  const store = await openSqliteStore(
    { file: join(folder, "fieldline.db") },
    { log: log.child("store") },
  );
  if (!store.ok) return store;
  closer.add("store", () => store.value.close());

  const journal = await openJournal({ store: store.value, clock });
  const room = { store: store.value, journal, clock, log };
  const access = await openAccess(room);
  const hostNames = config["host-names"];
  const agents = await openAgents({ ...room, folder: join(folder, "ca"), hostNames });
  const live = openLive({ clock, latest: (series) => historian.value.latest(series) });
  const record = journal.record.bind(journal);

  // The walks meet at the broker, which is opened last: until then nothing can be sent.
  let broker: Broker | undefined;
  const send = async (message: Message) =>
    broker ? broker.send(message) : failure(problem("link_down", "the broker is not open yet"));
  const watchers: ((subject: string) => void)[] = [];
  const isDemo = (id: AgentId) => agents.isDemo(id);
  const ingest = await openIngest({
    drivers,
    store: store.value,
    historian: historian.value,
    onStored: (samples) => live.stored(samples),
    onChanged: (subject) => watchers.forEach((watcher) => watcher(subject)),
    send,
    onConfirmed: (device, command, done) => void commands.confirm(device, command, done),
    record,
    isDemo,
    now: clock.now,
    gauges,
    log: log.child("ingest"),
  });
  closer.add("ingest", () => ingest.close());
  const deviceOf = (id: Parameters<typeof ingest.device>[0]) => ingest.device(id)?.device;
  const commands = await openCommands({
    store: store.value,
    record,
    deviceOf,
    drivers,
    send,
    clock,
  });

  const { serverKeyPem: key, serverCertificatePem: certificate, caPem: ca } = agents.authority;
  const opened = await openEmbeddedBroker(
    {
      mqtt: config.mqtt,
      mqtts: config.mqtts && { ...config.mqtts, key, certificate, ca },
      folder: join(folder, "broker"),
    },
    {
      admit: (attempt) => agents.admit(attempt),
      receive: ingest.receive,
      onPresence: ({ agent, up, cause, clientId, remote }) =>
        log.info("agent presence", { agent, up, cause, clientId, remote }),
      onSubscribed: ingest.subscribed,
      onRefused: ({ agent, clientId, topic, payload, problem: reason, remote }) =>
        ingest.refuse({
          agentId: agent ?? "",
          clientId: clientId || remote,
          driver: "",
          topic,
          payload,
          problem: reason,
        }),
      clock,
      gauges,
      log: log.child("broker"),
    },
  );
  if (!opened.ok) return opened;
  broker = opened.value;
  closer.add("broker", () => opened.value.close());
  agents.onRevoked((id) => void opened.value.disconnect(id, "revoked"));

  const demo = openDemo({
    store: store.value,
    agents,
    ingest,
    broker: opened.value,
    drivers,
    clock,
    log,
  });
  closer.add("demo", () => demo.stop());
  const api = await openApi(
    {
      http: access.setupToken ? { ...config.http, host: "127.0.0.1" } : config.http,
      screens: fileURLToPath(new URL("../ui/", import.meta.url)),
      version: VERSION,
      mqttWebsocket: config["mqtt-websocket"],
    },
    {
      ...room,
      access,
      agents,
      ingest,
      commands,
      historian: historian.value,
      live,
      broker: opened.value,
      drivers,
      demo,
      gauges,
      onChanged: (call: (subject: string) => void) => void watchers.push(call),
    },
  );
  if (!api.ok) return api;
  closer.add("api", () => api.value.close());
  if (config.demo || (await demo.wasRunning())) await demo.start();
  const ports = { http: api.value.port, ...opened.value.ports };
  return success({ setupToken: access.setupToken, ports });
}

function makeFolder(folder: string): Outcome<void, Problem> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return success(undefined);
  } catch (reason) {
    const detail = `cannot make '${folder}': ${String(reason)}. Choose another with --data.`;
    return failure(problem("folder_unreadable", detail));
  }
}

function greet(config: Config, io: Io, { ports, setupToken }: House): void {
  const screens = `http://${config.http.host === "0.0.0.0" || setupToken ? "127.0.0.1" : config.http.host}:${ports.http}/`;
  const setup = setupToken ? `${screens}setup#${setupToken}` : null;
  if (config["print-ports"]) {
    io.print(JSON.stringify({ ...ports, setup }));
    return;
  }
  io.print(`Fieldline ${VERSION}, data in ${config.data}`);
  io.print(setup ? `Set up (once, within the hour): ${setup}` : `Open ${screens}`);
  if (ports.mqtt !== null) io.print(`MQTT on port ${ports.mqtt}`);
  if (ports.mqtts !== null) io.print(`MQTT over TLS on port ${ports.mqtts}`);
}
